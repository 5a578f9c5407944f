"""Reads and writes checkpoints of the model."""
import math
from pathlib import Path

from ..shared.weights import read_run, write_half
from .model import HyperThumbnail


def load_model(path: Path) -> HyperThumbnail:
    """Loads the averaged weights of a run's last.pt, or a .safetensors checkpoint; the factor follows from their shapes."""
    state = read_run(path)["average"]
    model = HyperThumbnail(math.isqrt(len(state["decoder.out.bias"]) // 12))
    model.load_state_dict(state)
    return model.eval()


def save_half(model: HyperThumbnail, path: Path) -> HyperThumbnail:
    """Writes the fp16 checkpoint and returns the model with its rounded weights, so that an export has the same."""
    write_half(model, path)
    return load_model(path)
