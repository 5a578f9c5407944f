"""Measures rate and distortion: python -m strata_models compass evaluate --data DIR --checkpoint FILE [--against JSON]

Files of three layers (thirds of the sides) with rounded latents and estimated bits. For each quality and level: bits of the
prefix per pixel of that level, SSIMULACRA2 and PSNR of the 8-bit picture, as means over the pictures. With --against (rows
that --json wrote for another checkpoint), also the difference in bits at equal score and at equal PSNR for each prefix:
negative means fewer bits than that checkpoint.
"""
import argparse
import json
import math
from pathlib import Path

import numpy as np
import torch

from ..shared.data import load_pictures, picture_paths, resize
from ..shared.ssimulacra2 import score
from .checkpoint import load_codec

QUALITIES = (10, 25, 40, 55, 70, 85, 95)
LEVELS = (1, 2, 3)  # thirds of the picture's sides
SIDE = 240
SCORES = (50.0, 85.0)  # the range over which rates are compared


@torch.no_grad()
def evaluate(codec, pictures: list[torch.Tensor], qualities=QUALITIES) -> list[dict]:
    """`pictures`: uint8 [3, H, W] each. One row for each quality. Its `levels`, from the base up, hold bits per pixel (`bpp` of
    the prefix, `own` of the layer alone, `side` of its hyper-latents), `score` and `psnr` in dB."""
    rows = []
    for quality in qualities:
        sums = [dict.fromkeys(("bpp", "own", "side", "score", "psnr"), 0.0) for _ in LEVELS]
        for picture in pictures:
            x = picture[None].float() / 255
            height, width = x.shape[2:]
            layers = [resize(x, round(height * k / 3), round(width * k / 3)) for k in LEVELS]
            outputs = codec(layers, [torch.tensor([float(quality)])] * len(LEVELS))
            spent = 0.0
            for level, layer, output in zip(sums, layers, outputs):
                shown = (output.picture.clamp(0, 1) * 255).round() / 255
                pixels, own = layer.shape[2] * layer.shape[3], float(output.bits)
                spent += own
                figures = {
                    "bpp": spent / pixels, "own": own / pixels, "side": float(output.side_bits) / pixels,
                    "score": float(score(shown, layer)),
                    "psnr": -10 * math.log10(float((shown - layer).square().mean()) + 1e-12),
                }
                for name, value in figures.items():
                    level[name] += value / len(pictures)
        rows.append({"quality": quality, "levels": sums})
    return rows


def rate_difference(rows: list[dict], anchor: list[dict], level: int, measure: str, limits: tuple[float, float]) -> float:
    """Mean difference of log-rate at equal `measure` within `limits`, in percent (straight lines between qualities)."""
    curves = [[(r["levels"][level][measure], math.log(r["levels"][level]["bpp"])) for r in part] for part in (rows, anchor)]
    low = max(limits[0], *(curve[0][0] for curve in curves))
    high = min(limits[1], *(curve[-1][0] for curve in curves))
    at = np.linspace(low, high, 400)
    ours, theirs = (np.interp(at, *np.array(curve).T) for curve in curves)
    return (math.exp(float((ours - theirs).mean())) - 1) * 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of pictures")
    parser.add_argument("--checkpoint", type=Path, required=True, help="last.pt of a run or a .safetensors checkpoint")
    parser.add_argument("--pictures", type=int, default=24, help="measure this many, the first by name (default: %(default)s)")
    parser.add_argument("--every", action="store_true", help="all pictures of the folder, not only the held-out ones")
    parser.add_argument("--json", type=Path, help="file for the rows")
    parser.add_argument("--against", type=Path, help="file that --json wrote for another checkpoint on the same pictures")


def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    paths = picture_paths(options.data, held_out=None if options.every else True)
    pictures = load_pictures(paths, SIDE)[: options.pictures]
    rows = evaluate(load_codec(options.checkpoint), pictures)
    for row in rows:
        levels = (f"{v['bpp']:.4f} bpp {v['score']:6.2f} {v['psnr']:.2f} dB" for v in row["levels"])
        print(f"q {row['quality']:3d}  " + "  ".join(levels))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")
    if options.against:
        anchor = json.loads(options.against.read_text())
        for measure, limits in (("score", SCORES), ("psnr", (0.0, 99.0))):
            changes = [rate_difference(rows, anchor, level, measure, limits) for level in range(len(LEVELS))]
            mean = sum(changes) / len(changes)
            print(f"bits at equal {measure}: " + " ".join(f"{c:+.2f} %" for c in changes) + f", mean {mean:+.2f} %")
