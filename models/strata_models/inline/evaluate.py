"""Measures the small decoder: python -m strata_models inline evaluate --images DIR [--held-out] [--square]

PSNR and SSIMULACRA2 in a box of the picture's shape whose longer side is 32, as `placeholder evaluate` does: of beginnings of
the code that files hold, of codes made for 24 bytes, and of ThumbHash. Means over pictures.
"""
import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ..placeholder.checkpoint import load_decoder
from ..placeholder.evaluate import Target, encode_picture, measures, resized
from ..placeholder.model import BITS, Decoder
from ..placeholder.thumbnails import box_of
from ..placeholder.transform import SIDE
from ..shared.data import picture_paths
from .model import SIZE, InlineDecoder, decode, pixels, read
from .search import FILE_STEPS, factor_of, improve, shorten
from .thumbhash import thumbhash

LENGTHS = (16, 20, 24, 28, 32)


@torch.no_grad()
def evaluate(image: Image.Image, teacher: Decoder, decoder: InlineDecoder) -> dict[str, list[float]]:
    width, height = box_of(*image.size)
    box, tables = resized(image, (width, height)), decoder.tables()
    bits = encode_picture(teacher, Target(teacher, resized(image, (SIDE, SIDE)), box)).view(1, -1)[:, : FILE_STEPS * BITS]
    show = lambda c: pixels(decoder, tables, c)[0].permute(1, 2, 0).numpy().astype(np.uint8)
    shown = decode(decoder, tables, bits, [8 * length for length in LENGTHS])
    rows = {f"{length} B": measures(show(c), box) for length, c in zip(LENGTHS, shown, strict=True)}
    full, factor = teacher.decode(bits.view(1, FILE_STEPS, BITS))[-1], factor_of(teacher, width, height)
    made = torch.cat([bits[:, :BITS], shorten(decoder, teacher, bits, factor)], 1)
    made = improve(decoder, made, full.view(1, SIZE), factor)
    rows["24 B made"] = measures(show(decode(decoder, tables, made, [made.shape[1]])[0]), box)
    hashed, length = thumbhash(box)
    return rows | {"ThumbHash": measures(hashed, box), "ThumbHash bytes": [length]}


def square_of(image: Image.Image) -> Image.Image:
    """The square in the middle, of which a ThumbHash has 24 bytes."""
    side = min(image.size)
    left, top = ((size - side) // 2 for size in image.size)
    return image.crop((left, top, left + side, top + side))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=Path, default=Path("weights/inline.bin"), help="default: %(default)s")
    parser.add_argument("--teacher", type=Path, default=Path("weights/placeholder.safetensors"), help="default: %(default)s")
    parser.add_argument("--images", type=Path, required=True, help="folder of pictures")
    parser.add_argument("--held-out", action="store_true", help="only the pictures that training leaves out")
    parser.add_argument("--square", action="store_true", help="only the square in the middle of each")


def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    teacher, decoder = load_decoder(options.teacher), read(options.checkpoint.read_bytes())
    # No more steps than files have: the search for the others takes most of the time.
    teacher.codewords = torch.nn.Parameter(teacher.codewords[:FILE_STEPS], requires_grad=False)
    teacher.amplitude = teacher.amplitude[:FILE_STEPS]
    found = []
    for path in picture_paths(options.images, True if options.held_out else None):
        image = Image.open(path).convert("RGB")
        found.append(evaluate(square_of(image) if options.square else image, teacher, decoder))
    print(f"{len(found)} pictures, dB and score:")
    for name in found[0]:
        print(f"{name:16}", " ".join(f"{value:8.2f}" for value in np.mean([rows[name] for rows in found], 0)))
