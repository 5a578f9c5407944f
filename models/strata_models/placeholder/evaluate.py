"""Measures the placeholder: python -m strata_models placeholder evaluate --checkpoint FILE --images DIR [--held-out]

PSNR over RGB and SSIMULACRA2 in a box of the picture's shape whose longer side is 32: the decoded 32x32 pixels resized to the
box against the picture resized to the box, both by Pillow's Lanczos. Prints their means over pictures after each step. The
encoder is the one of src/codec/placeholder.
"""
import argparse
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ..shared.data import is_held_out, lanczos_matrix
from ..shared.ssimulacra2 import score
from .checkpoint import load_decoder
from .model import BITS, Decoder, State, search
from .thumbnails import box_of
from .transform import CELLS, CHANNELS, SIDE, forward

STRETCHED = 0.1  # weight of errors in the 32x32 picture itself, beside those that are visible in the box
TRIED = 24  # flips tried with the whole decoder, the likeliest first
PASSES = 3


class Target:
    """The features that the search compares: their squared distance is the error of a decoded picture."""

    def __init__(self, decoder: Decoder, thumbnail: np.ndarray, box: np.ndarray):
        rows, columns = box.shape[:2]
        self.decoder, self.down, self.across = decoder, lanczos_matrix(SIDE, rows), lanczos_matrix(SIDE, columns)
        self.weight = (STRETCHED * rows * columns / SIDE**2) ** 0.5
        pixels = torch.from_numpy(box).permute(2, 0, 1).float() / 255 - 0.5
        coefficients = forward(torch.from_numpy(thumbnail).permute(2, 0, 1)[None].float() / 255 - 0.5)
        coefficients = coefficients[:, :, decoder.selected]
        mean = self.features(decoder.mean[None])
        self.values = torch.cat([pixels.reshape(1, -1), self.weight * coefficients.reshape(1, -1)], 1) - mean

    def features(self, coefficients: torch.Tensor) -> torch.Tensor:
        """[N, 16, 40] -> [N, 3 * rows * columns + 640], linear."""
        pixels = self.down @ self.decoder.linear_pixels(coefficients) @ self.across.T
        return torch.cat([pixels.flatten(1), self.weight * coefficients.flatten(1)], 1)


def beam(residual: torch.Tensor, words: torch.Tensor, width: int = 16) -> torch.Tensor:
    """residual [1, F], words [bits, F] -> bits +-1 [1, bits]. A beam search of `width` beginnings over the codewords, the
    strongest first, whose results are then improved bit by bit."""
    products = words @ words.T
    slopes, errors = residual @ words.T, torch.zeros(1)
    bits = torch.zeros(1, len(words))
    for j in products.diagonal().argsort(descending=True).tolist():
        plus = errors - 2 * slopes[:, j]
        minus = errors + 2 * slopes[:, j]
        best = torch.cat([plus, minus]).topk(min(width, 2 * len(bits)), largest=False)
        parent, sign = best.indices % len(bits), torch.where(best.indices < len(bits), 1.0, -1.0)
        errors = best.values + products[j, j]
        slopes = slopes[parent] - sign[:, None] * products[j]
        bits = bits[parent]
        bits[:, j] = sign
    many = residual.expand(len(bits), -1)
    bits = search(many, torch.ones_like(many), words, bits, 300)
    return bits[(many - bits @ words).square().sum(1).argmin()][None]


def _advanced(decoder: Decoder, state: State, gate, lstm, book, bits) -> tuple[State, torch.Tensor]:
    return decoder.advance(state.expand(len(bits)), gate, lstm, (bits @ book).view(-1, CELLS, CHANNELS))


def encode_picture(decoder: Decoder, target: Target, exact: bool = True) -> torch.Tensor:
    """-> bits +-1 [iterations, 128]"""
    state, code = State(1), []
    shown = torch.zeros(1, CELLS, CHANNELS)
    for i, book in enumerate(decoder.books()):
        gate, lstm = decoder.gates(state, i)
        words = target.features(gate * book.view(BITS, CELLS, CHANNELS))
        residual = target.values - target.features(shown)
        bits = beam(residual, words)
        advance = partial(_advanced, decoder, state, gate, lstm, book)
        error = lambda y: (target.values - target.features(y)).square().sum(1)
        for _ in range(PASSES if exact else 0):
            _, y = advance(bits)
            best, slope = error(y), (target.values - target.features(y)) @ words.T
            likely = (bits * slope + words.square().sum(1))[0].argsort()[:TRIED]
            before = best
            for j in likely.tolist():
                trial = bits.clone()
                trial[0, j] *= -1
                value = error(advance(trial)[1])
                if value < best:
                    bits, best = trial, value
            if best >= before:
                break
        state, shown = advance(bits)
        code.append(bits)
    return torch.cat(code)


def resized(image: Image.Image, size: tuple[int, int]) -> np.ndarray:
    return np.array(image.resize(size, Image.Resampling.LANCZOS))


def measures(shown: np.ndarray, box: np.ndarray) -> list[float]:
    """PSNR and SSIMULACRA2 of a placeholder of any size, stretched to the box; both are uint8 [H, W, 3]."""
    fitted = resized(Image.fromarray(shown), box.shape[1::-1])
    error = np.mean((fitted.astype(float) - box) ** 2)
    tensors = [torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255 for picture in (fitted, box)]
    return [10 * np.log10(255**2 / max(1e-3, error)), float(score(*tensors))]


@torch.no_grad()
def measure_steps(decoder: Decoder, image: Image.Image, exact: bool) -> list[list[float]]:
    size = box_of(*image.size)
    box = resized(image, size)
    bits = encode_picture(decoder, Target(decoder, resized(image, (SIDE, SIDE)), box), exact)
    values = []
    for shown in decoder.decode(bits[None]):
        values.append(measures(decoder.pixels(shown)[0].permute(1, 2, 0).numpy().astype(np.uint8), box))
    return values


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=Path, required=True, help="a run's last.pt, or a .safetensors checkpoint")
    parser.add_argument("--images", type=Path, required=True, help="folder of pictures")
    parser.add_argument("--held-out", action="store_true", help="only the pictures that training leaves out")
    parser.add_argument("--fast", action="store_true", help="without the flips that are tried with the whole decoder")


def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    decoder = load_decoder(options.checkpoint)
    paths = sorted(p for p in options.images.rglob("*") if p.suffix in {".png", ".jpg"})
    paths = [p for p in paths if is_held_out(p)] if options.held_out else paths
    rows = [measure_steps(decoder, Image.open(p).convert("RGB"), not options.fast) for p in paths]
    means = enumerate(np.mean(rows, 0))
    print(f"{len(rows)} pictures:", " ".join(f"{16 * (i + 1)} B {psnr:.2f}/{seen:.1f}" for i, (psnr, seen) in means))
