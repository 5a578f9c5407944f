"""Exports a trained model: python -m strata_models hyperthumbnail export --checkpoint RUN/last.pt --data DIR --out weights

Writes `hyperthumbnail.json` (programs and gains; `hyperthumbnail4.json` for factor 4), `hyperthumbnail.bin` (their
parameters, then those of the table predictor), the fp16 checkpoint, and their entries in `manifest.json`. The model's id is
the hash of its decoder alone, so that thumbnails stay restorable when the encoder improves.
"""
import argparse
import hashlib
import json
from pathlib import Path

import torch

from ..shared.data import load_pictures, picture_paths
from ..shared.drawn import drawn_picture
from ..shared.manifest import enter
from ..shared.program import Blob
from .checkpoint import load_model, save_half
from .model import Gain, HyperThumbnail, TablePredictor, block_side
from .programs import calibrate, decoder_program, encoder_program, sample_steps

CALIBRATION_PICTURES = 24
HALO_BLOCKS = 2  # JPEG blocks that a strip reads on each side: the 3x3 at blocks reads one, those at cells a part of one


def name_of(factor: int) -> str:
    return "hyperthumbnail" if factor == 2 else f"hyperthumbnail{factor}"


def gain(module: Gain) -> list[float]:
    return [round(v, 7) for v in module.log_gain.tolist()]


def predictor_table(predictor: TablePredictor, blob: Blob) -> dict:
    layers = [m for m in predictor.mlp if hasattr(m, "weight")]
    put = lambda tensor: blob.put(tensor.detach().numpy(), "<f4")
    return {
        "layers": [
            {"inputs": m.in_features, "outputs": m.out_features, "weights": put(m.weight), "bias": put(m.bias)} for m in layers
        ],
        "offset": put(predictor.offset), "slope": put(predictor.slope),
    }


def write(model: HyperThumbnail, ranges: dict, out: Path) -> dict:
    """Writes the model's JSON and parameters, and returns their manifest entries."""
    blob, name, side = Blob(), name_of(model.factor), block_side(model.factor)
    decoder = decoder_program(model.decoder, blob, ranges["decoder"])
    decoder_part = {"program": decoder.program(), "logGain": gain(model.decoder.gain)}
    identity = hashlib.sha256(json.dumps(decoder_part, sort_keys=True).encode() + bytes(blob.data)).hexdigest()[:16]
    encoder = encoder_program(model.encoder, blob, ranges["encoder"])
    table = {
        "format": 2, "id": identity, "factor": model.factor, "stride": side, "haloRows": HALO_BLOCKS * side,
        "steps": sample_steps(ranges),
        "decoder": decoder_part,
        "encoder": {"program": encoder.program(), "logGain": gain(model.encoder.gain)},
        "tables": predictor_table(model.predictor, blob),
    }
    (out / f"{name}.json").write_text(json.dumps(table, separators=(",", ":")) + "\n")
    (out / f"{name}.bin").write_bytes(bytes(blob.data))
    print(f"model {identity}: encoder {encoder.macs:.0f}, decoder {decoder.macs:.0f} MAC per HR pixel")
    macs = {"encoderMacsPerPixel": round(encoder.macs), "decoderMacsPerPixel": round(decoder.macs)}
    return {f"{name}.json": {"role": "edge", "factor": model.factor, "id": identity}, f"{name}.bin": {"role": "edge", **macs}}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=Path, required=True, help="a run's last.pt, or a .safetensors checkpoint")
    parser.add_argument("--data", type=Path, required=True, help="folder of training pictures, to measure activations on")
    parser.add_argument("--out", type=Path, required=True, help="folder of the weights; it has a manifest")


def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    model = load_model(options.checkpoint)
    kept, side = options.out / f"{name_of(model.factor)}.safetensors", block_side(model.factor)
    model = save_half(model, kept) if options.checkpoint.resolve() != kept.resolve() else model
    pictures = load_pictures(picture_paths(options.data, held_out=False), 192)[:: 1600 // CALIBRATION_PICTURES]
    cut = lambda p: p[:, : p.shape[1] // side * side, : p.shape[2] // side * side].float() - 128
    drawn = [drawn_picture(24 * model.factor, 32 * model.factor)[0] * 255 - 128, drawn_picture(192, 256)[0] * 255 - 128]
    files = write(model, calibrate(model, [*(cut(p) for p in pictures), *drawn]), options.out)
    enter(options.out, files)
