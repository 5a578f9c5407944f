"""Writes the golden file of the placeholder: python -m strata_models placeholder parity

The TypeScript tests compare with it. It holds a drawn picture of 32x32, its code, and the pixels that the code decodes to
after 1, 3 and 8 steps.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch

from .checkpoint import load_decoder
from .evaluate import Target, encode_picture
from .model import Decoder
from .transform import SIDE


def drawn() -> np.ndarray:
    """A picture of 32x32 with an edge, a disc and a gradient, the same everywhere."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    red = 8 * x
    green = np.where((x - 20) ** 2 + (y - 12) ** 2 < 60, 220, 60)
    blue = np.where(x + 2 * y > 50, 30, 4 * y + 90)
    return np.stack([red, green, blue], 2).clip(0, 255).astype(np.uint8)


@torch.no_grad()
def golden(decoder: Decoder) -> dict:
    picture = drawn()
    bits = encode_picture(decoder, Target(decoder, picture, picture))
    code = np.packbits(bits.numpy() > 0)  # the first bit of a byte is its highest
    shown = decoder.decode(bits[None])
    pixels = [decoder.pixels(y)[0].permute(1, 2, 0).flatten().int().tolist() for y in shown]
    steps = {str(s): pixels[s - 1] for s in (1, 3, 8)}
    return {"picture": picture.flatten().tolist(), "code": code.tobytes().hex(), "steps": steps}


def write_golden(decoder: Decoder, path: Path) -> None:
    path.write_text(json.dumps(golden(decoder), separators=(",", ":")) + "\n")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=Path, default=Path("weights/placeholder.safetensors"),
                        help="default: %(default)s")
    parser.add_argument("--out", type=Path, default=Path("../test/golden/placeholder.json"), help="default: %(default)s")


def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    write_golden(load_decoder(options.checkpoint), options.out)
