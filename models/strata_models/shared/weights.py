"""Weights on disk: a training run's last.pt, and the committed checkpoint (averaged weights in fp16, no optimizer state)."""
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn


def read_run(path: Path) -> dict:
    """What a run goes on from. A committed checkpoint gives its weights alone: the optimizer starts afresh."""
    if path.suffix != ".safetensors":
        return torch.load(path, map_location="cpu", weights_only=True)
    weights = {name: v.float() if v.is_floating_point() else v for name, v in load_file(path).items()}
    return {"model": weights, "average": weights, "step": 0}


def write_half(model: nn.Module, path: Path) -> None:
    state = model.state_dict().items()
    save_file({name: (v.half() if v.is_floating_point() else v).contiguous() for name, v in state}, path)
