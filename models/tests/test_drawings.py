"""Drawings for training and measuring: every kind, the same for the same seed, with whatever fonts there are."""
import numpy as np
import pytest
import torch

from strata_models.shared import drawings, fonts
from strata_models.shared.drawings import KINDS, SHARES, DrawnCrops, drawing, drawn_set
from strata_models.shared.fonts import BUILT_IN, system_fonts


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(96, 96), (40, 150), (9, 8)])
def test_every_kind_draws_pictures_that_differ_and_follow_from_the_seed(kind, size):
    draw = lambda seed: [drawing(random, size[0], size[1], kind) for random in [np.random.default_rng(seed)] for _ in range(4)]
    first, again = draw(3), draw(3)
    for picture, same in zip(first, again, strict=True):
        assert picture.shape == (*size, 3)
        assert picture.dtype == np.uint8
        assert np.array_equal(picture, same)
    assert any(not np.array_equal(first[0], other) for other in first[1:])
    assert any(np.ptp(picture) > 40 for picture in first), "something is to be seen"


def test_kinds_are_drawn_by_their_shares(monkeypatch):
    assert set(SHARES) == set(KINDS)
    assert sum(SHARES.values()) == pytest.approx(1)
    seen: list[str] = []

    def record(kind: str) -> np.ndarray:
        seen.append(kind)
        return np.zeros((8, 8, 3), np.uint8)

    for kind in KINDS:
        monkeypatch.setitem(KINDS, kind, lambda *_, kind=kind: record(kind))
    random = np.random.default_rng(1)
    for _ in range(2000):
        drawing(random, 8, 8)
    for kind, share in SHARES.items():
        assert seen.count(kind) / 2000 == pytest.approx(share, abs=0.04)


def test_text_is_dark_on_light_and_light_on_dark_with_sharp_and_smooth_edges():
    random = np.random.default_rng(1)
    pictures = [drawing(random, 96, 96, "text").mean(2) for _ in range(60)]
    assert {np.median(picture) > 128 for picture in pictures} == {True, False}
    greys = [len(np.unique(picture)) for picture in pictures]
    assert min(greys) <= 3
    assert max(greys) > 40


def test_without_fonts_of_the_system_text_is_in_pillows_own(monkeypatch, tmp_path):
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    monkeypatch.setattr(fonts, "FOLDERS", (str(tmp_path), str(tmp_path / "missing")))
    system_fonts.cache_clear()
    try:
        assert system_fonts() == (BUILT_IN,)
        assert np.ptp(drawing(np.random.default_rng(2), 64, 64, "text")) > 60
    finally:
        system_fonts.cache_clear()


def test_the_set_for_measuring_does_not_depend_on_the_systems_fonts(monkeypatch):
    monkeypatch.setattr(drawings, "system_fonts", lambda: pytest.fail("asked for the system's fonts"))
    pictures = drawn_set("text", 3, 64, 80)
    assert [tuple(picture.shape) for picture in pictures] == [(3, 64, 80)] * 3
    assert all(map(torch.equal, pictures, drawn_set("text", 3, 64, 80)))
    assert not torch.equal(pictures[0], drawn_set("text", 3, 64, 80, seed=2)[0])


class Grey:
    """A sampler of grey crops, which no drawing is."""

    def next(self) -> torch.Tensor:
        return torch.full((4, 3, 32, 32), 0.3)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.4, 1.0])
def test_drawings_replace_their_share_of_the_crops(share):
    sampler, found = DrawnCrops(Grey(), share, 1), []
    for _ in range(50):
        crops = sampler.next()
        assert crops.shape == (4, 3, 32, 32)
        assert crops.min() >= 0
        assert crops.max() <= 1
        is_grey = (crops == 0.3).all(3).all(2).all(1)
        assert torch.equal(sampler.drawn, ~is_grey)
        found.append(int(sampler.drawn.sum()))
    assert sum(found) / 200 == pytest.approx(share, abs=0.06)
    assert max(found) - min(found) <= 1
