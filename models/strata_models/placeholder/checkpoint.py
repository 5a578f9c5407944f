"""The committed checkpoint: averaged weights in fp16."""
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from .model import Decoder


def load_decoder(path: Path) -> Decoder:
    """From a run's last.pt or a .safetensors checkpoint."""
    decoder = Decoder()
    if path.suffix == ".safetensors":
        state = load_file(path)
        decoder.load_state_dict({name: v.float() if v.is_floating_point() else v for name, v in state.items()})
    else:
        decoder.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["average"])
    return quantise(decoder.eval().requires_grad_(False))


def save_half(decoder: Decoder, path: Path) -> Decoder:
    """Writes the checkpoint and returns the decoder as it will be read back."""
    state = decoder.state_dict().items()
    save_file({n: (v.half() if v.is_floating_point() else v).contiguous() for n, v in state}, path)
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
