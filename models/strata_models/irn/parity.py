"""Writes the golden file of the model: python -m strata_models irn parity --factor 2 [--fast]

The TypeScript tests compare with it. It holds a drawn picture, its thumbnail, and the picture restored from that with
z = 0, as base64 of 8-bit RGB rows. The integer programs differ from this float model by rounding.
"""
import argparse
import base64
import json
from pathlib import Path

import torch

from ..shared.drawn import drawn_picture
from .checkpoint import load_model
from .model import stored
from .shapes import add_shape_arguments, shape_of

HEIGHT, WIDTH = 24, 32  # of the thumbnail


def text(samples: torch.Tensor) -> str:
    rows = samples[0].round().clamp(0, 255).byte().permute(1, 2, 0).contiguous()
    return base64.b64encode(rows.numpy().tobytes()).decode()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_shape_arguments(parser)
    parser.add_argument("--weights", type=Path, default=Path("weights"), help="folder (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("../test/golden"), help="folder (default: %(default)s)")


@torch.no_grad()
def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    shape = shape_of(options.factor, options.fast)
    factor, model = shape.factor, load_model(options.weights / f"{shape.name}.safetensors", shape)
    picture = drawn_picture(HEIGHT * factor, WIDTH * factor) * 255
    low = stored(model(picture)[0])
    restored = model.inverse(low, model.zeros(low))
    golden = {"scale": factor, "width": WIDTH * factor, "height": HEIGHT * factor,
              "picture": text(picture), "low": text(low), "restored": text(restored)}
    (options.out / f"{shape.name}.json").write_text(json.dumps(golden, indent=1) + "\n")
