"""Invertible rescaling: a Haar transformation and coupling blocks for each halving (Xiao et al., ECCV 2020, section 3).

The transformation is invertible. Only its low part is stored, as a thumbnail of 8 bits. The rest is z, which training
makes independent of the picture; restoring replaces z by zeros or by a sample of N(0, I).

What the networks of the couplings see and compute is limited (limits.py); what flows between the couplings is not, so that
both directions invert each other whatever the picture.
"""
from typing import cast

import torch
import torch.nn.functional as F
from torch import nn

from ..shared.integer import FloorClip
from .limits import HIGH_LIMIT, LOW_LIMIT, Limit
from .networks import NETWORKS, Network
from .shapes import COLOURS, Level, Shape

UNIT = 64.0  # samples of 0..255 enter as (sample - CENTRE) / UNIT
CENTRE = 128.0
SCALE_CLAMP = 1.0  # of the logarithm of a coupling's factor


def haar(x: torch.Tensor) -> torch.Tensor:
    """[B, C, 2h, 2w] -> [B, 4C, h, w]: means, then differences across, down and both (of four samples, times 4)."""
    a, b, c, d = (x[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1))
    return torch.cat([(a + b + c + d) / 4, a - b + c - d, a + b - c - d, a - b - c + d], 1)


def inverse_haar(x: torch.Tensor) -> torch.Tensor:
    mean, across, down, both = x.chunk(4, 1)
    across, down, both = across / 4, down / 4, both / 4
    parts = [mean + across + down + both, mean - across + down - both, mean + across - down - both, mean - across - down + both]
    return F.pixel_shuffle(torch.stack(parts, 2).flatten(1, 2), 2)


class Coupling(nn.Module):
    """low += shift(high); high = high * exp(s(low)) + t(low): invertible whatever the networks compute.

    The networks see low and high within their limits, and what they add is limited. Both directions carry the values
    themselves, so nothing is lost.
    """

    shift: Network
    affine: Network

    def __init__(self, high: int, level: Level):
        super().__init__()
        network = NETWORKS[level.network]
        self.shift = network(high, level.growth_high, COLOURS)
        self.affine = network(COLOURS, level.growth_low, 2 * high)
        self.limit_low, self.limit_high = Limit(LOW_LIMIT), Limit(HIGH_LIMIT)

    def offset_of_low(self, high: torch.Tensor) -> torch.Tensor:
        return self.limit_low(self.shift(self.limit_high(high)))

    def factor_and_offset(self, low: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logarithm of the factor, within +-SCALE_CLAMP, and offset, each [B, high, h, w]."""
        raw, offset = self.affine(self.limit_low(low)).chunk(2, 1)
        return SCALE_CLAMP * (2 * torch.sigmoid(raw) - 1), self.limit_high(offset)

    def forward(self, low: torch.Tensor, high: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        low = low + self.offset_of_low(high)
        log_factor, offset = self.factor_and_offset(low)
        return low, high * log_factor.exp() + offset

    def inverse(self, low: torch.Tensor, high: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        log_factor, offset = self.factor_and_offset(low)
        high = (high - offset) * (-log_factor).exp()
        return low - self.offset_of_low(high), high


class Irn(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape, self.factor, channels = shape, shape.factor, COLOURS
        levels = []
        for level in shape.levels:
            channels *= 4
            levels.append(nn.ModuleList(Coupling(channels - COLOURS, level) for _ in range(level.couplings)))
        self.levels = cast("list[list[Coupling]]", nn.ModuleList(levels))
        self.hidden = channels - COLOURS  # channels of z

    def forward(self, picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """[B, 3, H, W] samples 0..255, sides multiples of the factor -> low [B, 3, H/factor, W/factor], not rounded, and z."""
        x = (picture - CENTRE) / UNIT
        for couplings in self.levels:
            x = haar(x)
            low, high = x[:, :COLOURS], x[:, COLOURS:]
            for coupling in couplings:
                low, high = coupling(low, high)
            x = torch.cat([low, high], 1)
        return x[:, :COLOURS] * UNIT + CENTRE, x[:, COLOURS:]

    def inverse(self, low: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """low [B, 3, h, w] samples, z [B, hidden, h, w] -> [B, 3, h*factor, w*factor], neither rounded nor clipped."""
        x = torch.cat([(low - CENTRE) / UNIT, z], 1)
        for couplings in reversed(self.levels):
            low, high = x[:, :COLOURS], x[:, COLOURS:]
            for coupling in reversed(couplings):
                low, high = coupling.inverse(low, high)
            x = inverse_haar(torch.cat([low, high], 1))
        return x * UNIT + CENTRE

    def zeros(self, low: torch.Tensor) -> torch.Tensor:
        """z = 0, the mode of its distribution."""
        return low.new_zeros(low.shape[0], self.hidden, *low.shape[2:])

    def macs(self) -> float:
        """Multiply-accumulates per pixel of the large picture, in one direction."""
        total = 0.0
        for level, couplings in enumerate(self.levels):
            weights = sum(p.numel() for c in couplings for p in c.parameters() if p.dim() == 4)
            total += weights / 4 ** (level + 1)
        return total


def stored(low: torch.Tensor) -> torch.Tensor:
    """Samples as an 8-bit file stores them. The gradient passes straight through, but for where it leads further out."""
    return FloorClip.apply(low, 1.0, low.new_tensor(0.0), low.new_tensor(255.0))
