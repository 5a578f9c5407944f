"""Shapes of the model: how many couplings each halving has, and which networks they hold."""
import argparse
from dataclasses import dataclass

COLOURS = 3


@dataclass(frozen=True)
class Level:
    """The couplings after one Haar transformation. `growth_high`, `growth_low`: channels inside the network over the high part
    and inside the one over the low part. `network`: a name of networks.py."""

    growth_high: int
    growth_low: int
    couplings: int
    network: str = "dense"


@dataclass(frozen=True)
class Shape:
    name: str  # of its files
    factor: int  # between the sides of picture and thumbnail
    levels: tuple[Level, ...]


# The first halving has four times the positions of the second, and fewer channels. The fast shapes cost a tenth.
SHAPES = {
    shape.name: shape
    for shape in (
        Shape("irn2", 2, (Level(16, 24, 8),)),
        Shape("irn4", 4, (Level(16, 16, 6), Level(24, 24, 6))),
        Shape("irn2-fast", 2, (Level(16, 16, 5, "separable"),)),
        Shape("irn4-fast", 4, (Level(16, 16, 4, "separable"), Level(16, 16, 3, "separable"))),
    )
}
FACTORS = (2, 4)


def add_shape_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--factor", "--scale", type=int, choices=FACTORS, required=True, help="between the sides")
    parser.add_argument("--fast", action="store_true", help="the shape that costs a tenth")


def shape_of(factor: int, fast: bool = False) -> Shape:
    return SHAPES[f"irn{factor}{'-fast' if fast else ''}"]
