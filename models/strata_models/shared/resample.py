"""Bicubic resizing as Pillow defines it (a = -1/2, antialiased), as matrices."""
from functools import lru_cache

import torch


@lru_cache(maxsize=256)
def bicubic_matrix(source: int, target: int) -> torch.Tensor:
    """[target, source] weights, rows sum to 1."""
    scale = source / target
    stretch = max(scale, 1.0)
    centre = (torch.arange(target, dtype=torch.float64)[:, None] + 0.5) * scale
    t = ((torch.arange(source, dtype=torch.float64)[None] + 0.5 - centre) / stretch).abs()
    near, far = (1.5 * t - 2.5) * t * t + 1, ((-0.5 * t + 2.5) * t - 4) * t + 2
    weights = torch.where(t < 1, near, torch.where(t < 2, far, torch.zeros_like(t)))
    return (weights / weights.sum(1, keepdim=True)).float()


def bicubic(x: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """[B, C, H, W] -> [B, C, height, width], neither rounded nor clipped."""
    return bicubic_matrix(x.shape[2], height).to(x) @ x @ bicubic_matrix(x.shape[3], width).to(x).T
