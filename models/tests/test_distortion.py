"""The distortion of training: its calibration, its shares, and the weights of rate."""
import math

import pytest
import torch

from pictures import blurred, drawn, noisy
from strata_models.compass import entropy_tables
from strata_models.compass.rate import (
    ANCHORS,
    LAMBDA_MAX,
    LAMBDA_MIN,
    QUALITY_MAX,
    QUALITY_MIN,
    at_anchor,
    lambda_of,
    symbol_bits,
)
from strata_models.shared.distortion import BINS, KINDS, Distortion
from strata_models.shared.ssimulacra2 import distance


def tensor(picture) -> torch.Tensor:
    return torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255


def coded_pictures(count: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Pairs of (coded, reference) with errors that differ much in size and kind."""
    references = [drawn(64, 64, seed) for seed in range(count)]
    degrade = [lambda p: blurred(p, 0.5), lambda p: blurred(p, 1.2), lambda p: noisy(p, 3), lambda p: noisy(p, 14)]
    return [(tensor(degrade[i % 4](p)), tensor(p)) for i, p in enumerate(references)]


@pytest.mark.parametrize("power", [1.0, 0.7])
def test_calibration_gives_the_perceptual_part_the_mean_of_squared_error(power):
    pairs = coded_pictures(16)
    quality = torch.tensor([40.0])
    plain, perceptual = Distortion(0.0, power), Distortion(1.0, power)
    for picture, reference in pairs:  # running means settle
        perceptual(picture, reference, quality, False)
    squared = [float(plain(picture, reference, quality, False)[0]) for picture, reference in pairs]
    kept = {name: value.clone() for name, value in perceptual.state_dict().items()}
    found = []
    for picture, reference in pairs:
        perceptual.load_state_dict(kept)
        found.append(float(perceptual(picture, reference, quality, False)[0]))
    # Equal units on the mean, and another division between pictures.
    assert sum(found) == pytest.approx(sum(squared), rel=0.15)
    assert max(abs(math.log(a / b)) for a, b in zip(found, squared)) > 0.3


def test_the_mixture_is_linear_in_its_share():
    (picture, reference), quality = coded_pictures(2)[1], torch.tensor([70.0])
    at = lambda share: float(Distortion(share, 1.0)(picture, reference, quality, True)[0])
    # The first call calibrates on this very picture, so that both parts are equal: MSE, whatever the share.
    assert at(0.0) == pytest.approx(float((picture - reference).square().mean()) * 255**2, rel=1e-5)
    assert at(0.4) == pytest.approx(at(0.0), rel=1e-3)
    assert at(1.0) == pytest.approx(at(0.0), rel=1e-3)


def test_figures_are_mse_and_the_distance_without_a_gradient():
    (picture, reference), quality = coded_pictures(1)[0], torch.tensor([50.0])
    moving = picture.clone().requires_grad_()
    total, squared, seen = Distortion(0.5, 1.0)(moving, reference, quality, False)
    assert float(seen) == pytest.approx(float(distance(picture, reference)), rel=1e-5)
    assert total.requires_grad
    assert not squared.requires_grad
    assert not seen.requires_grad


def test_calibration_is_kept_apart_by_kind_and_by_quality():
    (picture, reference) = coded_pictures(1)[0]
    model = Distortion(0.85, 1.0)
    model(picture, reference, torch.tensor([QUALITY_MIN]), True)
    model(picture, reference, torch.tensor([QUALITY_MAX]), False)
    expected = torch.zeros(KINDS, BINS)
    expected[0, 0] = expected[1, BINS - 1] = 1
    assert torch.equal(model.count, expected)
    assert torch.equal(model.squared > 0, expected > 0)


def test_lambda_is_spaced_evenly_in_the_logarithm():
    at = lambda_of(torch.tensor([1.0, 50.5, 100.0])).tolist()
    assert at == pytest.approx([LAMBDA_MIN, math.sqrt(LAMBDA_MIN * LAMBDA_MAX), LAMBDA_MAX])


def test_gains_are_interpolated_between_their_anchors():
    table = torch.arange(ANCHORS).float()[:, None] ** 2
    step = (QUALITY_MAX - QUALITY_MIN) / (ANCHORS - 1)
    quality = torch.tensor([1.0, 1 + 2 * step, 1 + 2.5 * step, 100.0])
    assert at_anchor(table, quality).flatten().tolist() == pytest.approx([0, 4, 6.5, (ANCHORS - 1) ** 2], abs=1e-4)


@pytest.mark.parametrize("index", [3, 20, 40, 63])
def test_bits_of_a_scale_are_near_what_a_table_of_that_width_costs(index):
    scale = torch.tensor(entropy_tables.SIGMAS[index])
    limit = min(entropy_tables.radius(index) // 2, int(3 * scale))
    symbols = torch.arange(0, limit + 1).float()
    costs = torch.tensor(entropy_tables.costs(index, limit))
    # The tables give some of their total to escapes and to symbols that hardly occur, and round frequencies to integers.
    assert (symbol_bits(symbols, scale) - costs).abs().max() < 0.2
