"""Hyper-synthesis in integers: entropy parameters of a layer's latents from its side latents and the layer below.

    z (int, 1/32) + planes ── 1x1 ── shuffle 2 ──┐
                                                 + ── 3x3 ── 1x1 ── shuffle 2 ── means (1/16 steps), scale indexes, at 1/8
    context (ints of the layer below, at 1/8) ── unshuffle 2 ── 1x1 ──┘     (enhancement layers only)

Planes are constant integers: the quality code and, on enhancement layers, the scale code.
"""
import torch
import torch.nn.functional as F
from torch import nn

from .integer import GRID, IntegerConv, integer_relu
from .rate import QUALITY_MAX, QUALITY_MIN, SCALE_COUNT

MEAN_STEPS = 16.0  # means are multiples of 1/16
MEAN_LIMIT = 2047.0
INDEX_GRID = 8.0
SIDE_GRID = 16.0
SIDE_LIMIT = 255.0
CONTEXT_LIMIT = 255.0


def quality_code(quality: torch.Tensor) -> torch.Tensor:
    """Quality 1..100 -> integer 0..255."""
    return torch.floor((quality - QUALITY_MIN) * 255 / (QUALITY_MAX - QUALITY_MIN) + 0.5)


def scale_code(log_scale: float) -> int:
    """Mean of log2 of the two axes' scale factors, 0..4 -> integer 0..255."""
    return int(min(max(log_scale, 0.0), 3.984) * 64 + 0.5)


class EntropyNet(nn.Module):
    def __init__(self, latents: int, side: int, hidden: int, context: bool):
        super().__init__()
        planes = 2 if context else 1
        grid = [SIDE_GRID] * side + [GRID] * planes
        self.latents = latents
        self.side = integer_relu(side + planes, hidden * 4, 1, input_grid=grid)
        self.context = integer_relu(latents * 8, hidden, 1) if context else None
        self.middle = integer_relu(hidden, hidden, 3, input_limit=510.0 if context else 255.0)
        # Order of the outputs before the shuffle: channel * 4 + position, means first, then scale indexes.
        count = latents * 4
        split = lambda mean, index: torch.tensor([mean] * count + [index] * count)
        self.out = IntegerConv(
            hidden, latents * 8, 1, GRID, 255.0, split(MEAN_STEPS, INDEX_GRID), split(-MEAN_LIMIT, 0.0),
            split(MEAN_LIMIT, SCALE_COUNT - 1.0),
        )
        with torch.no_grad():
            self.side.bias.fill_(0.2)
            self.middle.bias.fill_(0.2)
            self.out.weight *= 0.1
            self.out.bias[count:] = 2.5

    def forward(self, z, planes, context=None):
        """z [B, side, h, w] ints; planes [B, n] ints; context [B, 2*latents, 4h, 4w] ints.
        Returns (means in latent units, scale indexes as integers), each [B, latents, 4h, 4w]."""
        constant = planes[:, :, None, None].expand(-1, -1, *z.shape[2:]) / GRID
        hidden = F.pixel_shuffle(self.side(torch.cat([z / SIDE_GRID, constant], 1)), 2)
        if self.context is not None:
            hidden = hidden + self.context(F.pixel_unshuffle(context, 2) / GRID)
        out = F.pixel_shuffle(self.out(self.middle(hidden)), 2)
        return out[:, : self.latents], out[:, self.latents :] * INDEX_GRID


def nearest_rows(source_pixels: int, target_pixels: int, source_count: int, target_count: int) -> torch.Tensor:
    """Index of the lower layer's latent under the centre of each latent of this layer, by integer arithmetic."""
    index = torch.arange(target_count)
    return ((2 * index + 1) * source_pixels // (2 * target_pixels)).clamp_max(source_count - 1)


def context_of(latents: torch.Tensor, indexes: torch.Tensor) -> torch.Tensor:
    """What the layer above may see, as integers: min(|16 * latent|, 255) and the scale indexes."""
    magnitude = (latents.detach() * MEAN_STEPS).round().abs().clamp_max(CONTEXT_LIMIT)
    return torch.cat([magnitude, indexes.detach()], 1)
