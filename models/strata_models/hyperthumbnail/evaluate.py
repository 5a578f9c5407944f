"""Measures real JPEG files: python -m strata_models hyperthumbnail evaluate --data DIR --checkpoint RUN/last.pt

For each quality: bits per thumbnail pixel, PSNR of the restored picture, PSNR of the thumbnail against the bicubic one. Beside
them plain JPEGs of the bicubic and of the Lanczos thumbnail, each at the better of 4:2:0 and 4:4:4: dB gained at equal
bytes, and bytes relative to the smallest plain JPEG whose thumbnail is as close to the bicubic one.
"""
import argparse
import io
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ..shared.data import load_pictures, picture_paths
from .checkpoint import load_model
from .jpeg import from_coefficients, huffman_bits, quantize
from .model import HyperThumbnail, block_side

PLAIN_QUALITIES = (10, 20, 30, 40, 50, 60, 70, 75, 80, 84, 88, 91, 93, 95, 97, 98)
FILTERS = {"bicubic": Image.Resampling.BICUBIC, "lanczos": Image.Resampling.LANCZOS}


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return 20 * math.log10(255) - 10 * math.log10(max(np.square(a.astype(np.float64) - b).mean(), 1e-9))


def jpeg(image: Image.Image, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", optimize=True, **options)
    return out.getvalue()


def plain_points(picture: Image.Image, target: np.ndarray, kernel, factor: int) -> list[tuple[int, float, float, int]]:
    """Plain JPEGs as (bytes, PSNR of HR, PSNR of the thumbnail against `target`, Pillow's number of the subsampling)."""
    low = picture.resize((picture.width // factor, picture.height // factor), kernel)
    points = []
    for subsampling in (0, 2):
        for quality in PLAIN_QUALITIES:
            data = jpeg(low, quality=quality, subsampling=subsampling)
            decoded = Image.open(io.BytesIO(data)).convert("RGB")
            restored = np.array(decoded.resize(picture.size, kernel))
            points.append((len(data), psnr(restored, np.array(picture)), psnr(np.array(decoded), target), subsampling))
    return points


def at_bytes(points, size: float) -> float:
    """PSNR of HR in dB at this size in bytes, with the better of the two subsamplings."""
    found = []
    for subsampling in (0, 2):
        sizes, values = zip(*sorted((math.log(p[0]), p[1]) for p in points if p[3] == subsampling))
        found.append(float(np.interp(math.log(size), sizes, values)))
    return max(found)


def bytes_at(points, fidelity: float) -> float:
    """Bytes of the smallest file whose thumbnail has this PSNR; NaN where no file reaches it."""
    found = []
    for subsampling in (0, 2):
        values, sizes = zip(*sorted((p[2], math.log(p[0])) for p in points if p[3] == subsampling))
        if fidelity <= values[-1]:
            found.append(math.exp(np.interp(fidelity, values, sizes)))
    return min(found, default=math.nan)


@torch.no_grad()
def ours(model: HyperThumbnail, picture: torch.Tensor, quality: int) -> dict:
    """`picture`: [1, 3, H, W] centred samples, sides multiples of block_side. Returns decoded pictures as uint8 [H, W, 3], the
    bytes of the file and the estimated bits of its scan."""
    q = torch.tensor([float(quality)])
    low, coefficients, tables = model.embed(picture, q)
    quotients, dequantized = quantize(coefficients, tables)
    decoded = from_coefficients(dequantized, model.dct)
    high = model.decoder(dequantized, decoded, q)
    image = lambda x: (x[0] + 128).round().clamp(0, 255).byte().permute(1, 2, 0).numpy()
    steps = [[int(s) for s in table] for table in tables[0]]
    size = len(jpeg(Image.fromarray(image(low)), qtables=steps, subsampling=0))
    bits = float(huffman_bits(quotients))
    return {"low": image(decoded), "high": image(high), "bytes": size, "bits": bits, "tables": steps}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of pictures")
    parser.add_argument("--checkpoint", type=Path, required=True, help="a run's last.pt, or a .safetensors checkpoint")
    parser.add_argument("--qualities", type=lambda text: [int(q) for q in text.split(",")],
                        default=[30, 50, 65, 75, 85, 95], help="numbers with commas between them (default: %(default)s)")
    parser.add_argument("--pictures", type=int, default=24, help="measure this many, the first by name (default: %(default)s)")
    parser.add_argument("--every", action="store_true", help="all pictures of the folder, not only the held-out ones")
    parser.add_argument("--save", type=Path, help="folder for PNGs of the first picture")


def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    model = load_model(options.checkpoint)
    factor, side = model.factor, block_side(model.factor)
    paths = picture_paths(options.data, held_out=None if options.every else True)
    pictures = load_pictures(paths, 192)[: options.pictures]
    rows: dict[int, list] = {q: [] for q in options.qualities}
    for number, raw in enumerate(pictures):
        raw = raw[:, : raw.shape[1] // side * side, : raw.shape[2] // side * side]
        picture = Image.fromarray(raw.permute(1, 2, 0).numpy())
        target = np.array(picture.resize((picture.width // factor, picture.height // factor), FILTERS["bicubic"]))
        plain = {name: plain_points(picture, target, kernel, factor) for name, kernel in FILTERS.items()}
        for quality in options.qualities:
            found = ours(model, raw[None].float() - 128, quality)
            fidelity = psnr(found["low"], target)
            high = psnr(found["high"], np.array(picture))
            rows[quality].append([
                found["bytes"] * 8 / (target.shape[0] * target.shape[1]), high, fidelity,
                high - at_bytes(plain["bicubic"], found["bytes"]), high - at_bytes(plain["lanczos"], found["bytes"]),
                found["bytes"] / bytes_at(plain["bicubic"], fidelity), found["bits"] / (8 * (found["bytes"] - 450)),
            ])
            if options.save and number == 0:
                options.save.mkdir(parents=True, exist_ok=True)
                Image.fromarray(found["low"]).save(options.save / f"low-{quality}.png")
                Image.fromarray(found["high"]).save(options.save / f"high-{quality}.png")
                Image.fromarray(target).save(options.save / "bicubic.png")
    print(f"{len(pictures)} pictures\n  q   bpp(LR)  HR dB  LR dB  over bicubic  over Lanczos  size/plain  estimate/bits")
    for quality, figures in rows.items():
        mean = np.nanmean(np.array(figures), 0)
        print("{:3d}  {:7.3f}  {:.2f}  {:.2f}  {:+10.2f}  {:+12.2f}  {:12.3f}  {:10.3f}".format(quality, *mean))
