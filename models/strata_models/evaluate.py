"""Rate and distortion on the held-out pictures: python -m strata_models.evaluate --data DIR --checkpoint FILE [--json OUT]

Whole files of three layers (thirds), rounded latents, estimated bits. Prints one line per quality and the mean cost
(bits + lambda * error) / sqrt(lambda), the figure by which two checkpoints are compared: lower is better.
"""
import argparse
import json
import math
from pathlib import Path

import torch

from .checkpoint import load_codec
from .data import load_pictures, picture_paths, resize
from .rate import lambda_of

QUALITIES = (10, 25, 40, 55, 70, 85)
SIDE = 240


def evaluate(codec, pictures: list[torch.Tensor]) -> list[dict]:
    rows = []
    for quality in QUALITIES:
        value = torch.tensor([float(quality)])
        weight = float(lambda_of(value))
        sums = {"bpp": 0.0, "psnr": 0.0, "cost": 0.0, "side": 0.0, "layers": [0.0, 0.0, 0.0]}
        for picture in pictures:
            x = picture[None].float() / 255
            height, width = x.shape[2:]
            layers = [resize(x, round(height * k / 3), round(width * k / 3)) for k in (1, 2, 3)]
            with torch.no_grad():
                outputs = codec(layers, [value] * 3)
            pixels = height * width
            error = float(((outputs[-1].picture.clamp(0, 1) * 255).round() - x * 255).square().mean())
            bits = [float(o.bits) for o in outputs]
            sums["bpp"] += sum(bits) / pixels / len(pictures)
            sums["side"] += sum(float(o.side_bits) for o in outputs) / pixels / len(pictures)
            sums["psnr"] += 10 * math.log10(255**2 / error) / len(pictures)
            for k, (layer, output, spent) in enumerate(zip(layers, outputs, bits)):
                size = layer.shape[2] * layer.shape[3]
                squared = float((output.picture.clamp(0, 1) - layer).square().mean()) * 255**2
                cost = (spent / size + weight * squared) / math.sqrt(weight)
                sums["layers"][k] += cost / len(pictures)
                sums["cost"] += cost * size / pixels / len(pictures)
        rows.append({"quality": quality, **sums})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True, help="last.pt of a run or a .safetensors checkpoint")
    parser.add_argument("--pictures", type=int, default=24, help="how many of the held-out pictures")
    parser.add_argument("--every", action="store_true", help="all pictures of the folder, not only the held-out ones")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    paths = picture_paths(options.data, held_out=None if options.every else True)
    pictures = load_pictures(paths, SIDE)[: options.pictures]
    rows = evaluate(load_codec(options.checkpoint), pictures)
    for row in rows:
        layers = " ".join(f"{cost:6.2f}" for cost in row["layers"])
        print(f"q {row['quality']:3d}  {row['bpp']:.4f} bpp  {row['psnr']:.3f} dB  side {row['side'] / row['bpp']:.1%}  layers {layers}")
    print(f"mean cost {sum(row['cost'] for row in rows) / len(rows):.4f} over {len(pictures)} pictures")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
