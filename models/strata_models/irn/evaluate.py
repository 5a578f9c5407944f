"""Measures a trained model: python -m strata_models irn evaluate --factor 2 --checkpoint FILE --data DIR [--every]

Three sets, each with its means: the photographs of --data, drawn text, and drawings of all kinds (shared/drawings.py, always
the same). PSNR over RGB in dB of the picture restored from the 8-bit thumbnail (`restored`: z = 0, `sampled`: z ~ N(0, I)),
of bicubic down and up, and of the thumbnail against the bicubic one; bytes of the PNGs. How stable the model is: `worse`,
the share of crops of 96 x 96 pixels that are restored worse than by bicubic; `low` and `high`, the largest magnitudes
between the couplings before they are limited, in units; `exact`, the largest error in samples of a picture that is restored
from an unrounded thumbnail and its own z. For photographs the same with a JPEG (4:4:4) in between, unless --no-jpeg.
"""
import argparse
import io
import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from ..shared.data import load_pictures, picture_paths
from ..shared.drawings import KINDS, drawn_set
from ..shared.resample import bicubic
from .checkpoint import load_model
from .model import Irn, stored
from .shapes import add_shape_arguments, shape_of

JPEG_QUALITIES = (50, 75, 85, 90, 95, 100)
CROP = 96  # pixels
DRAWN_SIZE = (208, 320)
TEXTS, DRAWINGS_A_KIND = 16, 3
LARGEST = ("exact", "low", "high")  # figures of which the largest counts, not the mean


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


class Largest:
    """The largest magnitudes that come in at the limits between the couplings of a model, of low and high part."""

    def __init__(self, model: Irn):
        self.low = self.high = 0.0
        for level in model.levels:
            for coupling in level:
                coupling.limit_low.register_forward_pre_hook(lambda _, inputs: self._see("low", inputs[0]))
                coupling.limit_high.register_forward_pre_hook(lambda _, inputs: self._see("high", inputs[0]))

    def _see(self, name: str, values: torch.Tensor) -> None:
        setattr(self, name, max(getattr(self, name), float(values.abs().max())))

    def take(self) -> dict[str, float]:
        """What was seen since the last call."""
        seen = {"low": self.low, "high": self.high}
        self.low = self.high = 0.0
        return seen


def share_worse(restored: torch.Tensor, plain: torch.Tensor, x: torch.Tensor) -> float:
    """Share of crops in which `restored` is farther from `x` than `plain` is, [1, 3, H, W] samples."""
    side = min(CROP, *x.shape[2:])
    error = lambda y: F.avg_pool2d((eight(y) - x).square().mean(1, keepdim=True), side)
    return float((error(restored) > error(plain) + 1e-3).float().mean())


@torch.no_grad()
def figures(model: Irn, largest: Largest, picture: torch.Tensor, jpeg: bool) -> dict[str, float]:
    """`picture` [3, H, W] uint8, cropped to multiples of the factor."""
    factor = model.factor
    x = picture[None, :, : picture.shape[1] // factor * factor, : picture.shape[2] // factor * factor].float()
    height, width = x.shape[2:]
    plain = eight(bicubic(x, height // factor, width // factor))
    enlarged = bicubic(plain, height, width)
    low, z = model(x)
    exact = model.inverse(low, z)
    low = stored(low)
    restore = lambda low: model.inverse(low, model.zeros(low))
    restored = restore(low)
    seen = largest.take()
    torch.manual_seed(1)
    row = {
        "restored": psnr(restored, x), "sampled": psnr(model.inverse(low, torch.randn_like(z)), x),
        "bicubic": psnr(enlarged, x), "thumbnail": psnr(low, plain), "worse": share_worse(restored, enlarged, x),
        "exact": float((exact - x).abs().max()), **seen, "z2": float(z.square().mean()),
        "png": through_file(low, format="PNG", optimize=True)[1],
        "bicubic_png": through_file(plain, format="PNG", optimize=True)[1],
    }
    for quality in JPEG_QUALITIES if jpeg else ():
        options = {"format": "JPEG", "quality": quality, "subsampling": 0, "optimize": True}
        kept, size = through_file(low, **options)
        row |= {f"jpeg{quality}": psnr(restore(kept), x), f"jpeg{quality}_bytes": size}
        kept, size = through_file(plain, **options)
        row |= {f"bicubic_jpeg{quality}": psnr(bicubic(kept, height, width), x), f"bicubic_jpeg{quality}_bytes": size}
    largest.take()
    return row


def summary(rows: list[dict[str, float]]) -> dict[str, float]:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return {name: max(values) if name in LARGEST else sum(values) / len(values) for name, values in columns.items()}


def drawn_sets(texts: int = TEXTS, each: int = DRAWINGS_A_KIND) -> dict[str, list[torch.Tensor]]:
    drawings = [picture for kind in KINDS for picture in drawn_set(kind, each, *DRAWN_SIZE)]
    return {"text": drawn_set("text", texts, *DRAWN_SIZE, seed=2), "drawings": drawings}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_shape_arguments(parser)
    parser.add_argument("--checkpoint", type=Path, required=True, help="a run's last.pt, or a .safetensors checkpoint")
    parser.add_argument("--data", type=Path, required=True, help="folder of pictures")
    parser.add_argument("--every", action="store_true", help="all pictures of the folder, not only the held-out ones")
    parser.add_argument("--pictures", type=int, default=100, help="measure this many, the first by name (default: %(default)s)")
    parser.add_argument("--no-jpeg", action="store_true", help="leave out the JPEGs, which take most of the time")
    parser.add_argument("--json", type=Path, help="file for the figures of each set")


def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    paths = picture_paths(options.data, held_out=None if options.every else True)
    model = load_model(options.checkpoint, shape_of(options.factor, options.fast))
    largest = Largest(model)
    sets = {"photographs": load_pictures(paths, 64)[: options.pictures], **drawn_sets()}
    found = {}
    for name, pictures in sets.items():
        is_photographs = name == "photographs"
        found[name] = summary([figures(model, largest, p, is_photographs and not options.no_jpeg) for p in pictures])
        print(f"{name}, {len(pictures)} pictures")
        for figure, value in found[name].items():
            print(f"  {figure:20s} {value:.3f}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")
