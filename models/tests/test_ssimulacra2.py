"""SSIMULACRA2: scores of the reference tool, gradients, equal pictures."""
import pytest
import torch

from pairs import PAIRS, Pair
from pictures import blurred, drawn
from strata_models.shared.ssimulacra2 import distance, score, score_of


def tensor(picture) -> torch.Tensor:
    return torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_scores_are_those_of_the_reference_tool(pair: Pair):
    reference, degraded = pair.pictures()
    assert float(score(tensor(degraded), tensor(reference))) == pytest.approx(pair.score, abs=0.5)


def test_the_pairs_cover_what_is_served():
    scores = [pair.score for pair in PAIRS]
    assert len(scores) >= 12
    assert min(scores) < 40
    assert max(scores) > 85
    assert min(min(pair.height, pair.width) for pair in PAIRS) >= 128


def test_equal_pictures_have_no_distance():
    picture = tensor(drawn(128, 144, 1))
    assert float(distance(picture, picture, 0.0)) == pytest.approx(0, abs=1e-4)
    assert float(score(picture, picture)) == pytest.approx(100, abs=0.05)
    # In training a small number stands under the root of each 4-norm; the gradient stays finite there.
    moving = picture.clone().requires_grad_()
    far = distance(moving, picture)
    assert 0 < far.item() < 0.1
    (gradient,) = torch.autograd.grad(far.sum(), moving)
    assert gradient.isfinite().all()
    assert float(score_of(torch.zeros(1))) == 100


def test_a_batch_is_scored_picture_by_picture():
    references = torch.cat([tensor(drawn(128, 128, seed)) for seed in (1, 2)])
    degraded = torch.cat([tensor(blurred(drawn(128, 128, seed), 0.5 * seed)) for seed in (1, 2)])
    together = score(degraded, references)
    alone = [float(score(degraded[i : i + 1], references[i : i + 1])) for i in range(2)]
    assert together.tolist() == pytest.approx(alone, abs=1e-3)
    assert alone[0] > alone[1] + 10


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_gradient_is_that_of_finite_differences(seed):
    reference = tensor(drawn(128, 128, seed))
    picture = tensor(blurred(drawn(128, 128, seed), 0.7)).requires_grad_()
    (gradient,) = torch.autograd.grad(distance(picture, reference).sum(), picture)
    torch.manual_seed(seed)
    # A random third of the samples, each its own way: one sample moves the distance by less than f32 resolves.
    direction = gradient.sign() * (torch.rand_like(picture) < 1 / 3)
    step = 1e-3
    with torch.no_grad():
        ahead, behind = (float(distance(picture + sign * step * direction, reference)) for sign in (1, -1))
    assert float((gradient * direction).sum()) == pytest.approx((ahead - behind) / (2 * step), rel=0.02)


def test_a_picture_of_few_pixels_has_fewer_scales_and_a_score():
    reference = drawn(16, 20, 2)
    assert 0 < float(score(tensor(blurred(reference, 0.5)), tensor(reference))) < 100
