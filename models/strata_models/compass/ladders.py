"""The sizes of layers that training draws: sides of the layers of one square crop, from the base up."""
from random import Random

SIDE = 288  # pixels of a crop

# (weight, sides): three layers of the default ladder and of thirds are most common; the rest teaches other factors.
LADDERS = [
    (6, (96, 192, 288)),  # 2, 3/2: thirds
    (6, (72, 144, 288)),  # 2, 2
    (3, (144, 216, 288)),  # 3/2, 4/3
    (2, (108, 216, 288)),  # 2, 4/3
    (1, (72, 288)),  # 4
    (1, (96, 288)),  # 3
    (1, (160, 200, 240)),  # 5/4, 6/5
    (1, (84, 140, 280)),  # 5/3, 2
    (0.4, (72, 180, 288)),  # 5/2, 8/5 (quantized phases)
    (0.3, (107, 171, 287)),  # odd sides, quantized phases
]
PURE_QUALITY_PART = 0.06  # of the draws: the last layer repeats the size below at a higher quality


def draw(random: Random) -> tuple[tuple[int, ...], bool]:
    """The sides of the layers, and whether the top is a pure quality layer."""
    weights, ladders = zip(*LADDERS)
    (sides,) = random.choices(ladders, weights)
    if random.random() < PURE_QUALITY_PART:
        return (sides[0], sides[-1], sides[-1]), True
    return sides, False
