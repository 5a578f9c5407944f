"""Training pictures: the held-out split, crops, and the resize that the references are made with."""
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pictures import drawn
from strata_models.shared.data import (
    HELD_OUT_PART,
    CropSampler,
    DeviceCropSampler,
    is_held_out,
    load_pictures,
    make_sampler,
    picture_paths,
    resize,
)
from strata_models.shared.resample import bicubic


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    picture = Image.fromarray(drawn(24, 30, 1))
    for index in range(200):
        inner = tmp_path / ("inner" if index % 2 else ".")
        inner.mkdir(exist_ok=True)
        picture.save(inner / f"{index}.png")
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def test_the_split_is_disjoint_complete_and_the_same_each_time(folder):
    held_out, trained = (picture_paths(folder, held_out=part) for part in (True, False))
    assert not set(held_out) & set(trained)
    assert sorted([*held_out, *trained]) == picture_paths(folder, held_out=None)
    assert len(held_out) + len(trained) == 200
    assert 0 < len(held_out) < 3 * 200 / HELD_OUT_PART
    assert held_out == picture_paths(folder, held_out=True)


def test_the_split_follows_the_name_alone():
    # Fixed for ever: a name that changes sides would be measured after it was trained on.
    names = [name for name in (f"{i}.png" for i in range(100)) if is_held_out(Path(name))]
    assert names == ["50.png", "65.png", "81.png", "89.png", "93.png"]
    assert is_held_out(Path("a/b", names[0]))


def test_a_folder_without_pictures_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no \.jpg or \.png"):
        picture_paths(tmp_path, held_out=None)


def test_small_pictures_are_left_out(folder):
    paths = picture_paths(folder, held_out=True)
    assert [tuple(p.shape) for p in load_pictures(paths, 24)] == [(3, 24, 30)] * len(paths)
    assert load_pictures(paths, 25) == []


def numbered(height: int, width: int) -> torch.Tensor:
    """Each row and column of each colour tells where it was: (row, column, 200 + picture)."""
    rows, columns = torch.arange(height)[:, None].expand(height, width), torch.arange(width).expand(height, width)
    return torch.stack([rows, columns, torch.full((height, width), 200)]).to(torch.uint8)


@pytest.mark.parametrize("sampler", [CropSampler, partial(DeviceCropSampler, device="cpu")], ids=["one by one", "gathered"])
def test_crops_are_parts_of_a_picture_flipped_or_transposed(sampler):
    crops = (sampler([numbered(40, 50), numbered(30, 35)], 8, 64, 3).next() * 255).round().int()
    assert crops.shape == (64, 3, 8, 8)
    kinds = set()
    for crop in crops:
        down, across = crop[:2].diff(dim=1)[:, :, 0], crop[:2].diff(dim=2)[:, 0]
        steps = tuple(down[:, 0].tolist()), tuple(across[:, 0].tolist())
        assert (down == down[:, :1]).all()
        assert (across == across[:, :1]).all()
        kinds.add(steps)
        assert (crop[2] == 200).all()
    # As it is, flipped, transposed, and both; a flip comes before a transposition.
    assert kinds == {((1, 0), (0, 1)), ((1, 0), (0, -1)), ((0, 1), (1, 0)), ((0, -1), (1, 0))}


def test_samplers_repeat_with_their_seed():
    pictures = [numbered(40, 50)]
    draw = lambda seed: make_sampler(pictures, 16, 4, seed, "cpu").next()
    assert torch.equal(draw(1), draw(1))
    assert not torch.equal(draw(1), draw(2))


def both_ways(height: int, width: int, kernel: Image.Resampling) -> tuple[torch.Tensor, np.ndarray]:
    """A plane [1, 1, 75, 93], and what Pillow makes of it in floats: in 8 bits it would round between the two axes."""
    plane = drawn(75, 93, 2)[:, :, 0].astype(np.float32)
    return torch.from_numpy(plane)[None, None], np.array(Image.fromarray(plane).resize((width, height), kernel))


@pytest.mark.parametrize(("height", "width"), [(37, 53), (25, 31), (120, 150)])
def test_lanczos_is_pillows_rounded(height, width):
    plane, expected = both_ways(height, width, Image.Resampling.LANCZOS)
    found = resize(plane / 255, height, width)[0, 0].numpy() * 255
    assert np.abs(found - expected.clip(0, 255)).max() < 0.5 + 0.01


@pytest.mark.parametrize(("height", "width"), [(40, 48), (160, 192)])
def test_bicubic_is_pillows(height, width):
    plane, expected = both_ways(height, width, Image.Resampling.BICUBIC)
    assert np.abs(bicubic(plane, height, width)[0, 0].numpy() - expected).max() < 0.01
