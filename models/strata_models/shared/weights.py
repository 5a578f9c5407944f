"""Weights on disk: last.pt of a training run, and committed checkpoints (averaged weights in fp16, no optimizer state)."""
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn

DISTORTION = "distortion."  # before the names of its tensors in a committed checkpoint


def read_run(path: Path) -> dict:
    """The state from which a run goes on. A committed checkpoint has weights and, if there is one, the calibration of the
    distortion; the optimizer starts afresh."""
    if path.suffix != ".safetensors":
        return torch.load(path, map_location="cpu", weights_only=True)
    tensors = {name: v.float() if v.is_floating_point() else v for name, v in load_file(path).items()}
    distortion = {name.removeprefix(DISTORTION): v for name, v in tensors.items() if name.startswith(DISTORTION)}
    weights = {name: v for name, v in tensors.items() if not name.startswith(DISTORTION)}
    run = {"model": weights, "average": weights, "step": 0}
    return run | {"distortion": distortion} if distortion else run


def write_half(model: nn.Module, path: Path, distortion: dict | None = None) -> None:
    """`distortion`: state of a Distortion, kept beside the weights."""
    state = model.state_dict() | {DISTORTION + name: v for name, v in (distortion or {}).items()}
    save_file({name: (v.half() if v.is_floating_point() else v).contiguous() for name, v in state.items()}, path)
