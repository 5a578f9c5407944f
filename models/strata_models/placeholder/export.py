"""Exports the placeholder: python -m strata_models placeholder export --checkpoint RUN/last.pt --out weights --golden FILE

Writes `placeholder.json` (sizes and offsets of the tables), `placeholder.bin` (codewords in 8 bits, the rest as f32), the
fp16 checkpoint, their entries in `manifest.json`, and the golden file (see `placeholder parity`).
"""
import argparse
import hashlib
import json
from pathlib import Path

import torch

from ..shared.manifest import enter
from ..shared.program import Blob
from .checkpoint import codeword_steps, load_decoder, save_half
from .model import BITS, HIDDEN, ITERATIONS, MIXED, Decoder
from .parity import write_golden
from .transform import CHANNELS, COLOUR, LAPPED

NAME = "placeholder"


def tables(decoder: Decoder, blob: Blob) -> dict:
    """Table -> offset in the blob. Shapes follow from the sizes in the JSON file."""
    put = lambda tensor: blob.put(tensor.detach().numpy(), "<f4")
    steps = codeword_steps(decoder)
    words = (torch.stack(decoder.books()) / steps).round()
    flat = lambda conv: conv.weight.flatten(1)
    taps = lambda conv: conv.weight.flatten(2).permute(2, 0, 1)  # [9, out, in]
    return {
        "codewords": blob.put(words.detach().numpy(), "i1"), "codewordSteps": put(steps),
        "lapped": put(LAPPED), "colour": put(COLOUR), "mean": put(decoder.mean), "scale": put(decoder.scale),
        "mixIn": put(flat(decoder.mix_in)), "mixInBias": put(decoder.mix_in.bias),
        "mixAcross": put(flat(decoder.mix_across).T), "mixAcrossBias": put(decoder.mix_across.bias),
        "mixOut": put(flat(decoder.mix_out)), "mixOutBias": put(decoder.mix_out.bias),
        "gateBias": put(decoder.gate_bias), "lstmBias": put(decoder.lstm_bias), "cellBias": put(decoder.cell_bias),
        "read": put(decoder.read.weight), "show": put(taps(decoder.show)), "showBias": put(decoder.show.bias),
    }


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=Path, required=True, help="a run's last.pt, or a .safetensors checkpoint")
    parser.add_argument("--out", type=Path, required=True, help="folder of the weights; it has a manifest")
    parser.add_argument("--golden", type=Path, required=True, help="path of the golden file")


def main(options: argparse.Namespace) -> None:
    kept = options.out / f"{NAME}.safetensors"
    decoder = load_decoder(options.checkpoint)
    decoder = save_half(decoder, kept) if options.checkpoint.resolve() != kept.resolve() else decoder
    blob = Blob()
    parts = tables(decoder, blob)
    sizes = {"iterations": ITERATIONS, "bits": BITS, "channels": CHANNELS, "hidden": HIDDEN, "mixed": MIXED}
    identity = hashlib.sha256(bytes(blob.data)).hexdigest()[:16]
    table = {"format": 1, "id": identity, **sizes, "selected": decoder.selected.tolist(), "parts": parts}
    (options.out / f"{NAME}.json").write_text(json.dumps(table, separators=(",", ":")) + "\n")
    (options.out / f"{NAME}.bin").write_bytes(bytes(blob.data))
    write_golden(decoder, options.golden)
    enter(options.out, {f"{NAME}.json": {"role": "placeholder", "id": identity}, f"{NAME}.bin": {"role": "placeholder"}})
    print(f"placeholder {identity}: {len(blob.data)} bytes, {sum(p.numel() for p in decoder.parameters())} parameters")
