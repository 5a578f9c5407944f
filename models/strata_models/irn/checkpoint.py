"""The model of a checkpoint."""
from pathlib import Path

from ..shared.weights import read_run, write_half
from .model import Irn


def load_model(path: Path, scale: int) -> Irn:
    """From a training run's last.pt (its averaged weights) or from a .safetensors checkpoint."""
    model = Irn(scale)
    model.load_state_dict(read_run(path)["average"])
    return model.eval()


def save_half(model: Irn, path: Path) -> Irn:
    """Writes the checkpoint and returns the model as it will be read back, so that what is exported is what is kept."""
    write_half(model, path)
    return load_model(path, model.scale)
