"""The decoder, and the search that finds the bits for it.

The state of a thumbnail between iterations is its coefficients `c` so far and a conv-LSTM (`memory`, `hidden`), all on
the 4x4 grid of blocks. An iteration reads 128 bits b = +-1. They choose a signed sum of its 128 codewords; gates computed
from the state scale the sum coefficient by coefficient, and the output of the LSTM corrects the picture that is shown:

    gate, lstm = K([c, hidden])          x = b W_t          c += 2 gate x
    memory, hidden = LSTM(lstm + X x)    shown = c + N(hidden)

There is no network for encoding. The bits are found by a search against the decoder: signs of residual times gates times
W_t', from the strongest codeword down, then corrected bit by bit, which takes a third of a second.
Only + - * min max are used, so that every machine computes the same doubles.
"""
import torch
from torch import nn

from ..shared.blocks import Conv2d
from .transform import BLOCK, CELLS, CHANNELS, GRID, backward, forward

STEPS = 8
ITERATIONS = 8  # one for each step: two of 64 bits are no better at 16 bytes and 0.15 dB worse from 32 bytes on
BITS = 128
HIDDEN = 32
MIXED = 64
ALONE, TOGETHER = 32, 4  # codewords that `successive` decides one by one, and how many of the others at once
SIZE = CELLS * CHANNELS


class _Clip(torch.autograd.Function):
    """Clamps. A clamped value still gets the gradients that lead back into the range."""

    @staticmethod
    def forward(ctx, x, low, high):
        ctx.save_for_backward(x < low, x > high)
        return x.clamp(low, high)

    @staticmethod
    def backward(ctx, gradient):
        below, above = ctx.saved_tensors
        return gradient.masked_fill((below & (gradient > 0)) | (above & (gradient < 0)), 0.0), None, None


def sigmoid(x):
    return _Clip.apply(x * 0.25 + 0.5, 0.0, 1.0)


def tanh(x):
    return _Clip.apply(x, -1.0, 1.0)


class State:
    def __init__(self, count: int):
        self.c = torch.zeros(count, CELLS, CHANNELS)
        self.hidden = torch.zeros(count, CELLS, HIDDEN)
        self.memory = torch.zeros(count, CELLS, HIDDEN)

    def expand(self, count: int) -> "State":
        other = State(0)
        other.c, other.hidden, other.memory = (v.expand(count, -1, -1) for v in (self.c, self.hidden, self.memory))
        return other


class Decoder(nn.Module):
    selected: torch.Tensor
    mean: torch.Tensor
    scale: torch.Tensor
    amplitude: torch.Tensor

    def __init__(self):
        super().__init__()
        gates = CHANNELS + 4 * HIDDEN
        self.register_buffer("selected", torch.arange(CHANNELS))  # of a block's 192 coefficients
        self.register_buffer("mean", torch.zeros(CELLS, CHANNELS))
        self.register_buffer("scale", torch.ones(CELLS, CHANNELS))  # one deviation of each coefficient
        self.register_buffer("amplitude", torch.ones(ITERATIONS))  # of the codewords, so that all learn at one rate
        self.codewords = nn.Parameter(torch.zeros(ITERATIONS, BITS, SIZE))
        self.mix_in = Conv2d(CHANNELS + HIDDEN, MIXED, 1)
        self.mix_across = Conv2d(MIXED, MIXED, 3, padding=1, groups=MIXED)
        self.mix_out = Conv2d(MIXED, gates, 1)
        self.gate_bias = nn.Parameter(torch.zeros(ITERATIONS, CELLS, CHANNELS))
        self.lstm_bias = nn.Parameter(torch.zeros(ITERATIONS, 4 * HIDDEN))
        self.cell_bias = nn.Parameter(torch.zeros(CELLS, 4 * HIDDEN))
        self.read = nn.Linear(CHANNELS, 4 * HIDDEN, bias=False)
        self.show = Conv2d(HIDDEN, CHANNELS, 3, padding=1)
        with torch.no_grad():
            self.mix_out.weight.mul_(0.5)[:CHANNELS].mul_(0.1)
            self.mix_out.bias.zero_()
            self.mix_out.bias[CHANNELS + HIDDEN : CHANNELS + 2 * HIDDEN] = 1.0  # remember at first
            self.show.weight.zero_()
            self.show.bias.zero_()

    def books(self) -> tuple[torch.Tensor, ...]:
        """[128, 640] codewords of each iteration."""
        return (self.codewords * self.amplitude[:, None, None]).unbind()

    def coefficients(self, pixels: torch.Tensor) -> torch.Tensor:
        """uint8 [N, 3, 32, 32] -> [N, 16, 40], minus their mean."""
        return forward(pixels.float() / 255 - 0.5)[:, :, self.selected] - self.mean

    def linear_pixels(self, coefficients: torch.Tensor) -> torch.Tensor:
        full = torch.zeros(len(coefficients), CELLS, 3 * BLOCK * BLOCK)
        full[:, :, self.selected] = coefficients
        return backward(full)

    def pixels(self, shown: torch.Tensor) -> torch.Tensor:
        """-> [N, 3, 32, 32] in 0..255, rounded."""
        return ((self.linear_pixels(shown + self.mean) + 0.5).clamp(0, 1) * 255 + 0.5).floor()

    def gates(self, state: State, iteration: int):
        features = torch.cat([tanh(state.c * 0.5 / self.scale), state.hidden], 2)
        g = _cells(self.mix_out(self.mix_across(self.mix_in(_grid(features)))))
        gate = sigmoid(g[:, :, :CHANNELS] + self.gate_bias[iteration])
        return 2 * gate, g[:, :, CHANNELS:] + self.lstm_bias[iteration] + self.cell_bias

    def advance(self, state: State, gate, lstm, x):
        """x [N, 16, 40]: the chosen codewords' sum -> (new state, shown)."""
        new = State(0)
        new.c = state.c + gate * x
        take, keep, give, update = (lstm + self.read(x)).chunk(4, 2)
        new.memory = sigmoid(keep) * state.memory + sigmoid(take) * tanh(update)
        new.hidden = sigmoid(give) * tanh(new.memory)
        return new, new.c + _cells(self.show(_grid(new.hidden))) * self.scale

    def decode(self, bits: torch.Tensor) -> list[torch.Tensor]:
        """Bits +-1 [N, iterations, 128] -> coefficients shown after each step, [N, 16, 40] each."""
        state, shown = State(len(bits)), []
        for i, book in zip(range(bits.shape[1]), self.books()):
            gate, lstm = self.gates(state, i)
            state, y = self.advance(state, gate, lstm, (bits[:, i] @ book).view(-1, CELLS, CHANNELS))
            shown.append(y)
        return every_step(shown)


def every_step(values: list) -> list:
    """Those of the values after each iteration that stand after a whole step."""
    each = ITERATIONS // STEPS
    return values[each - 1 :: each]


def _grid(x: torch.Tensor) -> torch.Tensor:
    return x.view(len(x), GRID, GRID, -1).permute(0, 3, 1, 2)


def _cells(x: torch.Tensor) -> torch.Tensor:
    return x.permute(0, 2, 3, 1).reshape(len(x), CELLS, -1)


def successive(residual, gate, book) -> torch.Tensor:
    """Bits +-1 where `search` starts. Codewords are taken from the strongest down, and each is subtracted from the residual
    before the next sign is chosen. All signs at once would be a start that flips do not mend (-0.7 dB after one step).

    residual, gate [N, D]; book [bits, D].
    """
    order = (gate.square() @ (book * book).T).mean(0).argsort(descending=True)
    bits = torch.empty(len(residual), len(book))
    left, squares = residual * gate, gate * gate
    for some in order.split([1] * ALONE + [TOGETHER] * ((len(book) - ALONE) // TOGETHER)):
        bits[:, some] = torch.where(left @ book[some].T >= 0, 1.0, -1.0)
        left = left - squares * (bits[:, some] @ book[some])
    return bits


def search(residual, gate, book, bits, rounds: int) -> torch.Tensor:
    """Flips, in each picture, the bit that lowers |residual - gate (bits book)|^2 most; `rounds` times, or until none does.

    residual, gate [N, D]; book [bits, D]; bits +-1 [N, bits].
    """
    squares = gate * gate
    cost = squares @ (book * book).T
    slope = ((residual - gate * (bits @ book)) * gate) @ book.T
    rows = torch.arange(len(bits))
    bits = bits.clone()
    for turn in range(rounds):
        change, j = (bits * slope + cost).min(1)
        useful = (change < -1e-7).float()
        if turn % 8 == 7 and not useful.any():
            break
        slope += 2 * (bits[rows, j] * useful)[:, None] * ((squares * book[j]) @ book.T)
        bits[rows, j] *= 1 - 2 * useful
    return bits


def encode(decoder: Decoder, target: torch.Tensor, rounds: int) -> list[torch.Tensor]:
    """target [N, 16, 40] -> coefficients shown after each step. Gradients reach the decoder's weights, not the bits."""
    state, shown = State(len(target)), torch.zeros_like(target)
    outputs = []
    for i, book in enumerate(decoder.books()):
        gate, lstm = decoder.gates(state, i)
        with torch.no_grad():
            flat, residual = gate.reshape(len(target), -1), (target - shown).reshape(len(target), -1)
            bits = search(residual, flat, book, successive(residual, flat, book), rounds)
        state, shown = decoder.advance(state, gate, lstm, (bits @ book).view(-1, CELLS, CHANNELS))
        outputs.append(shown)
    return every_step(outputs)
