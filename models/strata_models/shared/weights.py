"""Weights on disk: last.pt of a training run, and committed checkpoints (averaged weights in fp16, no optimizer state)."""
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn


def read_run(path: Path) -> dict:
    """The state from which a run goes on. A committed checkpoint has weights alone, so the optimizer starts afresh."""
    if path.suffix != ".safetensors":
        return torch.load(path, map_location="cpu", weights_only=True)
    weights = {name: v.float() if v.is_floating_point() else v for name, v in load_file(path).items()}
    return {"model": weights, "average": weights, "step": 0}


def write_half(model: nn.Module, path: Path) -> None:
    """Writes a model's weights as fp16."""
    state = model.state_dict().items()
    save_file({name: (v.half() if v.is_floating_point() else v).contiguous() for name, v in state}, path)
