"""Writes the golden file of the small decoder: python -m strata_models inline parity

The TypeScript tests compare with it. It holds the code of a drawn picture, and the pixels that its beginnings decode to.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch

from ..placeholder.checkpoint import load_decoder
from ..placeholder.evaluate import Target, encode_picture
from ..placeholder.parity import drawn
from .model import BITS, STEPS, InlineDecoder, decode, pixels, read

LENGTHS = (16, 24, 29, 32)  # bytes


@torch.no_grad()
def golden(decoder: InlineDecoder, teacher: Path) -> dict:
    full = load_decoder(teacher)
    bits = encode_picture(full, Target(full, drawn(), drawn())).view(1, -1)[:, : STEPS * BITS]
    tables = decoder.tables()
    shown = decode(decoder, tables, bits, [8 * length for length in LENGTHS])
    found = [pixels(decoder, tables, c)[0].permute(1, 2, 0).flatten().int().tolist() for c in shown]
    code = np.packbits(bits[0].numpy() > 0).tobytes().hex()
    return {"code": code, "pixels": {str(length): values for length, values in zip(LENGTHS, found, strict=True)}}


def write_golden(decoder: InlineDecoder, teacher: Path, path: Path) -> None:
    path.write_text(json.dumps(golden(decoder, teacher), separators=(",", ":")) + "\n")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=Path, default=Path("weights/inline.bin"), help="default: %(default)s")
    parser.add_argument("--teacher", type=Path, default=Path("weights/placeholder.safetensors"), help="default: %(default)s")
    parser.add_argument("--out", type=Path, default=Path("../test/golden/inline.json"), help="default: %(default)s")


def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    write_golden(read(options.checkpoint.read_bytes()), options.teacher, options.out)
