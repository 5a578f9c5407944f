"""Training thumbnails: each picture and random crops of it, stretched to 32x32 by Pillow's Lanczos."""
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ..shared.data import picture_paths
from .transform import SIDE

CROPS = 11  # of each picture, beside the whole
ASPECTS = (1, 4 / 3, 3 / 2, 16 / 9)


def box_of(width: int, height: int) -> tuple[int, int]:
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


def thumbnails(folder: Path, held_out: bool, crops: int, seed: int = 1) -> torch.Tensor:
    """uint8 [N, 3, 32, 32]"""
    random = np.random.default_rng(seed)
    made = []
    for path in picture_paths(folder, held_out):
        with Image.open(path) as file:
            image = file.convert("RGB")
        boxes = [(0, 0, *image.size)] + [_crop(*image.size, random) for _ in range(crops)]
        made += [np.asarray(image.resize((SIDE, SIDE), Image.Resampling.LANCZOS, box=box)) for box in boxes]
    return torch.from_numpy(np.stack(made)).permute(0, 3, 1, 2).contiguous()
