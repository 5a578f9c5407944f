"""The frequency tables of the entropy coder. They need no torch, and neither does this file."""
import math
from pathlib import Path

import pytest

from strata_models.compass import entropy_tables

COMMITTED = Path(__file__).parents[2] / "src/entropy/tables-data.ts"


def test_the_committed_tables_are_the_ones_that_training_uses():
    assert COMMITTED.read_text(encoding="ascii") == entropy_tables.typescript()


@pytest.mark.parametrize("index", range(entropy_tables.COUNT))
def test_a_table_is_complete(index):
    frequencies = entropy_tables.frequencies(index)
    assert sum(frequencies) == entropy_tables.TOTAL
    assert min(frequencies) >= 1
    assert frequencies[-1] >= entropy_tables.MIN_ESCAPE
    symbols = frequencies[:-1]
    assert len(symbols) == 2 * entropy_tables.radius(index) + 1
    assert symbols == symbols[::-1]


@pytest.mark.parametrize("index", [1, 20, 63])
def test_costs_are_the_bits_of_the_frequencies_and_rise_with_the_magnitude(index):
    radius = entropy_tables.radius(index)
    costs = entropy_tables.costs(index, radius + 40)
    for magnitude in (0, 1, radius):
        frequency = entropy_tables.frequencies(index)[radius + magnitude]
        assert costs[magnitude] == pytest.approx(16 - math.log2(frequency))
    assert costs[radius + 1] > costs[0]
    # An escape pays for its length and its mantissa: one bit each whenever the excess doubles.
    assert costs[radius + 8] - costs[radius + 7] == pytest.approx(1)


def test_table_0_codes_only_zero():
    assert entropy_tables.costs(0, 3) == [0.0, math.inf, math.inf, math.inf]


def test_scales_rise_and_lie_as_far_from_even_spacing_as_their_shifts():
    assert sorted(entropy_tables.SIGMAS) == entropy_tables.SIGMAS
    step = math.log(entropy_tables.SIGMA_MAX / entropy_tables.SIGMA_MIN) / (entropy_tables.COUNT - 1)
    position = [math.log(sigma / entropy_tables.SIGMA_MIN) / step for sigma in entropy_tables.SIGMAS]
    for index, shift in entropy_tables.SHIFTS:
        assert position[index] == pytest.approx(index + shift)
    assert position[12] == pytest.approx(12 + (1.5 + 1.25) / 2)
