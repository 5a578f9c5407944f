"""Evaluation: the difference of two rate curves, and the rows that it is computed from."""
import math

import pytest
import torch

from pictures import drawn
from strata_models.compass.evaluate import LEVELS, evaluate, rate_difference
from weights import codec


def rows(bits_at) -> list[dict]:
    """A curve of scores 40 to 90; `bits_at(score)` in bits per pixel."""
    return [{"levels": [{"score": float(score), "bpp": bits_at(score)}]} for score in range(40, 91, 5)]


def test_a_curve_of_the_same_bits_differs_by_nothing():
    curve = rows(lambda score: math.exp(score / 20))
    assert rate_difference(curve, curve, 0, "score", (50, 85)) == pytest.approx(0)


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_a_curve_of_a_constant_factor_differs_by_that_factor(factor):
    anchor = rows(lambda score: math.exp(score / 20))
    curve = rows(lambda score: factor * math.exp(score / 20))
    assert rate_difference(curve, anchor, 0, "score", (50, 85)) == pytest.approx(100 * (factor - 1))


def test_the_mean_is_taken_in_the_logarithm_over_the_limits_alone():
    anchor = rows(lambda score: math.exp(score / 20))
    # Ten per cent a step of score 10 above 60: the mean logarithm over 60..80 is one step of it.
    curve = rows(lambda score: math.exp(score / 20 + math.log(1.1) * (score - 60) / 10))
    assert rate_difference(curve, anchor, 0, "score", (60, 80)) == pytest.approx(10)


def test_curves_are_compared_where_both_exist():
    anchor = rows(lambda score: math.exp(score / 20))
    curve = [row for row in rows(lambda score: 2 * math.exp(score / 20)) if row["levels"][0]["score"] >= 65]
    assert rate_difference(curve, anchor, 0, "score", (50, 85)) == pytest.approx(100)


def test_quality_buys_score_and_psnr_for_bits():
    picture = torch.from_numpy(drawn(120, 150, 1)).permute(2, 0, 1)
    found = evaluate(codec().float(), [picture], (25, 85))
    assert [row["quality"] for row in found] == [25, 85]
    for low, high in zip(*(row["levels"] for row in found), strict=True):
        for measure in ("bpp", "score", "psnr"):
            assert high[measure] > low[measure]
    for row in found:
        assert len(row["levels"]) == len(LEVELS)
        # The bits of a prefix hold those of the levels below: with its own pixels, each level adds its own bits.
        spent = 0.0
        for level, values in zip(LEVELS, row["levels"], strict=True):
            pixels = round(120 * level / 3) * round(150 * level / 3)
            spent += values["own"] * pixels
            assert values["bpp"] * pixels == pytest.approx(spent)
            assert 0 < values["side"] < values["own"]
