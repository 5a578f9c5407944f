"""Exports a trained codec: python -m strata_models compass export --checkpoint RUN/last.pt --data DIR --out weights

Writes the decoder (`decoder.json`: programs and tables, `decoder.bin`: their parameters), the encoder (ONNX graphs and
`encoder.json`), ONNX twins of the decoder's programs for checking, the fp16 checkpoint and `manifest.json`. The model-set
id is the hash of the decoder's files alone, so that stored files stay readable when the encoder improves. The export stops
when a sum of an integer convolution could reach 2^24.
"""
import argparse
import hashlib
import json
from pathlib import Path

import torch

from ..shared.data import CropSampler, load_pictures, picture_paths
from ..shared.distortion import Distortion
from ..shared.program import Blob
from .checkpoint import load_distortion, save_half
from .codec import LATENTS, PATCH, SIDE_STRIDE, Codec, LayerCodec
from .entropy_net import COARSE, PASSES, SEES
from .entropy_tables import SIGMAS
from .graphs import encoder_graphs, of_program
from .programs import LATENT_LIMIT, LATENT_STEPS, all_programs, calibrate, filters
from .rate import (
    ANCHORS,
    QUALITY_MAX,
    QUALITY_MIN,
    at_anchor,
    lambda_of,
)

ORT_VERSION = "1.30.0"
OWN_ROLES = ("decoder", "encoder", "reference")  # entries of other models in the manifest are left alone
CALIBRATION_CROPS = 24


def halo_rows(layer: LayerCodec) -> int:
    """Rows of pixels above and below a strip that its synthesis reads, rounded up to whole latents. Each synthesis block
    reads one latent further; the two 3x3 convolutions of the refinement read one pixel of half resolution each."""
    refinement = 2 * 2
    return (len(layer.synthesis_blocks) + -(-refinement // PATCH)) * PATCH


def side_indexes(layer: LayerCodec) -> list[list[int]]:
    """Scale index of each side channel at each quality; never 0, which means "not coded"."""
    qualities = torch.arange(QUALITY_MIN, QUALITY_MAX + 1).float()
    scale = at_anchor(layer.side_log_scale, qualities)[:, :, 0, 0].exp().clamp(0.11, 64)
    widths = torch.tensor(SIGMAS[1:], dtype=scale.dtype).log()
    return ((scale.log()[..., None] - widths).abs().argmin(-1) + 1).tolist()


def rounded(table: torch.Tensor) -> list[list[float]]:
    return [[round(v, 6) for v in row] for row in table.tolist()]


def decoder_tables(codec: Codec) -> dict:
    layer = lambda part: {
        "hidden": part.entropy.hidden, "haloRows": halo_rows(part),
        "logInverseGain": rounded(part.log_inverse), "sideIndexes": side_indexes(part),
    }
    coding_pass = lambda own, seen: {
        "fine": own.fine, "positions": own.positions,
        "sees": seen.positions, "seesFine": seen.fine, "predictors": seen.predictors,
    }
    return {
        "anchors": ANCHORS, "latents": LATENTS, "patch": PATCH, "sideStride": SIDE_STRIDE,
        "latentSteps": LATENT_STEPS, "latentLimit": LATENT_LIMIT, "coarse": COARSE,
        "passes": [coding_pass(own, seen) for own, seen in zip(PASSES, SEES)],
        "scaleThresholds": [2.0 ** ((2 * code - 1) / 64) for code in range(1, 256)],
        "base": {"side": codec.base.side_out.out_channels, **layer(codec.base)},
        "enhancement": {"side": codec.enhancement.side_out.out_channels, **layer(codec.enhancement)},
    }


def encoder_tables(codec: Codec, distortion: Distortion) -> dict:
    """`perceptual`: its share in the distortion, and the factor of SSIMULACRA2's distance in each bin of quality."""
    layer = lambda part: {"logGain": rounded(part.log_gain), "sideOffset": rounded(part.side_offset)}
    qualities = torch.arange(QUALITY_MIN, QUALITY_MAX + 1).float()
    lambdas = [round(v, 6) for v in lambda_of(qualities).tolist()]
    base, enhancement = ([round(v, 4) for v in kind] for kind in distortion.factors().tolist())
    perceptual = {"share": distortion.share, "base": base, "enhancement": enhancement}
    return {"lambdas": lambdas, "base": layer(codec.base), "enhancement": layer(codec.enhancement), "perceptual": perceptual}


def write_json(path: Path, value) -> None:
    path.write_text(json.dumps(value, separators=(",", ":")) + "\n")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=Path, required=True, help="a run's last.pt, or a .safetensors checkpoint")
    parser.add_argument("--data", type=Path, required=True, help="folder of training pictures, to measure activations on")
    parser.add_argument("--out", type=Path, required=True, help="folder for the weights and their manifest")


def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    options.out.mkdir(parents=True, exist_ok=True)
    distortion = load_distortion(options.checkpoint)
    codec = save_half(options.checkpoint, options.out / "compass.safetensors")
    sampler = CropSampler(load_pictures(picture_paths(options.data, held_out=False), 256)[::8], 256, CALIBRATION_CROPS, 1)
    blob = Blob()
    programs = all_programs(codec, calibrate(codec, list(sampler.next())), blob)
    decoder = decoder_tables(codec) | {"filters": filters(codec.liff, blob)}
    decoder["networks"] = {name: builder.program() for name, builder in programs.items()}
    write_json(options.out / "decoder.json", decoder)
    (options.out / "decoder.bin").write_bytes(blob.data)
    files = {}
    graphs = {name: ("encoder", graph) for name, graph in encoder_graphs(codec).items()}
    for name, program in decoder["networks"].items():
        graphs[name] = ("reference", of_program(program, blob, name))
    for name, (role, graph) in graphs.items():
        path = options.out / f"{name}.onnx"
        path.write_bytes(graph.model().SerializeToString(deterministic=True))
        files[path.name] = {"role": role, "macsPerPixel": round(graph.macs)}
    write_json(options.out / "encoder.json", encoder_tables(codec, distortion))
    files |= {"decoder.json": {"role": "decoder"}, "decoder.bin": {"role": "decoder"}, "encoder.json": {"role": "encoder"}}
    identity = hashlib.sha256()
    for name in sorted(files):
        data = (options.out / name).read_bytes()
        files[name] |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        if files[name]["role"] == "decoder":
            identity.update(f"{name} {files[name]['sha256']}\n".encode())
    previous = options.out / "manifest.json"
    others = json.loads(previous.read_text())["files"] if previous.exists() else {}
    files |= {name: entry for name, entry in others.items() if entry["role"] not in OWN_ROLES}
    manifest = {
        "format": 1, "modelSet": identity.hexdigest()[:16], "onnxruntime": ORT_VERSION,
        "haloRows": max(halo_rows(codec.base), halo_rows(codec.enhancement)),
        "files": {name: files[name] for name in sorted(files)},
    }
    (options.out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    macs = {name: builder.macs for name, builder in programs.items()}
    for kind in ("base", "enhancement"):
        total = sum(value for name, value in macs.items() if name.startswith(kind))
        print(f"{kind}: {total:.0f} MAC per pixel without features ({macs['features']:.0f} below) and filters")
    print(f"model set {manifest['modelSet']}, decoder {len(blob.data)} bytes")
