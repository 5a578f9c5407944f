"""The encoder of files' placeholders for many pictures at once, and the search for codes of 24 bytes.

As in placeholder/evaluate.py, errors are those of the picture's box with a part of those of the 32x32 picture. `factor` is a
root of that quadratic form, so that they are plain squared distances of 640 numbers.
"""
import torch

from ..placeholder.evaluate import STRETCHED
from ..placeholder.model import BITS, Decoder, State
from ..placeholder.transform import CELLS, CHANNELS, SIDE
from ..shared.data import lanczos_matrix
from .model import SIZE, InlineDecoder, decode, look

FILE_STEPS = 3  # of the code in a file's header
BEAM = 8
FLIPS = 60
PASSES = 2


def factor_of(teacher: Decoder, width: int, height: int) -> torch.Tensor:
    """[640, 640]"""
    down, across = lanczos_matrix(SIDE, height), lanczos_matrix(SIDE, width)
    unit = torch.eye(SIZE).view(SIZE, CELLS, CHANNELS)
    part = (STRETCHED * width * height / SIDE**2) ** 0.5
    features = torch.cat([(down @ teacher.linear_pixels(unit) @ across.T).flatten(1), part * unit.flatten(1)], 1)
    return torch.linalg.cholesky((features @ features.T).double()).float()


def beam(products: torch.Tensor, slopes: torch.Tensor) -> torch.Tensor:
    """Signs [N, bits] for the codewords with these inner products [N, bits, bits] and slopes [N, bits]: a beam search from the
    longest codeword down, whose best result is improved bit by bit."""
    n, count = slopes.shape
    rows = torch.arange(n)[:, None]
    lengths = products.diagonal(dim1=1, dim2=2)
    errors, left, bits = torch.zeros(n, 1), slopes[:, None].clone(), torch.zeros(n, 1, count)
    for j in lengths.mean(0).argsort(descending=True).tolist():
        width = errors.shape[1]
        both = torch.cat([errors - 2 * left[:, :, j], errors + 2 * left[:, :, j]], 1)
        best, index = both.topk(min(BEAM, 2 * width), dim=1, largest=False)
        parent, sign = index % width, torch.where(index < width, 1.0, -1.0)
        errors = best + lengths[:, j, None]
        left = left[rows, parent] - sign[:, :, None] * products[:, None, j]
        bits = bits[rows, parent]
        bits[:, :, j] = sign
    return flip(products, bits[:, 0], left[:, 0])


def flip(products: torch.Tensor, bits: torch.Tensor, slopes: torch.Tensor) -> torch.Tensor:
    """Flips, in each picture, the bit that lowers its error most. `slopes`: those of what the bits leave."""
    rows, lengths = torch.arange(len(bits)), products.diagonal(dim1=1, dim2=2)
    for _ in range(FLIPS):
        change, j = (bits * slopes + lengths).min(1)
        useful = (change < -1e-7).float()
        if not useful.any():
            break
        slopes = slopes + 2 * (bits[rows, j] * useful)[:, None] * products[rows, j]
        bits[rows, j] *= 1 - 2 * useful
    return bits


@torch.no_grad()
def encode(teacher: Decoder, target: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
    """Coefficients minus their mean [N, 16, 40] -> bits +-1 [N, 384]."""
    n = len(target)
    state, shown, code = State(n), torch.zeros_like(target), []
    for step, book in enumerate(teacher.books()[:FILE_STEPS]):
        gate, lstm = teacher.gates(state, step)
        words = (gate.reshape(n, 1, SIZE) * book) @ factor
        left = (target - shown).reshape(n, SIZE) @ factor
        bits = beam(words @ words.transpose(1, 2), (words @ left[:, :, None])[:, :, 0])
        state, shown = teacher.advance(state, gate, lstm, (bits @ book).view(-1, CELLS, CHANNELS))
        code.append(bits)
    return torch.cat(code, 1)


@torch.no_grad()
def shorten(decoder: InlineDecoder, teacher: Decoder, bits: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
    """Bits of 48 bytes [N, 384] -> those that follow the first step in a code of 24 bytes, [N, 64], so that `decoder` comes
    near to what `teacher` sees in all of them."""
    n, tables = len(bits), decoder.tables()
    target = teacher.decode(bits.view(n, FILE_STEPS, BITS))[-1].reshape(n, SIZE)
    start = bits[:, : BITS * 3 // 2]
    c = (start[:, :BITS] @ tables["first"] + tables["offset"]) @ decoder.basis
    gate = (1 + tables["gate_bias"] + look(tables, c, (1, 0))[0]).relu()
    words = (gate[:, None] * tables["second"][: BITS // 2]) @ factor
    left = (target - decode(decoder, tables, start, [start.shape[1]])[0]) @ factor + (start[:, None, BITS:] @ words)[:, 0]
    return beam(words @ words.transpose(1, 2), (words @ left[:, :, None])[:, :, 0])


@torch.no_grad()
def improve(decoder: InlineDecoder, bits: torch.Tensor, target: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
    """Flips single bits of codes [N, n] of one length while what the decoder shows comes nearer to coefficients [N, 640]."""
    tables, length = decoder.tables(), bits.shape[1]
    error = lambda code: ((decode(decoder, tables, code, [length])[0] - target) @ factor).square().sum(1)
    bits, best = bits.clone(), error(bits)
    for _ in range(PASSES):
        before = best
        for j in range(length):
            trial = bits.clone()
            trial[:, j] *= -1
            value = error(trial)
            bits = torch.where((value < best)[:, None], trial, bits)
            best = torch.minimum(value, best)
        if not (best < before).any():
            break
    return bits
