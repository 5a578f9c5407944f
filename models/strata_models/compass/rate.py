"""Quality levels, and the rate that training estimates for what the entropy coder's tables cost."""
import math

import torch

from .entropy_tables import MIXTURE, SIGMAS

SCALE_COUNT = 64
SCALE_MIN, SCALE_MAX = 0.11, 64.0
SCALE_STEP = math.log(SCALE_MAX / SCALE_MIN) / (SCALE_COUNT - 1)

QUALITY_MIN, QUALITY_MAX = 1, 100
LAMBDA_MIN, LAMBDA_MAX = 0.0004, 0.1
ANCHORS = 8  # gain vectors lie at this many qualities, equally spaced, and are interpolated between them


def lambda_of(quality: torch.Tensor) -> torch.Tensor:
    """Weight of 255^2 * MSE against bits per pixel; log-spaced over quality 1..100."""
    position = (quality - QUALITY_MIN) / (QUALITY_MAX - QUALITY_MIN)
    return LAMBDA_MIN * (LAMBDA_MAX / LAMBDA_MIN) ** position


def anchor_position(quality: torch.Tensor) -> torch.Tensor:
    """Quality 1..100 on the axis 0..ANCHORS-1 of the gain vectors."""
    return (quality - QUALITY_MIN) / (QUALITY_MAX - QUALITY_MIN) * (ANCHORS - 1)


def at_anchor(table: torch.Tensor, quality: torch.Tensor) -> torch.Tensor:
    """Linear interpolation of table [ANCHORS, C] at quality [B], as [B, C, 1, 1]."""
    position = anchor_position(quality)
    lower = position.floor().clamp(0, ANCHORS - 2).long()
    fraction = (position - lower)[:, None]
    return (table[lower] * (1 - fraction) + table[lower + 1] * fraction)[:, :, None, None]


def scale_of_index(index: torch.Tensor) -> torch.Tensor:
    """Standard deviation, in quantization steps, of the table `index`."""
    return SCALE_MIN * torch.exp(index * SCALE_STEP)


def table_scale(index: torch.Tensor) -> torch.Tensor:
    """Scale of the table that codes symbols of integer `index` (entropy_tables.SHIFTS); training sees scale_of_index."""
    return torch.tensor(SIGMAS, device=index.device)[index.round().long()]


def symbol_bits(value: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """Bits of the integer-binned density of entropy_tables.py with this scale at `value`, [B, C, h, w] each.

    The exponential tail stands for escapes. Its width follows the scale: with a fixed width, values far outside their scale
    would get no gradient, nor would the scale, and hyper-latents would diverge within a few hundred steps.
    """
    magnitude = value.abs()
    mass = 0.0
    for part, width in MIXTURE:
        root = 1 / (scale * (width * math.sqrt(2)))
        upper = torch.special.erfc((magnitude - 0.5) * root)
        mass = mass + 0.5 * part * (upper - torch.special.erfc((magnitude + 0.5) * root))
    probability = mass * (1 - 2**-12) + 2**-13 * torch.exp(-magnitude / (2 * scale)) + 1e-30
    return -torch.log2(probability)
