"""Encoder and decoder as integer programs for src/network.

Samples are centred on 0. Coefficients come in the JPEG's own units, 64 a block and component in zigzag order. What an
activation's integers stand for is calibrated on pictures.
"""
import math

import numpy as np
import torch

from ..program import Blob, ProgramBuilder, Value, interleaved
from .jpeg import COEFFICIENTS, zigzag
from .model import CARRIED, INPUT, Decoder, Encoder, HyperThumbnail

BASE_STEPS, LOW_STEPS = 64.0, 16.0
OUTPUT_LIMIT = 32767.0
QUALITY_STEPS = 50.0  # the plane holds quality - 50
COEFFICIENT_LIMIT = 2047.0
ACTIVATION_LIMIT = 16383.0
MARGIN = 2.0  # over the largest activation that calibration saw


def residual(b: ProgramBuilder, prefix: str, x: Value, block, ranges: dict[str, float]) -> Value:
    """The block's `stream` goes in and out on one scale."""
    steps = lambda name: ACTIVATION_LIMIT / (MARGIN * ranges[f"{prefix}.{name}"])
    inner = b.conv(f"{prefix}-spread", [x], block.depthwise, steps("depthwise"), ACTIVATION_LIMIT, depthwise=True)
    inner = b.conv(f"{prefix}-wide", [inner], block.expand, steps("expand"), ACTIVATION_LIMIT, leaky=True)
    return b.conv(f"{prefix}-out", [inner], block.reduce, x.scale, ACTIVATION_LIMIT, add=[x])


def output_steps(*largest: float) -> float:
    """Steps per sample, a power of two, of an output that may reach this far before its gain makes it small."""
    return 2.0 ** math.floor(math.log2(OUTPUT_LIMIT / (MARGIN * sum(largest) / INPUT)))


def sample_steps(ranges: dict[str, dict[str, float]]) -> dict[str, float]:
    """Steps per sample of every tensor that enters or leaves the programs."""
    encoder, decoder = ranges["encoder"], ranges["decoder"]
    return {"base": BASE_STEPS, "low": LOW_STEPS, "hidden": output_steps(encoder["coarse"], encoder["fine"]),
            "residual": output_steps(decoder["out"])}


def stream_steps(ranges: dict[str, float], *names: str) -> float:
    return ACTIVATION_LIMIT / (MARGIN * max(ranges[name] for name in names))


def scaled(conv, channels: int) -> torch.Tensor:
    """Weights for inputs in samples instead of INPUT times samples; the quality's channels stay."""
    weight = conv.weight.detach().clone()
    weight[:, :channels] *= INPUT
    return weight


def encoder_program(encoder: Encoder, blob: Blob, ranges: dict[str, float]) -> ProgramBuilder:
    """picture (12 at 2, (position, colour)), quality4, quality16 -> base (3 at 2), hidden (12 at 4), in samples."""
    b = ProgramBuilder(blob)
    picture = b.input("picture", 12, 2, limit=128.0)
    quality = [b.input(f"quality{stride}", 1, stride, QUALITY_STEPS, 50.0) for stride in (4, 16)]
    base = b.conv("base", [picture], encoder.base, BASE_STEPS, columns=interleaved(3, 2))
    # Channels after the two unshuffles, (y, x of 2) (y, x within) colour, as PyTorch counts them after one of 4.
    cells = np.arange(48).reshape(3, 2, 2, 2, 2).transpose(1, 3, 2, 4, 0).ravel()
    x = b.conv("cells", [b.unshuffle("pixels", picture, 2), quality[0]], encoder.cells,
               stream_steps(ranges, "cells", "block"), ACTIVATION_LIMIT, weight=scaled(encoder.cells, 48),
               columns=np.append(cells, 48))
    x = residual(b, "block", x, encoder.block, ranges)
    wide = encoder.block.depthwise.weight.shape[0]
    y = b.conv("down", [b.unshuffle("blocks", x, 4), quality[1]], encoder.down,
               stream_steps(ranges, "down", "middle"), ACTIVATION_LIMIT,
               columns=np.append(interleaved(wide, 4), 16 * wide))
    y = residual(b, "middle", y, encoder.middle, ranges)
    # Rows (colour, y, x) of an 8x8 block -> (y // 2, x // 2, y % 2, x % 2, colour).
    rows = np.arange(192).reshape(3, 4, 2, 4, 2).transpose(1, 3, 2, 4, 0).ravel()
    steps = output_steps(ranges["coarse"], ranges["fine"])
    coarse = b.conv("coarse-cells", [y], encoder.coarse, steps, rows=rows, weight=encoder.coarse.weight / INPUT,
                    bias=encoder.coarse.bias / INPUT)
    coarse = b.shuffle("coarse", coarse, 4)
    hidden = b.conv("hidden", [x], encoder.fine, steps, rows=interleaved(3, 2), weight=encoder.fine.weight / INPUT,
                    bias=encoder.fine.bias / INPUT, add=[coarse])
    b.output(base, hidden)
    return b


def decoder_program(decoder: Decoder, blob: Blob, ranges: dict[str, float]) -> ProgramBuilder:
    """coefficients (192 at 16, (component, zigzag)), low (12 at 4, (position, colour)), quality4, quality16 ->
    residual (48 at 4, (position, colour)), in samples."""
    b = ProgramBuilder(blob)
    coefficients = b.input("coefficients", 3 * COEFFICIENTS, 16, limit=COEFFICIENT_LIMIT)
    low = b.input("low", 12, 4, LOW_STEPS, 2 * 128 * LOW_STEPS)
    quality = [b.input(f"quality{stride}", 1, stride, QUALITY_STEPS, 50.0) for stride in (4, 16)]
    order = np.concatenate([64 * component + np.array(zigzag()) for component in range(3)])
    f = b.conv("frequencies", [coefficients, quality[1]], decoder.frequencies,
               stream_steps(ranges, "frequencies", "middle"), ACTIVATION_LIMIT,
               weight=scaled(decoder.frequencies, 192), columns=np.append(order, 192))
    f = residual(b, "middle", f, decoder.middle, ranges)
    f = b.conv("up-cells", [f], decoder.up, stream_steps(ranges, "up"), ACTIVATION_LIMIT, rows=interleaved(CARRIED, 4))
    f = b.shuffle("up", f, 4)
    weight = decoder.cells.weight.detach().clone()
    weight[:, CARRIED : CARRIED + 12] *= INPUT
    columns = np.concatenate([np.arange(CARRIED), CARRIED + interleaved(3, 2), [CARRIED + 12]])
    x = b.conv("cells", [f, low, quality[0]], decoder.cells, stream_steps(ranges, "cells", "block"), ACTIVATION_LIMIT,
               weight=weight, columns=columns)
    x = residual(b, "block", x, decoder.block, ranges)
    b.output(b.conv("residual", [x], decoder.out, output_steps(ranges["out"]), rows=interleaved(3, 4),
                    weight=decoder.out.weight / INPUT, bias=decoder.out.bias / INPUT))
    return b


@torch.no_grad()
def calibrate(model: HyperThumbnail, pictures: list[torch.Tensor]) -> dict[str, dict[str, float]]:
    """Largest magnitude of every module's output; `pictures` [3, H, W] centred samples, sides multiples of 16."""
    ranges: dict[str, dict[str, float]] = {"encoder": {}, "decoder": {}}
    hooks = []
    for part, found in ranges.items():
        for name, module in getattr(model, part).named_modules():
            def hook(_, __, output, found=found, name=name):
                found[name] = max(found.get(name, 1e-3), float(output.abs().max()))
            hooks.append(module.register_forward_hook(hook))
    for picture in pictures:
        for quality in (1.0, 50.0, 75.0, 100.0):
            model(picture[None], torch.tensor([quality]))
    for hook in hooks:
        hook.remove()
    return ranges
