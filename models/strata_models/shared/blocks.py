"""The few float building blocks that analysis and synthesis share. LeakyReLU only: it is the same in every runtime."""
import torch
import torch.nn.functional as F
from torch import nn

SLOPE = 0.1


class Residual(nn.Module):
    """x + [depthwise 3x3, 1x1, LeakyReLU, 1x1](x); starts as the identity."""

    def __init__(self, channels: int, hidden: int):
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.expand = nn.Conv2d(channels, hidden, 1)
        self.reduce = nn.Conv2d(hidden, channels, 1)
        with torch.no_grad():
            self.reduce.weight *= 0.1
            self.reduce.bias.zero_()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.reduce(F.leaky_relu(self.expand(self.depthwise(x)), SLOPE))


class Refine(nn.Module):
    """Correction at half resolution, from the reconstruction so far (and the prediction); starts near zero."""

    def __init__(self, inputs: int, channels: int):
        super().__init__()
        self.mix = nn.Conv2d(inputs, channels, 1)
        self.middle = nn.Conv2d(channels, channels, 3, padding=1)
        self.out = nn.Conv2d(channels, 12, 3, padding=1)
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
