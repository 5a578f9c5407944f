"""python -m strata_models: every command has help, and a wrong word is named with what would have been right."""
import subprocess
import sys
from pathlib import Path

import pytest

from strata_models.__main__ import MODELS, main, parser_of, verbs_of

COMMANDS = [(model, verb) for model in MODELS for verb in verbs_of(model)]


@pytest.mark.parametrize(("model", "verb"), COMMANDS, ids=[" ".join(command) for command in COMMANDS])
def test_every_command_has_help_with_the_text_of_its_module(model, verb, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([model, verb, "--help"])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    assert f"python -m strata_models {model} {verb}" in text.partition("\n\n")[2]
    options = [option for action in parser_of(model, verb)._actions for option in action.option_strings]
    assert all(option in text for option in options)
    assert len(options) > 2
    assert all(action.help for action in parser_of(model, verb)._actions), "every option says what it is"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ([], "MODEL"),
        (["jpeg"], "'placeholder'"),
        (["irn"], "VERB"),
        (["irn", "tables"], "'parity'"),
        (["irn", "train"], "--data"),
    ],
)
def test_wrong_words_exit_with_2(words, named, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    assert named in capsys.readouterr().err


def test_listing_the_commands_needs_no_torch():
    code = "import sys; sys.modules['torch'] = None; from strata_models.__main__ import main; main(sys.argv[1:])"
    for words in (["--help"], ["compass", "--help"], ["compass", "tables", "--help"]):
        found = subprocess.run(
            [sys.executable, "-c", code, *words], capture_output=True, text=True, cwd=Path(__file__).parents[1], check=False
        )
        assert (found.returncode, found.stderr) == (0, "")
        assert "usage: python -m strata_models" in found.stdout
