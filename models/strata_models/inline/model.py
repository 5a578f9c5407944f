"""The small decoder of the placeholder's code (models/strata_models/placeholder): 16 to 32 bytes -> 32x32 pixels.

Its codewords are quantized coarsely, those of the first step as frequencies of the whole picture. One small network on the
4x4 grid of blocks stands in for gates and LSTM. It sees the coefficients c so far, and how much of each step is known:

    gate, correction = N(c, known)          c += max(0, 1 + bias + gate) * (bits W)          shown = c + correction

A bit that is not known counts 0, so that a code may end after any byte.
"""
import torch
from torch import nn

from ..placeholder.model import BITS, Decoder, State
from ..placeholder.transform import BLOCK, CELLS, CHANNELS, COLOUR, GRID, LAPPED, SIDE, dct
from .pack import pack, unpack

STEPS = 2  # a table of codewords for bytes 33 to 48 would add .2 dB for 1.3 kB
HIDDEN = 48
SIZE = CELLS * CHANNELS
LUMA, CHROMA = 19, 9  # frequencies u + v below these are in the codewords of the first step
PLACES = [plane * SIDE**2 + u * SIDE + v
          for plane, limit in enumerate((LUMA, CHROMA, CHROMA)) for u in range(SIDE) for v in range(SIDE) if u + v < limit]

# Quantization step of each table; the order is that of the packed file.
QUANTA = {
    "mean": 1 / 64, "first": 0.014, "offset": 0.014, "second": 0.02, "gate_bias": 1 / 16, "octave": 1 / 4,
    "mix_in": 1 / 16, "mix_in_bias": 1 / 16, "across": 1 / 16, "mix": 1 / 16, "mix_bias": 1 / 16, "mix_out": 1 / 32,
    "mix_out_bias": 1 / 16,
}
SHAPES = {
    "mean": (1, len(PLACES)), "first": (BITS, len(PLACES)), "offset": (1, len(PLACES)), "second": (BITS, SIZE),
    "gate_bias": (1, SIZE), "octave": (1, CHANNELS), "mix_in": (HIDDEN, CHANNELS + STEPS), "mix_in_bias": (1, HIDDEN),
    "across": (HIDDEN, 9), "mix": (HIDDEN, HIDDEN), "mix_bias": (1, HIDDEN), "mix_out": (2 * CHANNELS, HIDDEN),
    "mix_out_bias": (1, 2 * CHANNELS),
}


class _Quantize(torch.autograd.Function):
    """To multiples of 1; what is nearer to 0 than 0.6 becomes 0, which is cheap to code. Gradients pass."""

    @staticmethod
    def forward(ctx, x, rounding):
        return x.sign() * (x.abs() + rounding).floor()

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None


def frequencies(selected: torch.Tensor) -> torch.Tensor:
    """[PLACES, 640]: frequencies of the whole picture as coefficients of the lapped transform. Rows are near orthonormal."""
    planes = torch.zeros(len(PLACES), 3 * SIDE**2)
    planes[torch.arange(len(PLACES)), PLACES] = 1
    back = LAPPED @ dct(SIDE).float().T
    z = (back @ planes.view(-1, 3, SIDE, SIDE) @ back.T).view(-1, 3, GRID, BLOCK, GRID, BLOCK)
    z = z.permute(0, 2, 4, 1, 3, 5).reshape(len(PLACES), CELLS, 3 * BLOCK**2)
    return z[:, :, selected].reshape(len(PLACES), SIZE)


class InlineDecoder(nn.Module):
    """Parameters are tables by the names of SHAPES. `basis` follows from the coefficients that are coded, `selected`."""

    selected: torch.Tensor
    basis: torch.Tensor
    mean: nn.Parameter
    first: nn.Parameter
    second: nn.Parameter
    octave: nn.Parameter
    mix_in: nn.Parameter
    mix: nn.Parameter
    across: nn.Parameter
    mix_out: nn.Parameter

    def __init__(self, selected: torch.Tensor):
        super().__init__()
        self.register_buffer("selected", selected)
        self.register_buffer("basis", frequencies(selected))
        for name, shape in SHAPES.items():
            self.register_parameter(name, nn.Parameter(torch.zeros(shape), requires_grad=name != "mean"))

    @torch.no_grad()
    def begin(self, teacher: Decoder, gates: torch.Tensor) -> None:
        """Takes the teacher's codewords, those of the second step times their usual gates [640]; the network starts at random."""
        first, _ = teacher.gates(State(1), 0)
        self.first.copy_((teacher.books()[0] * first.flatten()) @ self.basis.T)
        self.second.copy_(teacher.books()[1] * gates)
        self.mean.copy_(teacher.mean.flatten()[None] @ self.basis.T)
        self.octave.copy_(torch.log2(0.5 / teacher.scale.mean(0))[None])
        for weight, spread in ((self.mix_in, 1.0), (self.mix, 1.0), (self.across, 0.15), (self.mix_out, 0.25)):
            weight.normal_(std=spread * (2 / weight.shape[1]) ** 0.5)
        self.across[:, 4] += 0.7

    def integers(self) -> dict[str, torch.Tensor]:
        words = ("first", "second", "offset", "gate_bias")
        return {name: _Quantize.apply(getattr(self, name) / quantum, 0.4 if name in words else 0.5)
                for name, quantum in QUANTA.items()}

    def tables(self) -> dict[str, torch.Tensor]:
        """Quantized, with gradients as if they were not."""
        return {name: value * QUANTA[name] for name, value in self.integers().items()}

    def write(self) -> bytes:
        tables = [self.selected[None].int(), *self.integers().values()]
        return pack([table.detach().int().numpy() for table in tables])


def read(data: bytes) -> InlineDecoder:
    selected, *tables = unpack(data, [(1, CHANNELS), *SHAPES.values()])
    decoder = InlineDecoder(torch.from_numpy(selected[0]).long())
    with torch.no_grad():
        for (name, quantum), table in zip(QUANTA.items(), tables, strict=True):
            getattr(decoder, name).copy_(torch.from_numpy(table) * quantum)
    return decoder.requires_grad_(False)


def look(tables: dict, c: torch.Tensor, known: tuple[float, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    """The network: coefficients [N, 640] and the known part of each step -> gate, correction [N, 640]."""
    n, scale = len(c), torch.exp2(tables["octave"])
    x = (c.view(n, CELLS, CHANNELS) * scale).clamp(-1, 1)
    x = torch.cat([x, torch.tensor(known, dtype=x.dtype).expand(n, CELLS, STEPS)], 2)
    x = (x @ tables["mix_in"].T + tables["mix_in_bias"]).relu()
    grid = x.view(n, GRID, GRID, HIDDEN).permute(0, 3, 1, 2)
    grid = nn.functional.conv2d(grid, tables["across"].view(HIDDEN, 1, 3, 3), padding=1, groups=HIDDEN)
    x = grid.permute(0, 2, 3, 1).reshape(n, CELLS, HIDDEN)
    x = (x @ tables["mix"].T + tables["mix_bias"]).relu()
    out = x @ tables["mix_out"].T + tables["mix_out_bias"]
    return out[:, :, :CHANNELS].reshape(n, SIZE), (out[:, :, CHANNELS:] / scale).reshape(n, SIZE)


def decode(decoder: InlineDecoder, tables: dict, bits: torch.Tensor, lengths: list[int]) -> list[torch.Tensor]:
    """Bits +-1 [N, 256 or more] -> coefficients [N, 640] minus their mean, from the first bits: 128 <= length <= 256 of them."""
    c = (bits[:, :BITS] @ tables["first"] + tables["offset"]) @ decoder.basis
    gate, correction = look(tables, c, (1, 0))
    gate = (1 + tables["gate_bias"] + gate).relu()
    shown = []
    for length in lengths:
        if length == BITS:
            shown.append(c + correction)
        else:
            more = c + gate * (bits[:, BITS:length] @ tables["second"][: length - BITS])
            shown.append(more + look(tables, more, (1, length / BITS - 1))[1])
    return shown


def linear_pixels(decoder: InlineDecoder, tables: dict, c: torch.Tensor) -> torch.Tensor:
    """Coefficients minus their mean [N, 640] -> [N, 3, 32, 32], which are to be clamped to [-1/2, 1/2]."""
    z = torch.zeros(len(c), CELLS, 3 * BLOCK**2)
    z[:, :, decoder.selected] = (c + tables["mean"] @ decoder.basis).view(-1, CELLS, CHANNELS)
    z = z.view(-1, GRID, GRID, 3, BLOCK, BLOCK).permute(0, 3, 1, 4, 2, 5).reshape(-1, 3, SIDE, SIDE)
    return torch.einsum("ij,bihw->bjhw", COLOUR, LAPPED.T @ z @ LAPPED)


def pixels(decoder: InlineDecoder, tables: dict, c: torch.Tensor) -> torch.Tensor:
    """Coefficients minus their mean [N, 640] -> [N, 3, 32, 32] in 0..255, rounded."""
    return ((linear_pixels(decoder, tables, c) + 0.5).clamp(0, 1) * 255 + 0.5).floor()
