"""Encoder and decoder as integer programs for src/network.

Samples are centred on 0. Coefficients come dequantized, 64 for each block and component in zigzag order. The steps per unit
of other activations are measured on pictures (`calibrate`).
"""
import math

import numpy as np
import torch

from ..shared.program import Blob, ProgramBuilder, Value, interleaved
from .jpeg import COEFFICIENTS, zigzag
from .model import INPUT, SETTINGS, SHAPES, Decoder, Encoder, HyperThumbnail, Settings

BASE_STEPS, LOW_STEPS = 64.0, 16.0
OUTPUT_LIMIT = 32767.0
SETTING_STEPS = 50.0  # the planes hold quality - 50 and strength - 50
COEFFICIENT_LIMIT = 2047.0
ACTIVATION_LIMIT = 16383.0
MARGIN = 2.0  # room above the largest activation that calibration measured


def residual(b: ProgramBuilder, module: str, x: Value, block, ranges: dict[str, float], name: str = "") -> Value:
    """A residual block; its input and output have one scale. `module`: its name in the model; `name`: in the program."""
    name = name or module
    steps = lambda part: ACTIVATION_LIMIT / (MARGIN * ranges[f"{module}.{part}"])
    inner = b.conv(f"{name}-spread", [x], block.depthwise, steps("depthwise"), ACTIVATION_LIMIT, depthwise=True)
    inner = b.conv(f"{name}-wide", [inner], block.expand, steps("expand"), ACTIVATION_LIMIT, leaky=True)
    return b.conv(f"{name}-out", [inner], block.reduce, x.scale, ACTIVATION_LIMIT, add=[x])


def stream_names(part: Encoder | Decoder) -> list[str]:
    return [f"blocks.{i}" for i in range(len(part.blocks))]


def residuals(b: ProgramBuilder, x: Value, blocks, ranges: dict[str, float]) -> Value:
    """A chain of blocks on one scale. Ops of the first are named "block", of the next "block2", and so on."""
    for i, block in enumerate(blocks):
        x = residual(b, f"blocks.{i}", x, block, ranges, "block" if i == 0 else f"block{i + 1}")
    return x


def setting_inputs(b: ProgramBuilder, factor: int) -> list[Value]:
    """The planes of quality and strength, at cells and at blocks."""
    return [b.input(f"settings{stride}", SETTINGS, stride, SETTING_STEPS, 50.0) for stride in (2 * factor, 8 * factor)]


def output_steps(*largest: float) -> float:
    """Steps per sample, a power of two, of an output whose values reach `largest` before the gain reduces them."""
    return 2.0 ** math.floor(math.log2(OUTPUT_LIMIT / (MARGIN * sum(largest) / INPUT)))


def sample_steps(ranges: dict[str, dict[str, float]]) -> dict[str, float]:
    """Steps per sample of every tensor that enters or leaves the programs."""
    encoder, decoder = ranges["encoder"], ranges["decoder"]
    return {"base": BASE_STEPS, "low": LOW_STEPS, "hidden": output_steps(encoder["coarse"], encoder["fine"]),
            "residual": output_steps(decoder["out"])}


def stream_steps(ranges: dict[str, float], *names: str) -> float:
    return ACTIVATION_LIMIT / (MARGIN * max(ranges[name] for name in names))


def with_settings(columns: np.ndarray) -> np.ndarray:
    """The order of a convolution's inputs, with the settings' planes behind the others."""
    return np.append(columns, len(columns) + np.arange(SETTINGS))


def scaled(conv, channels: int) -> torch.Tensor:
    """Weights for inputs in samples instead of INPUT times samples: the first `channels`; the settings' planes stay."""
    weight = conv.weight.detach().clone()
    weight[:, :channels] *= INPUT
    return weight


def encoder_program(encoder: Encoder, blob: Blob, ranges: dict[str, float]) -> ProgramBuilder:
    """picture (at the factor, (position, colour)) and the settings at cells and blocks -> base (3 at the factor), hidden
    (12 at cells), in samples."""
    b, factor = ProgramBuilder(blob), encoder.factor
    picture = b.input("picture", 3 * factor**2, factor, limit=128.0)
    settings = setting_inputs(b, factor)
    base = b.conv("base", [picture], encoder.base, BASE_STEPS, columns=interleaved(3, factor))
    # Channels after the two unshuffles, (y, x of 2) (y, x within) colour, as PyTorch counts them after one of both.
    count = 12 * factor**2
    cells = np.arange(count).reshape(3, 2, factor, 2, factor).transpose(1, 3, 2, 4, 0).ravel()
    x = b.conv("cells", [b.unshuffle("pixels", picture, 2), settings[0]], encoder.cells,
               stream_steps(ranges, "cells", *stream_names(encoder)), ACTIVATION_LIMIT, weight=scaled(encoder.cells, count),
               columns=with_settings(cells))
    x = residuals(b, x, encoder.blocks, ranges)
    wide = len(encoder.cells.weight)
    y = b.conv("down", [b.unshuffle("blocks", x, 4), settings[1]], encoder.down,
               stream_steps(ranges, "down", "middle"), ACTIVATION_LIMIT,
               columns=with_settings(interleaved(wide, 4)))
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
    """coefficients (192 at blocks, (component, zigzag)), low (12 at cells, (position, colour)) and the settings at both ->
    residual (all pixels of a cell, (position, colour)), in samples."""
    b, factor, carried = ProgramBuilder(blob), decoder.factor, SHAPES[decoder.factor].carried
    coefficients = b.input("coefficients", 3 * COEFFICIENTS, 8 * factor, limit=COEFFICIENT_LIMIT)
    low = b.input("low", 12, 2 * factor, LOW_STEPS, 2 * 128 * LOW_STEPS)
    settings = setting_inputs(b, factor)
    order = np.concatenate([64 * component + np.array(zigzag()) for component in range(3)])
    f = b.conv("frequencies", [coefficients, settings[1]], decoder.frequencies,
               stream_steps(ranges, "frequencies", "middle"), ACTIVATION_LIMIT,
               weight=scaled(decoder.frequencies, 192), columns=with_settings(order))
    f = residual(b, "middle", f, decoder.middle, ranges)
    f = b.conv("up-cells", [f], decoder.up, stream_steps(ranges, "up"), ACTIVATION_LIMIT, rows=interleaved(carried, 4))
    f = b.shuffle("up", f, 4)
    weight = decoder.cells.weight.detach().clone()
    weight[:, carried : carried + 12] *= INPUT
    columns = with_settings(np.concatenate([np.arange(carried), carried + interleaved(3, 2)]))
    x = b.conv("cells", [f, low, settings[0]], decoder.cells, stream_steps(ranges, "cells", *stream_names(decoder)),
               ACTIVATION_LIMIT, weight=weight, columns=columns)
    x = residuals(b, x, decoder.blocks, ranges)
    b.output(b.conv("residual", [x], decoder.out, output_steps(ranges["out"]), rows=interleaved(3, 2 * factor),
                    weight=decoder.out.weight / INPUT, bias=decoder.out.bias / INPUT))
    return b


@torch.no_grad()
def calibrate(model: HyperThumbnail, pictures: list[torch.Tensor]) -> dict[str, dict[str, float]]:
    """Part -> module -> largest magnitude of its output. `pictures`: [3, H, W] centred samples, sides multiples of
    block_side."""
    ranges: dict[str, dict[str, float]] = {"encoder": {}, "decoder": {}}
    hooks = []
    for part, found in ranges.items():
        for name, module in getattr(model, part).named_modules():
            def hook(_, __, output, found=found, name=name):
                found[name] = max(found.get(name, 1e-3), float(output.abs().max()))
            hooks.append(module.register_forward_hook(hook))
    for picture in pictures:
        for quality in (1.0, 50.0, 75.0, 100.0):
            for strength in (0.0, 50.0, 100.0):
                model(picture[None], Settings(torch.tensor([quality]), torch.tensor([strength])))
    for handle in hooks:
        handle.remove()
    return ranges
