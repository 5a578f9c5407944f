"""The model of a checkpoint."""
import math
from pathlib import Path

from ..shared.weights import read_run, write_half
from .model import HyperThumbnail


def load_model(path: Path) -> HyperThumbnail:
    """From a training run's last.pt (its averaged weights) or from a .safetensors checkpoint."""
    state = read_run(path)["average"]
    model = HyperThumbnail(math.isqrt(len(state["decoder.out.bias"]) // 12))
    model.load_state_dict(state)
    return model.eval()


def save_half(model: HyperThumbnail, path: Path) -> HyperThumbnail:
    """Writes the checkpoint and returns the model as it will be read back, so that what is exported is what is kept."""
    write_half(model, path)
    return load_model(path)
