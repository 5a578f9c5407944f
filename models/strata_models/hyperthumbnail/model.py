"""The networks: encoder (HR -> LR), table predictor, decoder (coefficients and LR -> HR).

Samples are 0..255, centred on 0, times INPUT. Strides are counted in HR pixels. The thumbnail has the factor as its
stride, 2 or 4; most of the work happens at twice that, in cells of 2x2 thumbnail pixels; what must see the JPEG's grid of
8x8 blocks happens at 8 times the factor.
"""
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from ..shared.blocks import SLOPE, Conv2d, Residual, Residuals
from ..shared.integer import ste
from ..shared.resample import bicubic, bicubic_matrix
from .jpeg import COEFFICIENTS, MAX_STEP, dct_matrix, from_coefficients, huffman_bits, quantize, to_coefficients

INPUT = 1 / 64
BLOCK_WIDTH = 128  # channels at blocks


@dataclass(frozen=True)
class Shape:
    """Channels and residual blocks at cells."""

    encoder: int
    encoder_blocks: int
    decoder: int
    decoder_blocks: int
    carried: int  # channels that the frequency branch hands to the image branch


# At factor 4 a cell has four times the HR pixels and may cost four times as much.
SHAPES = {2: Shape(48, 1, 64, 1, 24), 4: Shape(104, 2, 108, 2, 32)}
TABLE_WIDTH = 128
QUALITY_MIN, QUALITY_MAX = 1, 100


def block_side(factor: int) -> int:
    """HR pixels along one JPEG block."""
    return 8 * factor


def code_of(setting: torch.Tensor) -> torch.Tensor:
    """Quality or strength, 0..100, on the scale of the networks."""
    return (setting - 50) / 50


def lambda_of(quality: torch.Tensor) -> torch.Tensor:
    """Weight of the squared error (0..255) against bits per four thumbnail pixels; doubles every 12 steps of quality."""
    return 0.02 * 2 ** ((quality - 75) / 12)


@dataclass(frozen=True)
class Settings:
    """What a thumbnail is made for, each [B]. `strength` of what is hidden is a percentage: 0 hides nothing, and the restored
    picture is then what can be told from a plain JPEG."""

    quality: torch.Tensor
    strength: torch.Tensor

    def codes(self) -> torch.Tensor:
        """[B, SETTINGS]"""
        return torch.stack([code_of(self.quality), code_of(self.strength)], 1)

    def planes(self, like: torch.Tensor) -> torch.Tensor:
        """More channels, constant over the grid of `like`."""
        return self.codes()[:, :, None, None].expand(-1, -1, *like.shape[2:]).to(like)


SETTINGS = 2


class Gain(nn.Module):
    """Logarithm of a residual's weight at a quality, a + b code + c code^2: [B] -> [B]."""

    def __init__(self):
        super().__init__()
        self.log_gain = nn.Parameter(torch.zeros(3))

    def forward(self, quality: torch.Tensor) -> torch.Tensor:
        code = code_of(quality)
        return torch.stack([torch.ones_like(code), code, code * code], 1) @ self.log_gain


class Encoder(nn.Module):
    """A U-net of two levels: plain downscale plus a residual that hides the detail."""

    def __init__(self, factor: int):
        super().__init__()
        self.factor, shape = factor, SHAPES[factor]
        self.base = Conv2d(3 * factor**2, 3, 3, padding=1)
        self.cells = Conv2d(12 * factor**2 + SETTINGS, shape.encoder, 1)
        self.blocks = Residuals(shape.encoder, [shape.encoder] * shape.encoder_blocks)
        self.down = Conv2d(16 * shape.encoder + SETTINGS, BLOCK_WIDTH, 1)
        self.middle = Residual(BLOCK_WIDTH, BLOCK_WIDTH)
        self.coarse = Conv2d(BLOCK_WIDTH, 192, 1)
        self.fine = Conv2d(shape.encoder, 12, 1)
        self.gain = Gain()

    def forward(self, picture: torch.Tensor, settings: Settings) -> torch.Tensor:
        """[B, 3, H, W] centred samples, sides multiples of block_side -> [B, 3, H/factor, W/factor], neither clipped nor
        rounded."""
        with torch.autocast(picture.device.type, enabled=False):  # the 8 bits of bf16's mantissa would be too few
            base = self.base(F.pixel_unshuffle(picture, self.factor))
        x = F.pixel_unshuffle(picture * INPUT, 2 * self.factor)
        x = self.blocks(self.cells(torch.cat([x, settings.planes(x)], 1)))
        y = F.pixel_unshuffle(x, 4)
        y = self.middle(self.down(torch.cat([y, settings.planes(y)], 1)))
        hidden = F.pixel_shuffle(self.coarse(y), 8).float() + F.pixel_shuffle(self.fine(x), 2).float()
        gain = settings.strength / 100 * self.gain(settings.quality).exp()
        return base + hidden / INPUT * gain.view(-1, 1, 1, 1)


class TablePredictor(nn.Module):
    """Two quantization tables from the mean log magnitudes of the thumbnail's coefficients and from the quality. The
    coefficients are rounded to those of a JPEG with steps of 1, which the quantizer of any JPEG writer can provide."""

    def __init__(self):
        super().__init__()
        first, second = nn.Linear(2 * COEFFICIENTS + SETTINGS, TABLE_WIDTH), nn.Linear(TABLE_WIDTH, TABLE_WIDTH)
        last = nn.Linear(TABLE_WIDTH, 2 * COEFFICIENTS)
        self.mlp = nn.Sequential(first, nn.LeakyReLU(SLOPE), second, nn.LeakyReLU(SLOPE), last)
        with torch.no_grad():
            last.weight *= 0.1
            last.bias.zero_()
        self.offset = nn.Parameter(torch.full((2 * COEFFICIENTS,), 0.04))
        self.slope = nn.Parameter(torch.zeros(2 * COEFFICIENTS))

    def forward(self, coefficients: torch.Tensor, settings: Settings) -> torch.Tensor:
        """[B, 3, 64, h, w] -> [B, 2, 64], integers from 1 to 255 (straight-through)."""
        magnitude = torch.log1p(coefficients.detach().round().abs()).mean((3, 4))
        seen = torch.cat([magnitude[:, 0], (magnitude[:, 1] + magnitude[:, 2]) / 2], 1)
        code = code_of(settings.quality)[:, None]
        # At high rate the best step has half the slope of the squared error: T^2 ~ 1 / lambda.
        log_step = self.offset + self.slope * code - 0.5 * lambda_of(settings.quality).log()[:, None]
        log_step = log_step + self.mlp(torch.cat([seen - 2, settings.codes()], 1))
        step = log_step.clamp(0, math.log(MAX_STEP)).exp()
        return ste(step.round(), step).view(-1, 2, COEFFICIENTS)


class Decoder(nn.Module):
    """A branch over dequantized coefficients at blocks, and a branch over the thumbnail at cells that reads its features."""

    def __init__(self, factor: int):
        super().__init__()
        self.factor, shape = factor, SHAPES[factor]
        self.frequencies = Conv2d(3 * COEFFICIENTS + SETTINGS, BLOCK_WIDTH, 1)
        self.middle = Residual(BLOCK_WIDTH, BLOCK_WIDTH)
        self.up = Conv2d(BLOCK_WIDTH, 16 * shape.carried, 1)
        self.cells = Conv2d(shape.carried + 12 + SETTINGS, shape.decoder, 1)
        self.blocks = Residuals(shape.decoder, [shape.decoder] * shape.decoder_blocks)
        self.out = Conv2d(shape.decoder, 12 * factor**2, 1)
        self.gain = Gain()
        with torch.no_grad():
            self.out.weight *= 0.1
            self.out.bias.zero_()

    def forward(self, coefficients: torch.Tensor, low: torch.Tensor, settings: Settings) -> torch.Tensor:
        """[B, 3, 64, h, w] and the same as samples [B, 3, 8h, 8w] -> [B, 3, 8h * factor, 8w * factor]."""
        f = coefficients.flatten(1, 2) * INPUT
        f = self.up(self.middle(self.frequencies(torch.cat([f, settings.planes(f)], 1))))
        f = F.pixel_shuffle(f, 4)
        x = F.pixel_unshuffle(low * INPUT, 2).to(f.dtype)
        x = self.blocks(self.cells(torch.cat([f, x, settings.planes(x)], 1)))
        residual = F.pixel_shuffle(self.out(x), 2 * self.factor).float() / INPUT
        upscaled = bicubic(low, self.factor * low.shape[2], self.factor * low.shape[3])
        return upscaled + residual * self.gain(settings.quality).exp().view(-1, 1, 1, 1)


@dataclass
class Output:
    low: torch.Tensor  # the thumbnail before the JPEG, 8-bit values, centred
    decoded: torch.Tensor  # after it, not rounded
    high: torch.Tensor  # restored
    tables: torch.Tensor  # [B, 2, 64]: luma, chroma
    bits: torch.Tensor  # [B]


class HyperThumbnail(nn.Module):
    dct: torch.Tensor

    def __init__(self, factor: int = 2):
        super().__init__()
        self.factor = factor
        self.encoder, self.predictor, self.decoder = Encoder(factor), TablePredictor(), Decoder(factor)
        self.register_buffer("dct", dct_matrix(), persistent=False)

    def embed(self, picture: torch.Tensor, settings: Settings) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """[B, 3, H, W] centred samples -> thumbnail (8-bit values, centred), its coefficients, tables."""
        low = self.encoder(picture, settings)
        low = ste(low.round().clamp(-128, 127), low.clamp(-128, 127))
        coefficients = to_coefficients(low, self.dct)
        return low, coefficients, self.predictor(coefficients, settings)

    def forward(self, picture: torch.Tensor, settings: Settings) -> Output:
        """[B, 3, H, W] centred samples, sides multiples of block_side."""
        low, coefficients, tables = self.embed(picture, settings)
        quotients, dequantized = quantize(coefficients, tables)
        decoded = from_coefficients(dequantized, self.dct)
        return Output(low, decoded, self.decoder(dequantized, decoded, settings), tables, huffman_bits(quotients))


def initialise(model: HyperThumbnail, pictures: torch.Tensor) -> None:
    """Starts the encoder as the plain downscale, and the first layers as transforms that whiten their inputs: cells of
    pixels, and coefficients of plain thumbnails. `pictures`: [B, 3, H, W] centred samples."""
    encoder, decoder, factor = model.encoder, model.decoder, model.factor
    with torch.no_grad():
        # The middle 3 * factor of the 4 * factor taps of an antialiased bicubic.
        taps = bicubic_matrix(16 * factor, 16)[8, 7 * factor : 10 * factor]
        taps = taps / taps.sum()
        kernel = torch.outer(taps, taps).view(3, factor, 3, factor).permute(1, 3, 0, 2).reshape(factor**2, 3, 3)
        encoder.base.weight.zero_()
        encoder.base.bias.zero_()
        for colour in range(3):
            encoder.base.weight[colour, factor**2 * colour : factor**2 * (colour + 1)] = kernel
        patches = F.pixel_unshuffle(pictures * INPUT, 2 * factor).permute(0, 2, 3, 1).flatten(0, 2)
        values, vectors = torch.linalg.eigh((patches.T @ patches / len(patches)).double())
        values, vectors = values.flip(0).float(), vectors.flip(1).float()
        scale = values.clamp_min(1e-5).rsqrt()  # noise is not amplified to the same size
        encoder.cells.weight[:, :-SETTINGS, 0, 0] = (vectors * scale.clamp_max(20)).T[: len(encoder.cells.weight)]
        encoder.cells.bias.zero_()
        for conv in (encoder.coarse, encoder.fine):
            conv.weight *= 0.1
            conv.bias.zero_()
        low = bicubic(pictures, pictures.shape[2] // factor, pictures.shape[3] // factor)
        spread = (to_coefficients(low, model.dct) * INPUT).square().mean((0, 3, 4)).flatten().sqrt()
        decoder.frequencies.weight[:, :192, 0, 0] *= 1 / spread.clamp_min(0.02)
        decoder.frequencies.bias.zero_()
