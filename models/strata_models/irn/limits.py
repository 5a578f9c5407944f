"""Limits of what the networks of the couplings see, compute and add, in units.

A coupling multiplies the high part by up to e, and its networks grow with their inputs without bound: on pictures unlike
those of the training one coupling enlarged what the one before had made too large, low parts of 6,000 samples were stored
as 255, and the gradient grew with all of it. Most photographs stay below 3 (low) and 6 (high) all the way; stripes of black
and white reach 2 and 8 after the first Haar transformation. With limits a coupling adds no more than these, however far from
the training a picture is. The integer programs have the same limits: the range of each tensor is its limit.
"""
import torch
from torch import nn

LOW_LIMIT, HIGH_LIMIT = 8.0, 16.0
# Of the activations inside the networks. Room costs the integer programs precision: twice as much cost .05 dB at 40 dB.
HIDDEN_LIMIT = 8.0


class Clamp(torch.autograd.Function):
    """x within +-limit. The gradient passes inside, and outside only where a step of descent leads back."""

    @staticmethod
    def forward(ctx, x, limit):
        y = x.clamp(-limit, limit)
        ctx.save_for_backward(x - y)
        return y

    @staticmethod
    def backward(ctx, gradient):
        (beyond,) = ctx.saved_tensors
        return gradient * (beyond * gradient >= 0), None


def exceeds(x: torch.Tensor, bound: float) -> bool:
    """Whether a value lies beyond +-bound. To ask costs a CPU much less than to clamp with a gradient, and the answer is
    nearly always no; on a GPU it would mean waiting, and the answer is yes."""
    if x.device.type != "cpu":
        return True
    smallest, largest = x.detach().aminmax()
    return bool(smallest < -bound) or bool(largest > bound)


def within(x: torch.Tensor, limit: float) -> torch.Tensor:
    if not (torch.is_grad_enabled() and x.requires_grad):
        return x.clamp(-limit, limit)
    return Clamp.apply(x, limit) if exceeds(x, limit) else x


class Limit(nn.Module):
    """`within`, as a module, so that a hook sees what comes in."""

    def __init__(self, limit: float):
        super().__init__()
        self.limit = limit

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return within(x, self.limit)
