"""The codec of a checkpoint."""
from pathlib import Path

from ..shared.weights import read_run, write_half
from .codec import Codec


def load_codec(path: Path) -> Codec:
    """From a training run's last.pt (its averaged weights) or from a .safetensors checkpoint."""
    codec, run = Codec(), read_run(path)
    codec.ablation = run.get("ablation", "")
    codec.load_state_dict(run["average"])
    return codec.eval()


def save_half(codec: Codec, path: Path) -> Codec:
    """Writes the checkpoint and returns the codec as it will be read back, so that what is exported is what is kept."""
    write_half(codec, path)
    return load_codec(path)
