"""Reads and writes checkpoints of the codec."""
from pathlib import Path

from ..shared.weights import read_run, write_half
from .codec import Codec


def load_codec(path: Path) -> Codec:
    """Loads the averaged weights of a run's last.pt, or a .safetensors checkpoint."""
    codec, run = Codec(), read_run(path)
    codec.ablation = run.get("ablation", "")
    codec.load_state_dict(run["average"])
    return codec.eval()


def save_half(codec: Codec, path: Path) -> Codec:
    """Writes the fp16 checkpoint and returns the codec with its rounded weights, so that an export has the same."""
    write_half(codec, path)
    return load_codec(path)
