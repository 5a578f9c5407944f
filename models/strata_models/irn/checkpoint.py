"""Reads and writes checkpoints of the model."""
from pathlib import Path

from ..shared.weights import read_run, write_half
from .model import Irn
from .shapes import Shape


def load_model(path: Path, shape: Shape) -> Irn:
    """Loads the averaged weights of a run's last.pt, or a .safetensors checkpoint."""
    model = Irn(shape)
    model.load_state_dict(read_run(path)["average"])
    return model.eval()


def save_half(model: Irn, path: Path) -> Irn:
    """Writes the fp16 checkpoint and returns the model with its rounded weights, so that an export has the same."""
    write_half(model, path)
    return load_model(path, model.shape)
