"""Training pictures: loading, the held-out split, crops, and Lanczos ladders made on the fly."""
import hashlib
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image

HELD_OUT_PART = 24  # one picture in this many, chosen by a hash of its name, is never trained on


def is_held_out(path: Path) -> bool:
    """Whether training leaves this picture out. It follows from the file's name alone."""
    return hashlib.sha256(path.name.encode()).digest()[0] % HELD_OUT_PART == 0


def picture_paths(folder: Path, held_out: bool | None) -> list[Path]:
    """The held-out pictures below `folder` (True), the others (False), or all (None: for a folder that is never trained on).

    Raises FileNotFoundError when the folder has no pictures.
    """
    paths = sorted(p for p in Path(folder).rglob("*") if p.suffix in {".jpg", ".png"})
    if not paths:
        raise FileNotFoundError(f"no .jpg or .png below {folder}")
    return [p for p in paths if held_out is None or is_held_out(p) == held_out]


def load_pictures(paths: list[Path], minimum_side: int) -> list[torch.Tensor]:
    """uint8 tensors [3, H, W]; pictures with a side below `minimum_side` are left out."""

    def load(path: Path) -> torch.Tensor | None:
        with Image.open(path) as image:
            if min(image.size) < minimum_side:
                return None
            return torch.from_numpy(np.array(image.convert("RGB"))).permute(2, 0, 1).contiguous()

    with ThreadPoolExecutor() as pool:
        return [picture for picture in pool.map(load, paths) if picture is not None]


class CropSampler:
    """Endless random square crops with flips, float in [0, 1], shape [batch, 3, side, side]."""

    def __init__(self, pictures: list[torch.Tensor], side: int, batch: int, seed: int):
        self.pictures, self.side, self.batch = pictures, side, batch
        self.random = np.random.default_rng(seed)

    def next(self) -> torch.Tensor:
        crops = []
        for index in self.random.integers(0, len(self.pictures), self.batch):
            picture = self.pictures[index]
            top = self.random.integers(0, picture.shape[1] - self.side + 1)
            left = self.random.integers(0, picture.shape[2] - self.side + 1)
            crop = picture[:, top : top + self.side, left : left + self.side]
            if self.random.random() < 0.5:
                crop = crop.flip(2)
            if self.random.random() < 0.25:
                crop = crop.transpose(1, 2)
            crops.append(crop)
        return torch.stack(crops).float() / 255


@lru_cache(maxsize=256)
def lanczos_matrix(source: int, target: int) -> torch.Tensor:
    """[target, source] weights of an antialiased Lanczos3 resize, as Pillow and libvips define it."""
    scale = source / target
    support = 3.0 * max(scale, 1.0)
    centre = (torch.arange(target, dtype=torch.float64)[:, None] + 0.5) * scale
    offset = (torch.arange(source, dtype=torch.float64)[None] + 0.5 - centre) / max(scale, 1.0)
    weights = torch.sinc(offset) * torch.sinc(offset / 3) * (offset.abs() < support / max(scale, 1.0))
    return (weights / weights.sum(1, keepdim=True)).float()


def resize(x: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Lanczos3 resize of [B, 3, H, W] in [0, 1], rounded to 8 bits like the stored references."""
    if x.shape[2] == height and x.shape[3] == width:
        return x
    rows = lanczos_matrix(x.shape[2], height).to(x.device)
    columns = lanczos_matrix(x.shape[3], width).to(x.device)
    return ((rows @ x @ columns.T).clamp(0, 1) * 255).round() / 255


class DeviceCropSampler:
    """CropSampler with its pictures in one flat buffer on `device`: a batch is one gather there, without a transfer."""

    def __init__(self, pictures: list[torch.Tensor], side: int, batch: int, seed: int, device: str):
        self.side, self.batch, self.device = side, batch, device
        self.random = np.random.default_rng(seed)
        self.sizes = np.array([picture.shape[1:] for picture in pictures])
        self.starts = np.cumsum([0] + [picture.numel() for picture in pictures])[:-1]
        self.flat = torch.cat([picture.flatten() for picture in pictures]).to(device)
        self.grid = torch.arange(side, device=device)

    def next(self) -> torch.Tensor:
        picked = self.random.integers(0, len(self.sizes), self.batch)
        height, width = self.sizes[picked].T
        top, left = (self.random.integers(0, size - self.side + 1) for size in (height, width))
        flipped, transposed = self.random.random(self.batch) < 0.5, self.random.random(self.batch) < 0.25
        # The step along the crop's rows and columns: a flip runs backwards, a transposition exchanges the two.
        across = np.where(flipped, -1, 1)
        corner = self.starts[picked] + top * width + np.where(flipped, left + self.side - 1, left)
        rows, columns = np.where(transposed, across, width), np.where(transposed, width, across)
        numbers = torch.from_numpy(np.stack([corner, rows, columns, height * width])).to(self.device, non_blocking=True)
        corner, rows, columns, plane = (n[:, None, None, None] for n in numbers)
        colours = torch.arange(3, device=self.device)[None, :, None, None]
        index = corner + colours * plane + self.grid[None, None, :, None] * rows + self.grid * columns
        return self.flat[index].float() / 255


def make_sampler(pictures: list[torch.Tensor], side: int, batch: int, seed: int, device: str):
    """The sampler for the device; its `next()` returns [batch, 3, side, side] in [0, 1] on that device."""
    if device == "cpu":
        return CropSampler(pictures, side, batch, seed)
    return DeviceCropSampler(pictures, side, batch, seed, device)
