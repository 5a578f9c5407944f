"""Reads and writes checkpoints of the codec."""
from pathlib import Path

from ..shared.distortion import PERCEPTUAL_SHARE, Distortion
from ..shared.weights import read_run, write_half
from .codec import Codec


def load_codec(path: Path) -> Codec:
    """Loads the averaged weights of a run's last.pt, or a .safetensors checkpoint."""
    codec, run = Codec(), read_run(path)
    codec.ablation = run.get("ablation", "")
    codec.load_state_dict(run["average"])
    return codec.eval()


def load_distortion(path: Path) -> Distortion:
    """The distortion that the run at `path` calibrated; squared error alone for a run that was trained without SSIMULACRA2."""
    state = read_run(path).get("distortion")
    distortion = Distortion(PERCEPTUAL_SHARE if state else 0.0, 1.0)
    if state:
        distortion.load_state_dict(state)
    return distortion


def save_half(source: Path, path: Path) -> Codec:
    """Writes the checkpoint of the run at `source` and returns the codec as it will be read back, so that what is exported is
    what is kept."""
    codec = load_codec(source)
    write_half(codec, path, read_run(source).get("distortion"))
    return load_codec(path)
