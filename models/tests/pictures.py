"""Pictures by formula and degraded copies of them: the same on every machine, but for a rare last bit of an 8-bit sample.

A picture is uint8 [H, W, 3].
"""
import math

import numpy as np

LUMA_STEPS = (1.0, 1.4, 2.0, 3.0)  # growth of the quantizer's steps by the band that a coefficient lies in


def noise(height: int, width: int, seed: int) -> np.ndarray:
    """[H, W] in [-1, 1), from an integer hash of the position."""
    y, x = np.mgrid[0:height, 0:width].astype(np.uint64)
    h = x * np.uint64(374761393) + y * np.uint64(668265263) + np.uint64(seed * 1442695041 + 1)
    h = (h ^ (h >> np.uint64(13))) * np.uint64(1274126177) % np.uint64(2**32)
    return ((h ^ (h >> np.uint64(16))) % np.uint64(65536)).astype(np.float64) / 32768 - 1


def rounded(samples: np.ndarray) -> np.ndarray:
    return np.floor(samples + 0.5).clip(0, 255).astype(np.uint8)


def drawn(height: int, width: int, seed: int) -> np.ndarray:
    """A sky, a ridge, leaves of several sizes, a fence and grain."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    ridge = height * (0.45 + 0.1 * np.sin(x / (17 + seed)) + 0.05 * np.sin(x / 5.3 + seed))
    ground = y > ridge
    leaves = np.sin(x / (2.1 + 0.3 * seed) + 2 * np.sin(y / 7)) * np.cos(y / 2.7 - x / 13) + 0.5 * np.sin((x + y) / 1.9)
    fence = ((x + 3 * seed) % 23 < 3) & (y > 0.7 * height)
    grain = noise(height, width, seed)
    planes = []
    for colour, (sky, earth) in enumerate(((150, 95), (180, 110), (220, 60))):
        plane = np.where(ground, earth + (38 - 6 * colour) * leaves, sky + 30 * y / height + 4 * np.sin(x / 31 + colour))
        plane = np.where(fence, 205 - 15 * colour, plane)
        planes.append(plane + grain * np.where(ground, 9, 3))
    return rounded(np.stack(planes, 2))


def along(matrix_rows: np.ndarray, matrix_columns: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """A linear filter on the rows' axis and one on the columns', [H', H] and [W', W]."""
    return np.einsum("ah,hwc,bw->abc", matrix_rows, picture.astype(np.float64), matrix_columns, optimize=True)


def gaussian(size: int, sigma: float) -> np.ndarray:
    at = np.arange(size)
    weights = np.exp(-0.5 * ((at[:, None] - at[None]) / sigma) ** 2)
    return weights / weights.sum(1, keepdims=True)


def blurred(picture: np.ndarray, sigma: float) -> np.ndarray:
    return rounded(along(gaussian(picture.shape[0], sigma), gaussian(picture.shape[1], sigma), picture))


def noisy(picture: np.ndarray, deviation: float) -> np.ndarray:
    height, width, _ = picture.shape
    grain = np.stack([noise(height, width, 100 + c) for c in range(3)], 2)
    return rounded(picture + grain * deviation * math.sqrt(3))


def posterised(picture: np.ndarray, step: int) -> np.ndarray:
    return rounded(np.floor(picture / step + 0.5) * step)


def blocks_quantized(picture: np.ndarray, step: float) -> np.ndarray:
    """An 8x8 DCT of each colour with coarser steps for higher frequencies, as a block codec degrades."""
    height, width, _ = picture.shape
    padded = np.pad(picture.astype(np.float64), ((0, -height % 8), (0, -width % 8), (0, 0)), mode="edge")
    k = np.arange(8)
    dct = np.cos((2 * k[None] + 1) * k[:, None] * math.pi / 16) * 0.5
    dct[0] *= math.sqrt(0.5)
    grid = padded.reshape(padded.shape[0] // 8, 8, padded.shape[1] // 8, 8, 3)
    coefficients = np.einsum("vy,rycxk,ux->rvcuk", dct, grid, dct, optimize=True)
    band = (k[:, None] + k[None]) // 4
    steps = step * np.array(LUMA_STEPS)[band][None, :, None, :, None]
    coefficients = np.floor(coefficients / steps + 0.5) * steps
    grid = np.einsum("vy,rvcuk,ux->rycxk", dct, coefficients, dct, optimize=True)
    return rounded(grid.reshape(padded.shape)[:height, :width])


def shifted(picture: np.ndarray, red: float, blue: float) -> np.ndarray:
    return rounded(picture.astype(np.float64) + np.array([red, 0.0, blue]))
