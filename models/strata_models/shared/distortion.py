"""The distortion of a picture in training: squared error mixed with the distance of SSIMULACRA2, in one unit.

    D = (1 - share) * MSE + share * r(quality, kind) * S^POWER

MSE is in squared 8-bit steps, S is the weighted sum of error norms. r is the running mean of MSE over the running mean of
S^POWER, in bins of quality, for each of two kinds of pictures apart: base layer and enhancement, thumbnail and
restored picture. With r, a quality has the rate that squared
error would give it, and S decides how bits are divided between pictures and between regions. A fixed factor could not do
that: MSE spans 1 to 200, S 1 to 30.

POWER lies between .6 and 1. A score falls with about S^.6, so an equal step of S is more visible in a picture whose S is
small; but a crop is not a picture, and within a picture S is linear.
"""
import torch
from torch import nn

from .ssimulacra2 import distance

PERCEPTUAL_SHARE = 0.85
QUALITY_MIN, QUALITY_MAX = 1, 100
BINS = 10
DECAY = 0.98
KINDS = 2  # the smaller picture, the larger one


class Distortion(nn.Module):
    squared: torch.Tensor  # [KINDS, BINS]: running mean of MSE
    seen: torch.Tensor  # running mean of S^power
    count: torch.Tensor  # batches that the means have taken in

    def __init__(self, share: float, power: float):
        super().__init__()
        self.share, self.power = share, power
        self.register_buffer("squared", torch.zeros(KINDS, BINS))
        self.register_buffer("seen", torch.zeros(KINDS, BINS))
        self.register_buffer("count", torch.zeros(KINDS, BINS))

    def forward(self, picture, reference, quality, is_small: bool) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Pictures [B, 3, H, W] in [0, 1], qualities [B] -> D, and MSE and S without gradients, each [B]."""
        picture = picture.float()
        squared = (picture - reference).square().mean((1, 2, 3)) * 255**2
        if not self.share:
            return squared, squared.detach(), torch.zeros_like(squared)
        seen = distance(picture, reference)
        powered = (seen + 1e-3) ** self.power
        factor = self._factor(squared.detach(), powered.detach(), quality, 0 if is_small else 1)
        return (1 - self.share) * squared + self.share * factor * powered, squared.detach(), seen.detach()

    def factors(self) -> torch.Tensor:
        """r of each kind and bin [KINDS, BINS]; bins that were never drawn have their neighbour's."""
        table = self.squared / self.seen.clamp_min(1e-6)
        known = self.count > 0
        for kind in range(KINDS):
            indexes = known[kind].nonzero()[:, 0]
            if len(indexes):
                nearest = (torch.arange(BINS)[:, None] - indexes[None]).abs().argmin(1)
                table[kind] = table[kind, indexes[nearest]]
        return table

    @torch.no_grad()
    def _factor(self, squared, seen, quality, kind: int) -> torch.Tensor:
        bins = ((quality - QUALITY_MIN) / (QUALITY_MAX - QUALITY_MIN) * BINS).long().clamp(0, BINS - 1)
        for index in bins.unique():
            chosen = bins == index
            self.count[kind, index] += 1
            # A plain mean over the first batches, so that the very first does not dominate.
            weight = max(1 - DECAY, 1 / float(self.count[kind, index]))
            self.squared[kind, index].lerp_(squared[chosen].mean(), weight)
            self.seen[kind, index].lerp_(seen[chosen].mean(), weight)
        return (self.squared[kind] / self.seen[kind].clamp_min(1e-6))[bins]
