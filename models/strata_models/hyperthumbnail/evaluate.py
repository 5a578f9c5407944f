"""Measures real JPEG files: python -m strata_models hyperthumbnail evaluate --data DIR --checkpoint RUN/last.pt

For each quality and strength: bits per thumbnail pixel; SSIMULACRA2 score and PSNR of the restored picture, and of the thumbnail
against the bicubic one. Beside them plain JPEGs of the bicubic thumbnail at equal bytes, at the better of 4:2:0 and 4:4:4: the
scores of the thumbnail and of its bicubic upscale, and ours less theirs.
"""
import argparse
import io
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ..shared.data import load_pictures, picture_paths
from ..shared.ssimulacra2 import score
from .checkpoint import load_model
from .jpeg import from_coefficients, huffman_bits, quantize
from .model import HyperThumbnail, Settings, block_side

PLAIN_QUALITIES = (10, 20, 30, 40, 50, 60, 70, 75, 80, 84, 88, 91, 93, 95, 97, 98)


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return 20 * math.log10(255) - 10 * math.log10(max(np.square(a.astype(np.float64) - b).mean(), 1e-9))


def jpeg(image: Image.Image, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", optimize=True, **options)
    return out.getvalue()


def as_unit(image: np.ndarray) -> torch.Tensor:
    """uint8 [H, W, 3] -> [1, 3, H, W] in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None].float() / 255


def score_of(image: np.ndarray, reference: np.ndarray) -> float:
    return float(score(as_unit(image), as_unit(reference)))


def figures_of(high: np.ndarray, picture: np.ndarray, low: np.ndarray, target: np.ndarray) -> dict[str, float]:
    return {
        "score": score_of(high, picture), "psnr": psnr(high, picture),
        "low_score": score_of(low, target), "low_psnr": psnr(low, target),
    }


def plain_points(picture: Image.Image, target: np.ndarray) -> list[dict[str, float]]:
    """Figures of plain JPEGs of the bicubic thumbnail, with their `bytes` and Pillow's number of the `subsampling`."""
    points = []
    for subsampling in (0, 2):
        for quality in PLAIN_QUALITIES:
            data = jpeg(Image.fromarray(target), quality=quality, subsampling=subsampling)
            decoded = Image.open(io.BytesIO(data)).convert("RGB")
            restored = np.array(decoded.resize(picture.size, Image.Resampling.BICUBIC))
            figures = figures_of(restored, np.array(picture), np.array(decoded), target)
            points.append({"bytes": len(data), "subsampling": subsampling, **figures})
    return points


def at_bytes(points: list[dict[str, float]], size: float, figure: str) -> float:
    """A figure at this size in bytes, with the better of the two subsamplings."""
    found = []
    for subsampling in (0, 2):
        sizes, values = zip(*sorted((math.log(p["bytes"]), p[figure]) for p in points if p["subsampling"] == subsampling))
        found.append(float(np.interp(math.log(size), sizes, values)))
    return max(found)


@torch.no_grad()
def ours(model: HyperThumbnail, picture: torch.Tensor, settings: Settings) -> dict:
    """`picture`: [1, 3, H, W] centred samples, sides multiples of block_side. Returns decoded pictures as uint8 [H, W, 3], the
    bytes of the file and the estimated bits of its scan."""
    low, coefficients, tables = model.embed(picture, settings)
    quotients, dequantized = quantize(coefficients, tables)
    decoded = from_coefficients(dequantized, model.dct)
    high = model.decoder(dequantized, decoded, settings)
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
    parser.add_argument("--strengths", type=lambda text: [int(s) for s in text.split(",")], default=[0, 50, 100],
                        help="in percent, with commas between them (default: %(default)s)")
    parser.add_argument("--pictures", type=int, default=24, help="measure this many, the first by name (default: %(default)s)")
    parser.add_argument("--every", action="store_true", help="all pictures of the folder, not only the held-out ones")
    parser.add_argument("--save", type=Path, help="folder for PNGs of the first picture")


def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    model = load_model(options.checkpoint)
    factor, side = model.factor, block_side(model.factor)
    paths = picture_paths(options.data, held_out=None if options.every else True)
    pictures = load_pictures(paths, 192)[: options.pictures]
    asked = [(quality, strength) for strength in options.strengths for quality in options.qualities]
    rows: dict[tuple[int, int], list] = {key: [] for key in asked}
    for number, raw in enumerate(pictures):
        raw = raw[:, : raw.shape[1] // side * side, : raw.shape[2] // side * side]
        picture = Image.fromarray(raw.permute(1, 2, 0).numpy())
        size = (picture.width // factor, picture.height // factor)
        target = np.array(picture.resize(size, Image.Resampling.BICUBIC))
        plain = plain_points(picture, target)
        for quality, strength in asked:
            settings = Settings(torch.tensor([float(quality)]), torch.tensor([float(strength)]))
            found = ours(model, raw[None].float() - 128, settings)
            figures = figures_of(found["high"], np.array(picture), found["low"], target)
            more = [figures[name] - at_bytes(plain, found["bytes"], name) for name in ("score", "psnr", "low_score")]
            rows[quality, strength].append([
                found["bytes"] * 8 / (target.shape[0] * target.shape[1]), *figures.values(), *more,
                found["bits"] / (8 * (found["bytes"] - 450)),
            ])
            if options.save and number == 0:
                options.save.mkdir(parents=True, exist_ok=True)
                for name in ("low", "high"):
                    Image.fromarray(found[name]).save(options.save / f"{name}-{quality}-{strength}.png")
                Image.fromarray(target).save(options.save / "bicubic.png")
    print(f"{len(pictures)} pictures; more: than a plain JPEG of equal bytes, upscaled")
    print("  q strength  bpp(LR)  HR SS2  HR dB  LR SS2  LR dB  more HR SS2  more HR dB  more LR SS2  estimate/bits")
    row = "{:3d} {:8d}  {:7.3f}  {:6.2f}  {:.2f}  {:6.2f}  {:.2f}  {:+11.2f}  {:+10.2f}  {:+11.2f}  {:13.3f}"
    for key, measured in rows.items():
        print(row.format(*key, *np.mean(np.array(measured), 0)))
