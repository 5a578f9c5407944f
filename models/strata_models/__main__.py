"""The command line of all models: python -m strata_models MODEL VERB [options], from `models/`.

A verb is a module of the model's package with `add_arguments(parser)` and `main(options)`; its docstring is the text of
`--help`. Only the module that is asked for is imported, so that listing commands does not need torch.
"""
import argparse
import importlib
import sys

MODELS = {
    "compass": "layered codec: base layer, enhancement layers, LIFF",
    "hyperthumbnail": "JPEG thumbnail that hides the detail of the double or fourfold size",
    "irn": "invertible rescaling by 2 or 4",
    "inline": "small decoder of the placeholder's code, for pages",
    "placeholder": "progressive code of a 32x32 thumbnail in steps of 16 bytes",
}
VERBS = {
    "train": "train from a folder of pictures; writes a resumable last.pt",
    "export": "write the weights that the runtimes load, and their entries in the manifest",
    "evaluate": "measure a checkpoint on pictures that training leaves out",
    "parity": "write the golden file that the TypeScript tests compare with",
}
EXTRA_VERBS = {"compass": {"tables": "write src/entropy/tables-data.ts, the entropy coder's frequency tables"}}


def verbs_of(model: str) -> dict[str, str]:
    return VERBS | EXTRA_VERBS.get(model, {})


def choose(prog: str, what: str, choices: dict[str, str], words: list[str]) -> str:
    """The first word, which must be one of `choices`; prints them all for --help, and exits with 2 for any other word."""
    width = max(map(len, choices))
    listing = "\n".join(f"  {name:{width}}  {text}" for name, text in choices.items())
    parser = argparse.ArgumentParser(
        prog, f"{prog} {what} ...", epilog=f"{what}:\n{listing}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(what, choices=choices, help=argparse.SUPPRESS)
    return getattr(parser.parse_args(words[:1]), what)


def parser_of(model: str, verb: str) -> argparse.ArgumentParser:
    module = importlib.import_module(f"strata_models.{model}.{verb}")
    parser = argparse.ArgumentParser(
        f"python -m strata_models {model} {verb}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    parser.set_defaults(run=module.main)
    return parser


def main(words: list[str]) -> None:
    prog = "python -m strata_models"
    model = choose(prog, "MODEL", MODELS, words)
    verb = choose(f"{prog} {model}", "VERB", verbs_of(model), words[1:])
    options = parser_of(model, verb).parse_args(words[2:])
    options.run(options)


if __name__ == "__main__":
    main(sys.argv[1:])
