"""Invertible rescaling: a Haar transformation and coupling blocks for each halving (Xiao et al., ECCV 2020, section 3).

The transformation is invertible. Only its low part is stored, as a thumbnail of 8 bits. The rest is z, which training
makes independent of the picture; restoring replaces z by zeros or by a sample of N(0, I).
"""
from typing import cast

import torch
import torch.nn.functional as F
from torch import nn

from ..shared.blocks import SLOPE, Conv2d
from ..shared.integer import ste

UNIT = 64.0  # samples of 0..255 enter as (sample - CENTRE) / UNIT
CENTRE = 128.0
SCALE_CLAMP = 1.0  # of the logarithm of a coupling's factor
# Inputs of a coupling's networks are clamped to these, in units. Pictures stay below. Without a limit, one coupling would
# amplify what another has made too large, in the forward pass and in the gradient.
LOW_CLAMP, HIGH_CLAMP = 6.0, 16.0
COLOURS = 3
# For each halving: growth of the dense blocks over the high part, of those over the low part, and the number of couplings.
# The first halving has four times the positions of the second, and fewer channels.
LEVELS = {2: ((16, 24, 8),), 4: ((16, 16, 6), (24, 24, 6))}


def haar(x: torch.Tensor) -> torch.Tensor:
    """[B, C, 2h, 2w] -> [B, 4C, h, w]: means, then differences across, down and both (of four samples, times 4)."""
    a, b, c, d = (x[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1))
    return torch.cat([(a + b + c + d) / 4, a - b + c - d, a + b - c - d, a - b - c + d], 1)


def inverse_haar(x: torch.Tensor) -> torch.Tensor:
    mean, across, down, both = x.chunk(4, 1)
    across, down, both = across / 4, down / 4, both / 4
    parts = [mean + across + down + both, mean - across + down - both, mean + across - down - both, mean - across - down + both]
    return F.pixel_shuffle(torch.stack(parts, 2).flatten(1, 2), 2)


class Dense(nn.Module):
    """Three 3x3 convolutions. Each reads the input, clamped to +-clamp, and the outputs of all before it; starts near 0."""

    def __init__(self, inputs: int, growth: int, outputs: int, clamp: float):
        super().__init__()
        self.clamp = clamp
        self.first = Conv2d(inputs, growth, 3, padding=1)
        self.second = Conv2d(inputs + growth, growth, 3, padding=1)
        self.last = Conv2d(inputs + 2 * growth, outputs, 3, padding=1)
        with torch.no_grad():
            self.last.weight *= 0.05
            self.last.bias.zero_()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.clamp(-self.clamp, self.clamp)
        a = F.leaky_relu(self.first(x), SLOPE)
        b = F.leaky_relu(self.second(torch.cat([x, a], 1)), SLOPE)
        return self.last(torch.cat([x, a, b], 1)).float()


class Coupling(nn.Module):
    """low += shift(high); high = high * exp(s(low)) + t(low): invertible whatever the networks compute."""

    def __init__(self, high: int, growth_high: int, growth_low: int):
        super().__init__()
        self.shift = Dense(high, growth_high, COLOURS, HIGH_CLAMP)
        self.affine = Dense(COLOURS, growth_low, 2 * high, LOW_CLAMP)

    def factor_and_offset(self, low: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logarithm of the factor, within +-SCALE_CLAMP, and offset, each [B, high, h, w]."""
        raw, offset = self.affine(low).chunk(2, 1)
        return SCALE_CLAMP * (2 * torch.sigmoid(raw) - 1), offset

    def forward(self, low: torch.Tensor, high: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        low = low + self.shift(high)
        log_factor, offset = self.factor_and_offset(low)
        return low, high * log_factor.exp() + offset

    def inverse(self, low: torch.Tensor, high: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        log_factor, offset = self.factor_and_offset(low)
        high = (high - offset) * (-log_factor).exp()
        return low - self.shift(high), high


class Irn(nn.Module):
    def __init__(self, factor: int):
        super().__init__()
        self.factor, channels = factor, COLOURS
        levels = []
        for growth_high, growth_low, count in LEVELS[factor]:
            channels *= 4
            high = channels - COLOURS
            levels.append(nn.ModuleList(Coupling(high, growth_high, growth_low) for _ in range(count)))
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
    """Samples as an 8-bit file stores them, with a straight-through gradient."""
    return ste(low.round().clamp(0, 255), low)
