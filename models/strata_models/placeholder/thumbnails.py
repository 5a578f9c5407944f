"""Training thumbnails: each picture and random crops of it, stretched to 32x32 by Pillow's Lanczos."""
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ..shared.data import picture_paths
from .transform import SIDE

CROPS = 11  # of each picture, beside the whole
ASPECTS = (1, 4 / 3, 3 / 2, 16 / 9)


def box_of(width: float, height: float) -> tuple[int, int]:
    """Width and height of the picture's own shape with a longer side of 32."""
    longer = max(width, height)
    return max(1, round(SIDE * width / longer)), max(1, round(SIDE * height / longer))


def _crop(width: int, height: int, random: np.random.Generator) -> tuple[float, float, float, float]:
    aspect = ASPECTS[random.integers(len(ASPECTS))]
    aspect = 1 / aspect if random.random() < 0.3 else aspect
    w = min(width * random.uniform(0.45, 1), height * aspect)
    h = w / aspect
    x, y = random.uniform(0, width - w), random.uniform(0, height - h)
    return x, y, x + w, y + h


def _parts(folder: Path, held_out: bool, crops: int, seed: int):
    """Yields each picture's path, and the part of it (left, top, right, bottom) that each of its thumbnails shows."""
    random = np.random.default_rng(seed)
    for path in picture_paths(folder, held_out):
        with Image.open(path) as file:
            size = file.size
        yield path, [(0, 0, *size)] + [_crop(*size, random) for _ in range(crops)]


def boxes_of(folder: Path, held_out: bool, crops: int, seed: int = 1) -> list[tuple[int, int]]:
    """Width and height of the box of each of the `thumbnails`."""
    parts = (part for _, own in _parts(folder, held_out, crops, seed) for part in own)
    return [box_of(right - left, bottom - top) for left, top, right, bottom in parts]


def thumbnails(folder: Path, held_out: bool, crops: int, seed: int = 1) -> torch.Tensor:
    """uint8 [N, 3, 32, 32]"""
    made = []
    for path, parts in _parts(folder, held_out, crops, seed):
        with Image.open(path) as file:
            image = file.convert("RGB")
        made += [np.asarray(image.resize((SIDE, SIDE), Image.Resampling.LANCZOS, box=box)) for box in parts]
    return torch.from_numpy(np.stack(made)).permute(0, 3, 1, 2).contiguous()
