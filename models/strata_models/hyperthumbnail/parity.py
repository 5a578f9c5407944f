"""Writes the golden file of the model: python -m strata_models hyperthumbnail parity [--factor 4]

The TypeScript tests compare with it. It holds a drawn picture, the thumbnail, tables and quantized coefficients (i16,
zigzag, Y Cb Cr of a block together) that the model makes of it, and the picture restored from these. Pictures are base64
of RGB rows. The integer programs differ from this float model by rounding.
"""
import argparse
import base64
import json
from pathlib import Path

import torch

from ..shared.drawn import drawn_picture
from .checkpoint import load_model
from .export import name_of
from .jpeg import from_coefficients, quantize, zigzag
from .model import SHAPES, Settings

HEIGHT, WIDTH = 24, 32  # of the thumbnail
CASES = ((40, 100), (90, 50), (90, 0))  # quality, strength in percent


def text(samples: torch.Tensor) -> str:
    """[1, 3, H, W] centred samples -> base64 of 8-bit interleaved RGB."""
    rows = (samples[0] + 128).round().clamp(0, 255).byte().permute(1, 2, 0).contiguous()
    return base64.b64encode(rows.numpy().tobytes()).decode()


def scan_text(quotients: torch.Tensor) -> str:
    """[1, 3, 64, h, w] quotients in natural order -> base64 of i16, block by block, in zigzag order."""
    scan = quotients[0, :, zigzag()].round().short().permute(2, 3, 0, 1).contiguous()
    return base64.b64encode(scan.numpy().astype("<i2").tobytes()).decode()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--factor", type=int, choices=sorted(SHAPES), default=2, help="default: %(default)s")
    parser.add_argument("--weights", type=Path, default=Path("weights"), help="folder (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("../test/golden"), help="folder (default: %(default)s)")


@torch.no_grad()
def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    name = name_of(options.factor)
    model = load_model(options.weights / f"{name}.safetensors")
    height, width = HEIGHT * options.factor, WIDTH * options.factor
    picture = drawn_picture(height, width) * 255 - 128
    cases = []
    for quality, strength in CASES:
        settings = Settings(torch.tensor([float(quality)]), torch.tensor([float(strength)]))
        low, coefficients, tables = model.embed(picture, settings)
        quotients, dequantized = quantize(coefficients, tables)
        restored = model.decoder(dequantized, from_coefficients(dequantized, model.dct), settings)
        cases.append({
            "quality": quality, "strength": strength, "low": text(low),
            "tables": [[int(step) for step in table] for table in tables[0]],
            "coefficients": scan_text(quotients), "restored": text(restored),
        })
    golden = {"factor": options.factor, "width": width, "height": height, "picture": text(picture), "cases": cases}
    (options.out / f"{name}.json").write_text(json.dumps(golden, indent=1) + "\n")
