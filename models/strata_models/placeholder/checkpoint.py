"""Reads and writes checkpoints of the decoder. Its codewords are rounded to the 8 bits in which they are stored."""
from pathlib import Path

import torch

from ..shared.weights import read_run, write_half
from .model import Decoder


def load_decoder(path: Path) -> Decoder:
    """Loads the averaged weights of a run's last.pt, or a .safetensors checkpoint."""
    decoder = Decoder()
    decoder.load_state_dict(read_run(path)["average"])
    return quantise(decoder.eval().requires_grad_(False))


def save_half(decoder: Decoder, path: Path) -> Decoder:
    """Writes the fp16 checkpoint and returns the decoder with its rounded weights, so that an export has the same."""
    write_half(decoder, path)
    return load_decoder(path)


def codeword_steps(decoder: Decoder) -> torch.Tensor:
    """Quantization step of each codeword, whose largest magnitude is 127 steps: [iterations, 128, 1]."""
    return torch.stack(decoder.books()).abs().amax(2, keepdim=True) / 127


def quantise(decoder: Decoder) -> Decoder:
    """Rounds the codewords, in place, to 8 bits with one f32 step each."""
    steps = codeword_steps(decoder)
    words = (torch.stack(decoder.books()) / steps).round() * steps
    decoder.codewords.data.copy_(words / decoder.amplitude[:, None, None])
    return decoder
