"""Measures a trained model: python -m strata_models irn evaluate --factor 2 --checkpoint FILE --data DIR [--every]

Means over pictures. PSNR over RGB in dB of the picture restored from the 8-bit thumbnail (`restored`: z = 0, `sampled`:
z ~ N(0, I)), of bicubic down and up, and of the thumbnail against the bicubic one; bytes of the PNGs; then the same with a
JPEG (4:4:4) in between.
"""
import argparse
import io
import json
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ..shared.data import load_pictures, picture_paths
from ..shared.resample import bicubic
from .checkpoint import load_model
from .model import LEVELS, Irn, stored

JPEG_QUALITIES = (50, 75, 85, 90, 95, 100)


def psnr(a: torch.Tensor, b: torch.Tensor) -> float:
    return 10 * math.log10(255**2 / max(float((eight(a) - eight(b)).square().mean()), 1e-9))


def eight(x: torch.Tensor) -> torch.Tensor:
    return x.round().clamp(0, 255)


def through_file(low: torch.Tensor, **options) -> tuple[torch.Tensor, int]:
    """Saves [1, 3, h, w] with Pillow and reads it back: the samples, and the bytes of the file."""
    buffer = io.BytesIO()
    Image.fromarray(low[0].byte().permute(1, 2, 0).numpy()).save(buffer, **options)
    pixels = np.array(Image.open(buffer).convert("RGB"))
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float(), len(buffer.getvalue())


@torch.no_grad()
def figures(model: Irn, picture: torch.Tensor) -> dict[str, float]:
    """`picture` [3, H, W] uint8, cropped to multiples of the factor."""
    factor = model.factor
    x = picture[None, :, : picture.shape[1] // factor * factor, : picture.shape[2] // factor * factor].float()
    height, width = x.shape[2:]
    plain = eight(bicubic(x, height // factor, width // factor))
    low, z = model(x)
    exact = model.inverse(low, z)
    low = stored(low)
    restore = lambda low: psnr(model.inverse(low, model.zeros(low)), x)
    torch.manual_seed(1)
    row = {
        "exact": float((exact - x).abs().max()), "restored": restore(low),
        "sampled": psnr(model.inverse(low, torch.randn_like(z)), x),
        "bicubic": psnr(bicubic(plain, height, width), x), "low": psnr(low, plain), "z2": float(z.square().mean()),
        "png": through_file(low, format="PNG", optimize=True)[1],
        "bicubic_png": through_file(plain, format="PNG", optimize=True)[1],
    }
    for quality in JPEG_QUALITIES:
        options = {"format": "JPEG", "quality": quality, "subsampling": 0, "optimize": True}
        kept, size = through_file(low, **options)
        row |= {f"jpeg{quality}": restore(kept), f"jpeg{quality}_bytes": size}
        kept, size = through_file(plain, **options)
        row |= {f"bicubic_jpeg{quality}": psnr(bicubic(kept, height, width), x), f"bicubic_jpeg{quality}_bytes": size}
    return row


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--factor", "--scale", type=int, choices=sorted(LEVELS), required=True, help="between the sides")
    parser.add_argument("--checkpoint", type=Path, required=True, help="a run's last.pt, or a .safetensors checkpoint")
    parser.add_argument("--data", type=Path, required=True, help="folder of pictures")
    parser.add_argument("--every", action="store_true", help="all pictures of the folder, not only the held-out ones")
    parser.add_argument("--pictures", type=int, default=100, help="measure this many, the first by name (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="file for the means")


def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    paths = picture_paths(options.data, held_out=None if options.every else True)
    model = load_model(options.checkpoint, options.factor)
    rows = [figures(model, p) for p in load_pictures(paths, 64)[: options.pictures]]
    means = {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}
    for name, value in means.items():
        print(f"{name:20s} {value:.3f}")
    if options.json:
        options.json.write_text(json.dumps(means, indent=1) + "\n")
