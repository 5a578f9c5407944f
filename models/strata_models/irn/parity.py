"""Golden numbers by which the TypeScript side proves that it runs the same model: python -m strata_models irn parity --scale 2

A drawn picture, the thumbnail that comes of it, and the picture restored from that with z = 0, as base64 of 8-bit RGB rows.
The integer programs differ from the float model by rounding, so what must agree is near and not the same.
"""
import argparse
import base64
import json
from pathlib import Path

import torch

from ..shared.drawn import drawn_picture
from .checkpoint import load_model
from .model import LEVELS, stored

HEIGHT, WIDTH = 24, 32  # of the thumbnail


def text(samples: torch.Tensor) -> str:
    rows = samples[0].round().clamp(0, 255).byte().permute(1, 2, 0).contiguous()
    return base64.b64encode(rows.numpy().tobytes()).decode()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scale", type=int, choices=sorted(LEVELS), required=True)
    parser.add_argument("--weights", type=Path, default=Path("weights"))
    parser.add_argument("--out", type=Path, default=Path("../test/golden"), help="folder")


@torch.no_grad()
def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    scale = options.scale
    model = load_model(options.weights / f"irn{scale}.safetensors", scale)
    picture = drawn_picture(HEIGHT * scale, WIDTH * scale) * 255
    low = stored(model(picture)[0])
    restored = model.inverse(low, model.zeros(low))
    golden = {"scale": scale, "width": WIDTH * scale, "height": HEIGHT * scale,
              "picture": text(picture), "low": text(low), "restored": text(restored)}
    (options.out / f"irn{scale}.json").write_text(json.dumps(golden, indent=1) + "\n")
