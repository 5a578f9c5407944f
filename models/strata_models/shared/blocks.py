"""Float building blocks of the networks. LeakyReLU is the only activation: it is the same in every runtime."""
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar, cast

import torch
import torch.nn.functional as F
from torch import nn

SLOPE = 0.1

M = TypeVar("M", bound=nn.Module)


def module_list(modules: Iterable[M]) -> Sequence[M]:
    """An nn.ModuleList, typed as the sequence of its members; torch types them as plain modules."""
    return cast("Sequence[M]", nn.ModuleList(modules))


class Conv2d(nn.Conv2d):
    """A convolution that always has a bias; torch types the bias as optional."""

    bias: nn.Parameter  # type: ignore[assignment]


class Residual(nn.Module):
    """x + [depthwise 3x3, 1x1, LeakyReLU, 1x1](x); starts as the identity."""

    def __init__(self, channels: int, hidden: int):
        super().__init__()
        self.depthwise = Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.expand = Conv2d(channels, hidden, 1)
        self.reduce = Conv2d(hidden, channels, 1)
        with torch.no_grad():
            self.reduce.weight *= 0.1
            self.reduce.bias.zero_()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.reduce(F.leaky_relu(self.expand(self.depthwise(x)), SLOPE))


class Residuals(nn.Sequential):
    """Residual blocks one after the other, each with its own count of channels inside."""

    def __init__(self, channels: int, hidden: Iterable[int]):
        super().__init__(*(Residual(channels, inside) for inside in hidden))

    def __iter__(self) -> Iterator[Residual]:
        return cast("Iterator[Residual]", super().__iter__())


class Refine(nn.Module):
    """Correction at half resolution, from the reconstruction so far (and the prediction); starts near zero."""

    def __init__(self, inputs: int, channels: int):
        super().__init__()
        self.mix = Conv2d(inputs, channels, 1)
        self.middle = Conv2d(channels, channels, 3, padding=1)
        self.out = Conv2d(channels, 12, 3, padding=1)
        with torch.no_grad():
            self.out.weight *= 0.05
            self.out.bias.zero_()

    def forward(self, *pictures: torch.Tensor) -> torch.Tensor:
        x = F.pixel_unshuffle(torch.cat(pictures, 1), 2)
        x = F.leaky_relu(self.mix(x), SLOPE)
        x = F.leaky_relu(self.middle(x), SLOPE)
        return F.pixel_shuffle(self.out(x), 2)


def pad_to(x: torch.Tensor, stride: int) -> torch.Tensor:
    """Replicates the last row and column until both sides are multiples of `stride`."""
    height, width = x.shape[2:]
    return F.pad(x, (0, -width % stride, 0, -height % stride), mode="replicate")
