"""The small decoder of placeholders: packing, its files, its network against the code, the searches, and training."""
import json
from functools import cache

import numpy as np
import pytest
import torch
from PIL import Image

from pictures import blurred, drawn
from strata_models.__main__ import main
from strata_models.inline.evaluate import evaluate, square_of
from strata_models.inline.export import MODULE, module_of
from strata_models.inline.model import InlineDecoder, decode, pixels, read
from strata_models.inline.pack import pack, unpack
from strata_models.inline.search import encode, factor_of, improve, shorten
from strata_models.inline.thumbhash import thumbhash
from strata_models.inline.train import keep_zeros, prune
from strata_models.placeholder.checkpoint import load_decoder
from weights import GOLDEN, WEIGHTS

TEACHER = WEIGHTS / "placeholder.safetensors"


@cache
def teacher():
    return load_decoder(TEACHER)


@cache
def decoder() -> InlineDecoder:
    return read((WEIGHTS / "inline.bin").read_bytes())


@cache
def thumbnails() -> torch.Tensor:
    """uint8 [6, 3, 32, 32]"""
    large = [blurred(drawn(96, 96, seed), 2.0) for seed in range(1, 7)]
    small = [np.array(Image.fromarray(p).resize((32, 32), Image.Resampling.LANCZOS)) for p in large]
    return torch.from_numpy(np.stack(small)).permute(0, 3, 1, 2)


@cache
def codes() -> torch.Tensor:
    return encode(teacher(), teacher().coefficients(thumbnails()), factor_of(teacher(), 32, 21))


def decibels(bits: torch.Tensor) -> float:
    with torch.no_grad():
        tables = decoder().tables()
        shown = pixels(decoder(), tables, decode(decoder(), tables, bits, [bits.shape[1]])[0])
    return float(-10 * ((shown - thumbnails()) / 255).square().mean((1, 2, 3)).log10().mean())


@pytest.mark.parametrize("scale", [0.05, 1.0, 300.0])
def test_tables_are_unpacked_as_they_were_packed(scale):
    random = np.random.default_rng(1)
    tables = [(scale * random.standard_cauchy(shape)).clip(-1e6, 1e6).round().astype(int) for shape in ((1, 9), (40, 7), (3, 1))]
    data = pack(tables)
    for found, table in zip(unpack(data, [table.shape for table in tables]), tables, strict=True):
        assert (found == table).all()


def test_columns_of_zeros_cost_next_to_nothing():
    table = np.zeros((128, 100), int)
    table[:, 7] = np.random.default_rng(1).integers(-3, 4, 128)
    assert len(pack([table])) < 128 * np.log2(7) / 8 + 40


def test_the_committed_files_belong_together():
    data = (WEIGHTS / "inline.bin").read_bytes()
    assert decoder().write() == data
    assert (WEIGHTS.parent / MODULE).read_text() == module_of(data)


def test_the_golden_file_is_what_the_weights_give(tmp_path):
    files = ["--checkpoint", str(WEIGHTS / "inline.bin"), "--teacher", str(TEACHER)]
    main(["inline", "parity", *files, "--out", str(tmp_path / "p")])
    found, expected = (json.loads(path.read_text()) for path in (tmp_path / "p", GOLDEN / "inline.json"))
    assert found["code"] == expected["code"]
    for length, values in expected["pixels"].items():
        assert np.abs(np.array(found["pixels"][length]) - values).max() <= 1


def test_more_bytes_show_more():
    quality = [decibels(codes()[:, : 8 * length]) for length in (16, 20, 24, 28, 32)]
    assert quality == sorted(quality)
    assert quality[-1] > quality[0] + 0.5


def test_codes_made_for_24_bytes_are_better_than_beginnings():
    factor, beginning = factor_of(teacher(), 32, 32), codes()[:, :192]
    made = torch.cat([beginning[:, :128], shorten(decoder(), teacher(), codes(), factor)], 1)
    target = teacher().coefficients(thumbnails()).reshape(-1, 640)
    improved = improve(decoder(), made, target, factor)
    assert decibels(beginning) < decibels(made) < decibels(improved)


def test_a_drawn_picture_is_shown_better_than_by_thumbhash():
    image = Image.fromarray(blurred(drawn(120, 180, 2), 3.0))
    rows = evaluate(image, teacher(), decoder())
    assert rows["24 B"][0] > rows["ThumbHash"][0]
    assert rows["32 B"][0] > rows["24 B"][0]
    assert square_of(image).size == (120, 120)


@pytest.mark.parametrize(
    ("size", "length", "shown"), [((32, 32), 24, (32, 32)), ((32, 21), 21, (32, 23)), ((18, 32), 19, (18, 32))]
)
def test_thumbhash_has_its_published_sizes(size, length, shown):
    picture = drawn(size[1], size[0], 1)
    decoded, count = thumbhash(picture)
    assert (count, decoded.shape) == (length, (shown[1], shown[0], 3))
    assert np.abs(decoded.mean((0, 1)) - picture.mean((0, 1))).max() < 10
    flat = np.full((32, 32, 3), (40, 90, 200), np.uint8)
    assert np.abs(thumbhash(flat)[0].astype(int) - flat).max() <= 8


def test_pruned_codewords_stay_zero():
    other = read((WEIGHTS / "inline.bin").read_bytes())
    left = prune(other, [0.0, 1.5])
    assert torch.equal(other.first, decoder().first)
    assert 0 < int((other.second != 0).sum()) < int((decoder().second != 0).sum())
    other.second.add_(1.0)
    keep_zeros(other, left)
    assert torch.equal(other.second != 0, left["second"])


def test_training_writes_a_decoder_that_can_be_exported(tmp_path, capsys):
    data = tmp_path / "data"
    data.mkdir()
    for seed in range(30):  # enough for a held-out one
        Image.fromarray(drawn(60, 90, seed)).save(data / f"picture-{seed}.png")
    run = ["--data", str(data), "--out", str(tmp_path / "run"), "--minutes", "0.02", "--teacher", str(TEACHER)]
    main(["inline", "train", *run])
    assert "held out:" in capsys.readouterr().out
    main(["inline", "train", *run, "--resume", str(tmp_path / "run/last.pt"), "--price", "0", "--prune", "1", "1"])
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights/manifest.json").write_text('{"files": {}}')
    module = tmp_path / "weights-data.ts"
    checkpoint = tmp_path / "run/inline.bin"
    assert read(checkpoint.read_bytes()).write() == checkpoint.read_bytes()
    size = len(checkpoint.read_bytes()) - 150
    files = ["--teacher", str(TEACHER), "--out", str(tmp_path / "weights"), "--module", str(module)]
    main(["inline", "export", "--checkpoint", str(tmp_path / "run/last.pt"), *files, "--bytes", str(size)])
    assert size - 300 < len((tmp_path / "weights/inline.bin").read_bytes()) <= size
    with pytest.raises(ValueError, match="expected at most 900 bytes"):
        main(["inline", "export", "--checkpoint", str(checkpoint), *files, "--bytes", "900"])
    assert "export const PACKED" in module.read_text()
    assert json.loads((tmp_path / "weights/manifest.json").read_text())["files"]["inline.bin"]["role"] == "inline"
