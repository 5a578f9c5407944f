"""ThumbHash (Evan Wallace, 2023) of opaque pictures, by its published description: what the placeholders are compared with.

Luma and two planes of chroma are cosine transforms of the picture: luma with 7 frequencies along the longer side, chroma with
3 along both, of which those below a diagonal are kept. Each is stored in 4 bits, of a scale for each plane.
"""
import math

import numpy as np

LIMIT = 7


def _round(value: float) -> int:
    return math.floor(value + 0.5)


def _quantized(value: float, levels: int) -> float:
    return min(levels, max(0, _round(levels * value))) / levels


def _frequencies(across: int, down: int) -> list[tuple[int, int]]:
    kept = [(x, y) for y in range(down) for x in range(across) if x * down < across * (down - y)]
    return kept[1:]


def _wave(frequency: int, size: int) -> np.ndarray:
    return np.cos(math.pi / size * frequency * (np.arange(size) + 0.5))


def _plane(plane: np.ndarray, frequencies: list, levels: int, out: tuple[int, int], gain: float) -> np.ndarray:
    """Decoded samples of one plane of which only AC remains; `levels` of its scale, `out`: height and width."""
    height, width = plane.shape
    values = [(plane * np.outer(_wave(y, height), _wave(x, width))).mean() for x, y in frequencies]
    scale = max(map(abs, values))
    stored = [_round(15 * (0.5 + 0.5 / scale * value if scale else 0.5)) / 7.5 - 1 for value in values]
    scale = _quantized(scale, levels) * gain
    waves = [np.outer(_wave(y, out[0]), _wave(x, out[1])) for x, y in frequencies]
    return 2 * scale * np.sum([value * wave for value, wave in zip(stored, waves, strict=True)], axis=0)


def thumbhash(picture: np.ndarray) -> tuple[np.ndarray, int]:
    """uint8 [H, W, 3] of at most 100 pixels a side -> the decoded placeholder, and the bytes of its code."""
    height, width = picture.shape[:2]
    red, green, blue = np.moveaxis(picture / 255, 2, 0)
    across, down = (max(3, _round(LIMIT * side / max(width, height))) for side in (width, height))
    ratio = across / down
    out = (_round(32 / max(1, ratio)), _round(32 * min(1, ratio)))
    luma, chroma = _frequencies(across, down), _frequencies(3, 3)
    planes = []
    for plane, frequencies, levels, gain in (
        ((red + green + blue) / 3, luma, 31, 1.0), ((red + green) / 2 - blue, chroma, 63, 1.25), (red - green, chroma, 63, 1.25)
    ):
        mean = _quantized(plane.mean(), 63) if frequencies is luma else 2 * _quantized(plane.mean() / 2 + 0.5, 63) - 1
        planes.append(mean + _plane(plane, frequencies, levels, out, gain))
    light, yellow, reddish = planes
    blue = light - 2 / 3 * yellow
    red = (3 * light - blue + reddish) / 2
    samples = np.stack([red, red - reddish, blue], 2)
    return (255 * samples.clip(0, 1)).astype(np.uint8), 5 + (len(luma) + 2 * len(chroma) + 1) // 2
