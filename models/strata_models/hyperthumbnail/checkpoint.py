"""The committed checkpoint: averaged weights in fp16 without optimizer state, enough to resume training from."""
import math
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from .model import HyperThumbnail


def load_model(path: Path) -> HyperThumbnail:
    """From a training run's last.pt (its averaged weights) or from a .safetensors checkpoint."""
    if path.suffix == ".safetensors":
        state = {name: value.float() for name, value in load_file(path).items()}
    else:
        state = torch.load(path, map_location="cpu", weights_only=True)["average"]
    factor = math.isqrt(len(state["decoder.out.bias"]) // 12)
    model = HyperThumbnail(factor)
    model.load_state_dict(state)
    return model.eval()


def save_half(model: HyperThumbnail, path: Path) -> HyperThumbnail:
    """Writes the checkpoint and returns the model as it will be read back, so that what is exported is what is kept."""
    save_file({name: value.half().contiguous() for name, value in model.state_dict().items()}, path)
    return load_model(path)
