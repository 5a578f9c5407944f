"""The networks of a coupling. Activations are limited like the integers of the programs (programs.py). No output depends on
more than three rows or columns on each side, for which the runtimes keep room."""
import torch
import torch.nn.functional as F
from torch import nn

from ..shared.blocks import SLOPE, Conv2d
from .limits import HIDDEN_LIMIT, within


def activation(x: torch.Tensor) -> torch.Tensor:
    return within(F.leaky_relu(x, SLOPE), HIDDEN_LIMIT)


def start_small(last: Conv2d) -> None:
    """So that a coupling starts close to the identity."""
    with torch.no_grad():
        last.weight *= 0.05
        last.bias.zero_()


class Dense(nn.Module):
    """Three 3x3 convolutions. Each reads the input and the outputs of all before it."""

    def __init__(self, inputs: int, growth: int, outputs: int):
        super().__init__()
        self.first = Conv2d(inputs, growth, 3, padding=1)
        self.second = Conv2d(inputs + growth, growth, 3, padding=1)
        self.last = Conv2d(inputs + 2 * growth, outputs, 3, padding=1)
        start_small(self.last)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = activation(self.first(x))
        b = activation(self.second(torch.cat([x, a], 1)))
        return self.last(torch.cat([x, a, b], 1)).float()


class Separable(nn.Module):
    """A 3x3 convolution, then a depthwise 3x3 and a 1x1 convolution; a last 1x1 convolution reads the outputs of both."""

    def __init__(self, inputs: int, growth: int, outputs: int):
        super().__init__()
        self.first = Conv2d(inputs, growth, 3, padding=1)
        self.depthwise = Conv2d(growth, growth, 3, padding=1, groups=growth)
        self.second = Conv2d(growth, growth, 1)
        self.last = Conv2d(2 * growth, outputs, 1)
        start_small(self.last)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = activation(self.first(x))
        b = activation(self.second(within(self.depthwise(a), HIDDEN_LIMIT)))
        return self.last(torch.cat([a, b], 1)).float()


Network = Dense | Separable
NETWORKS: dict[str, type[Dense] | type[Separable]] = {"dense": Dense, "separable": Separable}
