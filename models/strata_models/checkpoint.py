"""The committed checkpoint: averaged weights in fp16 without optimizer state, enough to resume training from."""
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from .codec import Codec


def load_codec(path: Path) -> Codec:
    """From a training run's last.pt (its averaged weights) or from a .safetensors checkpoint."""
    codec = Codec()
    if path.suffix == ".safetensors":
        state = {name: value.float() for name, value in load_file(path).items()}
    else:
        run = torch.load(path, map_location="cpu", weights_only=True)
        codec.ablation, state = run.get("ablation", ""), run["average"]
    codec.load_state_dict(state)
    return codec.eval()


def save_half(codec: Codec, path: Path) -> Codec:
    """Writes the checkpoint and returns the codec as it will be read back, so that what is exported is what is kept."""
    save_file({name: value.half().contiguous() for name, value in codec.state_dict().items()}, path)
    return load_codec(path)
