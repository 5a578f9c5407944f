"""Integer-aware convolutions: training in floats computes the same values, bit for bit, as the runtimes in integers.

An activation is stored as `integer / GRID` so that its magnitude suits an optimizer; the exported graph works on
the integers themselves, held in fp32 tensors. A layer computes

    out = clip(floor((sum(w_int * a_int) + b_int + 2^(shift-1)) * 2^-shift), low, high)

with |w_int| <= 127, one power-of-two shift for each output channel, and sum|w_int| * max|a_int| + |b_int| < 2^24,
which makes every partial sum exact in fp32 in any order of summation. The shift is derived from the weights at each
forward pass, so the bound holds during training and not only after it.
"""
import torch
import torch.nn.functional as F
from torch import nn

GRID = 64.0  # activations 0..255 train as 0..4
EXACT = float(2**24)
WEIGHT_LIMIT = 127.0
SHIFT_RANGE = (1, 16)


def ste(hard: torch.Tensor, soft: torch.Tensor) -> torch.Tensor:
    """Value of `hard`, gradient of `soft` (straight-through)."""
    return soft + (hard - soft).detach()


class FloorClip(torch.autograd.Function):
    """floor(x * grid + 1/2) clipped to [low, high], over grid. The gradient passes inside the range, and outside it only
    where a step of descent leads back. Otherwise a saturated unit is pushed further without effect, and its weights grow
    without bound (measured: most units at the bound after 700 steps, then divergence)."""

    @staticmethod
    def forward(ctx, x, grid, low, high):
        scaled = (x * grid + 0.5).floor()
        ctx.save_for_backward(scaled < low, scaled > high)
        return torch.minimum(torch.maximum(scaled, low), high) / grid

    @staticmethod
    def backward(ctx, gradient):
        below, above = ctx.saved_tensors
        blocked = (below & (gradient > 0)) | (above & (gradient < 0))
        return gradient.masked_fill(blocked, 0.0), None, None, None


class IntegerConv(nn.Module):
    """Convolution on integers. `input_grid` and `input_limit` hold one value for each input channel."""

    input_grid: torch.Tensor
    input_limit: torch.Tensor
    output_grid: torch.Tensor
    low: torch.Tensor
    high: torch.Tensor

    def __init__(
        self, inputs: int, outputs: int, kernel: int, input_grid, input_limit, output_grid, low, high, groups: int = 1
    ):
        """`groups`: 1, or the number of channels for a depthwise convolution."""
        super().__init__()
        fan = inputs // groups * kernel * kernel
        self.groups = groups
        self.weight = nn.Parameter(torch.randn(outputs, inputs // groups, kernel, kernel) / fan**0.5)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.padding = kernel // 2
        # One value for each input channel, in a shape that multiplies the weights: [1, I, 1, 1], depthwise [O, 1, 1, 1].
        shape = (1, inputs, 1, 1) if groups == 1 else (inputs, 1, 1, 1)
        as_column = lambda v: torch.as_tensor(v, dtype=torch.float32).expand(inputs).reshape(shape).clone()
        self.register_buffer("input_grid", as_column(input_grid), persistent=False)
        self.register_buffer("input_limit", as_column(input_limit), persistent=False)
        grids = torch.as_tensor(output_grid, dtype=torch.float32).expand(outputs).clone()
        self.register_buffer("output_grid", grids, persistent=False)
        column = lambda v: torch.as_tensor(v, dtype=torch.float32).expand(outputs).reshape(1, outputs, 1, 1).clone()
        self.register_buffer("low", column(low), persistent=False)
        self.register_buffer("high", column(high), persistent=False)

    def _effective(self) -> torch.Tensor:
        return self.weight * (self.output_grid.view(-1, 1, 1, 1) / self.input_grid)

    @torch.no_grad()
    def quantized(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """(w_int [O, I, k, k], b_int [O], shift [O]) as floats that hold integers."""
        effective, bias = self._effective().double(), (self.bias * self.output_grid).double()
        largest = effective.abs().amax((1, 2, 3)).clamp_min(1e-9)
        reach = (effective.abs() * self.input_limit).sum((1, 2, 3)) + bias.abs() + 1
        shift = torch.minimum((WEIGHT_LIMIT / largest).log2().floor(), (EXACT * 0.97 / reach).log2().floor())
        shift = shift.clamp(*SHIFT_RANGE)
        power = 2.0**shift
        weight = (effective * power.view(-1, 1, 1, 1)).round().clamp(-WEIGHT_LIMIT, WEIGHT_LIMIT)
        return weight, (bias * power).round(), shift

    def check(self) -> float:
        """Largest sum|w|*max|a| + |b| + half over the output channels. Raises AssertionError unless it is below 2^24."""
        weight, bias, shift = self.quantized()
        reach = (weight.abs() * self.input_limit).sum((1, 2, 3)) + bias.abs() + 2.0 ** (shift - 1)
        if not bool((reach < EXACT).all()):
            raise AssertionError(f"an integer convolution can reach {reach.max():.0f}, which fp32 does not hold exactly")
        return float(reach.max())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight, bias, shift = self.quantized()
        power = 2.0**shift
        weight = weight / power.view(-1, 1, 1, 1) / self.output_grid.view(-1, 1, 1, 1) * self.input_grid
        bias = bias / power / self.output_grid
        weight, bias = ste(weight.float(), self.weight), ste(bias.float(), self.bias)
        out = F.conv2d(x, weight, bias, padding=self.padding, groups=self.groups)
        return FloorClip.apply(out, self.output_grid.view(1, -1, 1, 1), self.low, self.high)


def integer_relu(
    inputs: int, outputs: int, kernel: int, input_grid=GRID, input_limit=255.0, groups: int = 1
) -> IntegerConv:
    """IntegerConv whose output is an activation in [0, 255]."""
    return IntegerConv(inputs, outputs, kernel, input_grid, input_limit, GRID, 0.0, 255.0, groups)
