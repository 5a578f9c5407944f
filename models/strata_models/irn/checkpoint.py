"""The committed checkpoint: averaged weights in fp16 without optimizer state, enough to resume training from."""
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from .model import Irn


def load_model(path: Path, scale: int) -> Irn:
    """From a training run's last.pt (its averaged weights) or from a .safetensors checkpoint."""
    model = Irn(scale)
    if path.suffix == ".safetensors":
        state = {name: value.float() for name, value in load_file(path).items()}
    else:
        state = torch.load(path, map_location="cpu", weights_only=True)["average"]
    model.load_state_dict(state)
    return model.eval()


def save_half(model: Irn, path: Path) -> Irn:
    """Writes the checkpoint and returns the model as it will be read back, so that what is exported is what is kept."""
    save_file({name: value.half().contiguous() for name, value in model.state_dict().items()}, path)
    return load_model(path, model.scale)
