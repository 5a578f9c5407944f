"""The decoder of a checkpoint, with its codewords as they are stored."""
from pathlib import Path

import torch

from ..shared.weights import read_run, write_half
from .model import Decoder


def load_decoder(path: Path) -> Decoder:
    """From a run's last.pt (its averaged weights) or a .safetensors checkpoint."""
    decoder = Decoder()
    decoder.load_state_dict(read_run(path)["average"])
    return quantise(decoder.eval().requires_grad_(False))


def save_half(decoder: Decoder, path: Path) -> Decoder:
    """Writes the checkpoint and returns the decoder as it will be read back."""
    write_half(decoder, path)
    return load_decoder(path)


def codeword_steps(decoder: Decoder) -> torch.Tensor:
    """[iterations, 64, 1]: what one of 127 is in each codeword."""
    return torch.stack(decoder.books()).abs().amax(2, keepdim=True) / 127


def quantise(decoder: Decoder) -> Decoder:
    """Codewords as they are stored, in 8 bits with one f32 step each."""
    steps = codeword_steps(decoder)
    words = (torch.stack(decoder.books()) / steps).round() * steps
    decoder.codewords.data.copy_(words / decoder.amplitude[:, None, None])
    return decoder
