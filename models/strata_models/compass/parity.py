"""Writes the golden file of the codec: python -m strata_models compass parity

The TypeScript tests compare with it. Integer networks must agree to the last bit, so their outputs are hashed; the rest
agrees closely, so bits and PSNR of a drawn picture are written down. Inputs are formulas that both sides can compute.
"""
import argparse
import json
import math
from pathlib import Path

import torch

from ..shared.data import resize
from ..shared.drawn import drawn_picture
from ..shared.integer import GRID
from .checkpoint import load_codec
from .codec import LATENTS, Codec
from .entropy_net import PASSES
from .liff import make_axis

QUALITIES = (50, 70, 90)  # at lower qualities a strip of the drawn picture has no coded latents


def pattern(count: int, modulus: int, offset: int, seed: int) -> torch.Tensor:
    """(i * 40503 + seed) mod 65536, its upper bits taken modulo `modulus`, minus `offset`."""
    i = torch.arange(count, dtype=torch.int64)
    return (((i * 40503 + seed) % 65536) // 7 % modulus - offset).float()


def digest(values: torch.Tensor) -> int:
    """Polynomial hash of integers modulo 2^31 - 1."""
    h = 0
    for value in values.flatten().round().long().tolist():
        h = (h * 31 + value + 4096) % 2147483647
    return h


def cells(channels: int, rows: int, columns: int, modulus: int, offset: int, seed: int) -> torch.Tensor:
    """`pattern` as a tensor of the integer programs, channels last, in PyTorch's layout."""
    flat = pattern(channels * rows * columns, modulus, offset, seed)
    return flat.view(1, rows, columns, channels).permute(0, 3, 1, 2).double()


def channels_last(values: torch.Tensor) -> int:
    return digest(values.permute(0, 2, 3, 1))


@torch.no_grad()
def entropy_digests(codec: Codec) -> dict:
    """Every integer network on drawn integers; [rows, columns] of hyper-latents, twice that in cells."""
    out = {}
    rows, columns = 3, 5
    drawn = lambda channels, modulus, offset, seed: cells(channels, 2 * rows, 2 * columns, modulus, offset, seed)
    for kind, layer in (("base", codec.base), ("enhancement", codec.enhancement)):
        net = layer.entropy.double()
        side = layer.side_out.out_channels
        planes = torch.tensor([[120.0, 64.0]])[:, : 2 if layer.conditional else 1].double()
        context = cells(2 * LATENTS, 4 * rows, 4 * columns, 64, 0, 5) if layer.conditional else None
        hidden = net.hidden_features(cells(side, rows, columns, 41, 20, 17), planes, context)
        found: dict[str, int | list[int]] = {"hyper": channels_last(hidden * GRID)}
        for index, part in enumerate(net.passes):
            inputs = [drawn(net.hidden, 256, 0, 3) / GRID]
            if index == 4:
                inputs.append(drawn(PASSES[3].hidden, 256, 0, 7) / GRID)
            if part.spread is not None:
                inputs.append(part.features(drawn(part.spread.weight.shape[0], 256, 0, 11)))
            values = [drawn(part.count, 101, 50, 13 + k) for k in range(len(part.linear))]
            means, indexes = part(torch.cat(inputs, 1), values)
            found[f"pass{index}"] = [channels_last(means * 16), channels_last(indexes)]
        out[kind] = found
        net.float()
    return out


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=Path, default=Path("weights/compass.safetensors"),
                        help="default: %(default)s")
    parser.add_argument("--out", type=Path, default=Path("../test/golden/parity.json"), help="default: %(default)s")


def main(options: argparse.Namespace) -> None:
    codec = load_codec(options.checkpoint)
    picture = drawn_picture(180, 240)
    sizes = [(60, 80), (90, 120), (180, 240)]
    layers = [resize(picture, *size) for size in sizes]
    results = []
    for quality in QUALITIES:
        with torch.no_grad():
            outputs = codec(layers, [torch.tensor([float(quality)])] * 3)
        for index, (layer, output) in enumerate(zip(layers, outputs)):
            error = float(((output.picture.clamp(0, 1) * 255).round() - layer * 255).square().mean())
            results.append({"quality": quality, "layer": index, "bits": round(float(output.bits), 1),
                            "psnr": round(10 * math.log10(255**2 / error), 4)})
    low = drawn_picture(90, 120)
    with torch.no_grad():
        prediction = codec.liff(low, make_axis(90, 203), make_axis(120, 271))
    row = (prediction[0, :, 101, 100:110] * 255).flatten()
    golden = {
        "sizes": sizes, "entropy": entropy_digests(codec), "layers": results,
        "prediction": {"size": [203, 271], "row": 101, "from": 100, "values": [round(v, 3) for v in row.tolist()]},
    }
    options.out.write_text(json.dumps(golden, indent=1) + "\n")
