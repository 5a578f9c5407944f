"""Pairs of pictures with the SSIMULACRA2 scores that the reference tool gives them.

The scores come from `ssimulacra2_rs image REFERENCE.png DEGRADED.png` (ssimulacra2_rs 0.5). To write them anew:

    python tests/pairs.py PATH_OF_THE_TOOL
"""
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from pictures import blocks_quantized, blurred, drawn, noisy, posterised, shifted


@dataclass(frozen=True)
class Pair:
    name: str
    height: int
    width: int
    degrade: Callable[[np.ndarray], np.ndarray]
    score: float

    def pictures(self) -> tuple[np.ndarray, np.ndarray]:
        """The reference and the degraded picture, uint8 [H, W, 3]."""
        reference = drawn(self.height, self.width, sum(map(ord, self.name)) % 5)
        return reference, self.degrade(reference)


PAIRS = (
    Pair("blocks, fine", 128, 160, lambda p: blocks_quantized(p, 6), 88.9894),
    Pair("blocks, middling", 192, 131, lambda p: blocks_quantized(p, 18), 77.3044),
    Pair("blocks, coarse", 160, 200, lambda p: blocks_quantized(p, 45), 60.4925),
    Pair("blocks, coarsest", 144, 144, lambda p: blocks_quantized(p, 90), 35.7153),
    Pair("blur, slight", 150, 190, lambda p: blurred(p, 0.5), 84.1135),
    Pair("blur", 128, 128, lambda p: blurred(p, 0.6), 78.3396),
    Pair("blur, strong", 201, 133, lambda p: blurred(p, 1.0), 46.4326),
    Pair("noise, weak", 137, 179, lambda p: noisy(p, 4), 80.4460),
    Pair("noise", 160, 128, lambda p: noisy(p, 9), 57.9763),
    Pair("noise, strong", 129, 257, lambda p: noisy(p, 14), 33.4146),
    Pair("few levels", 176, 144, lambda p: posterised(p, 12), 75.7509),
    Pair("fewer levels", 131, 199, lambda p: posterised(p, 26), 49.4312),
    Pair("colour shift", 128, 192, lambda p: shifted(p, 22, -28), 78.7150),
    Pair("blur and noise", 190, 150, lambda p: noisy(blurred(p, 0.5), 6), 66.5764),
)


def measure(tool: str, pair: Pair) -> float:
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder, f"{name}.png")) for name in ("reference", "degraded")]
        for path, picture in zip(paths, pair.pictures(), strict=True):
            Image.fromarray(picture).save(path)
        output = subprocess.run([tool, "image", *paths], capture_output=True, text=True, check=True).stdout
    return float(output.split()[-1])


if __name__ == "__main__":
    for each in PAIRS:
        print(f"{each.name}: {measure(sys.argv[1], each):.4f}")
