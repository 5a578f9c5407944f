"""Local implicit filter function: prediction of a layer from the reconstruction below it.

After COMPASS, eq. (7)-(19). Features of the lower reconstruction are taken from the 3x3 neighbourhood of the nearest
low-resolution pixel. They are weighted by filters that an MLP generates from the local grid r (offset of the target pixel
from that neighbour) and from the scale token s. On each axis r has few values (phases), so the MLP runs once for each pair
of phases. The sum is added to a bicubic prediction at the same positions.
"""
import math
from dataclasses import dataclass
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import nn

from ..shared.blocks import Conv2d

FEATURES = 8
TAPS = 9 * FEATURES
EXACT_NUMERATOR = 6
PHASE_STEPS = 16
CUBIC_A = -0.6


@dataclass(frozen=True)
class Axis:
    """How one axis of `target` pixels samples `source` pixels."""

    source: int
    target: int
    nearest: tuple[int, ...]  # nearest source pixel of each target pixel
    phase: tuple[int, ...]  # index into offsets of each target pixel
    offsets: tuple[float, ...]  # local grid r, in source pixels, of each phase
    period: tuple[int, int] | None  # (targets, sources) after which phases repeat; None when quantized

    @property
    def log_scale(self) -> float:
        return math.log2(self.target / self.source)


@lru_cache(maxsize=256)
def make_axis(source: int, target: int) -> Axis:
    """Positions in integer arithmetic only, so that every implementation agrees (see src/codec/compass/shared/axis.ts)."""
    divisor = math.gcd(source, target)
    numerator, denominator = target // divisor, source // divisor
    if numerator <= EXACT_NUMERATOR:
        nearest = tuple((2 * i + 1) * source // (2 * target) for i in range(target))
        phase = tuple(i % numerator for i in range(target))
        offsets = tuple(
            (2 * p + 1) * denominator / (2 * numerator) - 0.5 - (2 * p + 1) * denominator // (2 * numerator)
            for p in range(numerator)
        )
        return Axis(source, target, nearest, phase, offsets, (numerator, denominator))
    half = PHASE_STEPS // 2
    steps = [(PHASE_STEPS * ((2 * i + 1) * source - target) + target) // (2 * target) for i in range(target)]
    nearest = tuple(min(max((s + half) // PHASE_STEPS, 0), source - 1) for s in steps)
    phase = tuple((s + half) % PHASE_STEPS for s in steps)
    offsets = tuple((p - half) / PHASE_STEPS for p in range(PHASE_STEPS))
    return Axis(source, target, nearest, phase, offsets, None)


def cubic(distance: float) -> float:
    d = abs(distance)
    if d < 1:
        return ((CUBIC_A + 2) * d - (CUBIC_A + 3)) * d * d + 1
    return ((CUBIC_A * d - 5 * CUBIC_A) * d + 8 * CUBIC_A) * d - 4 * CUBIC_A if d < 2 else 0.0


@lru_cache(maxsize=256)
def cubic_matrix(axis: Axis) -> torch.Tensor:
    """[target, source] bicubic weights at the phases' positions, edges replicated."""
    matrix = torch.zeros(axis.target, axis.source, dtype=torch.float64)
    for i, (nearest, phase) in enumerate(zip(axis.nearest, axis.phase)):
        position = nearest + axis.offsets[phase]
        first = math.floor(position) - 1
        for tap in range(first, first + 4):
            matrix[i, min(max(tap, 0), axis.source - 1)] += cubic(position - tap)
    return matrix.float()


class Liff(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            Conv2d(12, 12, 3, padding=1), nn.LeakyReLU(0.1), Conv2d(12, 4 * FEATURES, 1)
        )
        first, second, last = nn.Linear(6, 32), nn.Linear(32, 32), nn.Linear(32, 3 * TAPS)
        self.filters = nn.Sequential(first, nn.LeakyReLU(0.1), second, nn.LeakyReLU(0.1), last)
        with torch.no_grad():
            last.bias.zero_()
            last.weight *= 0.05

    def extract(self, low: torch.Tensor) -> torch.Tensor:
        """[B, 3, h, w] in [0, 1] -> [B, FEATURES, h, w]; an odd side is padded by replication and cropped after."""
        height, width = low.shape[2:]
        padded = F.pad(low, (0, width % 2, 0, height % 2), mode="replicate")
        features = F.pixel_shuffle(self.features(F.pixel_unshuffle(padded - 0.5, 2)), 2)
        return features[:, :, :height, :width]

    @staticmethod
    def tokens(rows: Axis, columns: Axis) -> torch.Tensor:
        """[phases_y * phases_x, 6]: r_y, r_x, log2 s_y, log2 s_x, r_y^2, r_x^2 with r in source pixels."""
        out = [
            (ry, rx, rows.log_scale, columns.log_scale, ry * ry, rx * rx)
            for ry in rows.offsets
            for rx in columns.offsets
        ]
        return torch.tensor(out, dtype=torch.float32)

    def forward(self, low: torch.Tensor, rows: Axis, columns: Axis, ablation: str = "") -> torch.Tensor:
        """[B, 3, rows.source, columns.source] in [0, 1] -> [B, 3, rows.target, columns.target]."""
        device = low.device
        base = cubic_matrix(rows).to(device) @ low.float() @ cubic_matrix(columns).T.to(device)
        if ablation == "liff":
            return base
        features = F.pad(self.extract(low), (1, 1, 1, 1), mode="replicate")
        tokens = self.tokens(rows, columns).to(device)
        if ablation == "scale-token":
            tokens[:, 2:4] = 0
        bank = self.filters(tokens)
        bank = bank.view(len(rows.offsets), len(columns.offsets), 3, FEATURES, 3, 3)
        apply = self._periodic if rows.period and columns.period else self._general
        return base + apply(features, bank, rows, columns).float()

    @staticmethod
    def _periodic(features, bank, rows, columns):
        """A rational factor a/b is one convolution of stride b with 3 a^2 outputs, each with its 3x3 filter shifted inside."""
        (ay, by), (ax, bx) = rows.period, columns.period
        top, left = rows.nearest[:ay], columns.nearest[:ax]
        kernel = bank.new_zeros(3, ay, ax, FEATURES, 3 + top[-1], 3 + left[-1])
        for p in range(ay):
            for q in range(ax):
                kernel[:, p, q, :, top[p] : top[p] + 3, left[q] : left[q] + 3] = bank[p, q]
        height, width = -(-rows.target // ay), -(-columns.target // ax)
        need_y = (height - 1) * by + kernel.shape[4] - features.shape[2]
        need_x = (width - 1) * bx + kernel.shape[5] - features.shape[3]
        features = F.pad(features, (0, max(need_x, 0), 0, max(need_y, 0)))
        out = F.conv2d(features, kernel.flatten(0, 2), stride=(by, bx))[:, :, :height, :width]
        out = out.view(-1, 3, ay, ax, height, width).permute(0, 1, 4, 2, 5, 3)
        return out.reshape(-1, 3, height * ay, width * ax)[:, :, : rows.target, : columns.target]

    @staticmethod
    def _general(features, bank, rows, columns):
        batch, _, height, width = features.shape
        patches = F.unfold(features, 3).view(batch, TAPS, height - 2, width - 2)
        index = lambda values: torch.tensor(values, device=features.device)
        patches = patches[:, :, index(rows.nearest)][:, :, :, index(columns.nearest)]
        filters = bank[index(rows.phase)][:, index(columns.phase)].flatten(3)  # [H, W, 3, TAPS]
        return torch.einsum("bthw,hwct->bchw", patches, filters.to(patches.dtype))
