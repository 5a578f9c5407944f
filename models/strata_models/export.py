"""Exports a trained codec: python -m strata_models.export --checkpoint RUN/last.pt --out weights

Writes the ONNX graphs, `decoder.json` and `encoder.json` (gains and side-latent scales per quality), the fp16
checkpoint and `manifest.json`. The model-set id is the hash of the decoder-side files only, so a better encoder keeps
stored files readable. Every integer convolution is asserted to stay below 2^24.
"""
import argparse
import hashlib
import json
import math
from pathlib import Path

import torch

from .blocks import SLOPE
from .checkpoint import load_codec, save_half
from .codec import LATENTS, PATCH, SIDE_STRIDE, Codec, LayerCodec
from .graphs import DECODER, all_graphs
from .rate import ANCHORS, QUALITY_MAX, QUALITY_MIN, SCALE_COUNT, SCALE_MIN, SCALE_STEP, at_anchor

ORT_VERSION = "1.30.0"
HALO_ROWS = 16  # rows of pixels on each side that synthesis of a strip looks at; proved by a test


def side_indexes(layer: LayerCodec) -> list[list[int]]:
    """Scale index of each side channel at each quality; never 0, which means "not coded"."""
    qualities = torch.arange(QUALITY_MIN, QUALITY_MAX + 1).float()
    scale = at_anchor(layer.side_log_scale, qualities)[:, :, 0, 0].exp().clamp(0.11, 64)
    index = ((scale.log() - math.log(SCALE_MIN)) / SCALE_STEP).round().clamp(1, SCALE_COUNT - 1)
    return index.int().tolist()


def rounded(table: torch.Tensor) -> list[list[float]]:
    return [[round(v, 6) for v in row] for row in table.tolist()]


def decoder_tables(codec: Codec) -> dict:
    layer = lambda l: {"logInverseGain": rounded(l.log_inverse), "sideIndexes": side_indexes(l)}
    return {
        "anchors": ANCHORS, "latents": LATENTS, "patch": PATCH, "sideStride": SIDE_STRIDE, "haloRows": HALO_ROWS,
        "scaleThresholds": [2.0 ** ((2 * code - 1) / 64) for code in range(1, 256)],
        "base": {"side": codec.base.side_out.out_channels, **layer(codec.base)},
        "enhancement": {"side": codec.enhancement.side_out.out_channels, **layer(codec.enhancement)},
    }


def encoder_tables(codec: Codec) -> dict:
    layer = lambda l: {"logGain": rounded(l.log_gain), "sideOffset": rounded(l.side_offset)}
    return {"base": layer(codec.base), "enhancement": layer(codec.enhancement)}


def write_json(path: Path, value) -> None:
    path.write_text(json.dumps(value, separators=(",", ":")) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    codec = save_half(load_codec(options.checkpoint), options.out / "compass.safetensors")
    files = {}
    for name, graph in all_graphs(codec).items():
        path = options.out / f"{name}.onnx"
        path.write_bytes(graph.model().SerializeToString(deterministic=True))
        files[path.name] = {"role": "decoder" if name in DECODER else "encoder", "macsPerPixel": round(graph.macs)}
    write_json(options.out / "decoder.json", decoder_tables(codec))
    write_json(options.out / "encoder.json", encoder_tables(codec))
    files |= {"decoder.json": {"role": "decoder"}, "encoder.json": {"role": "encoder"}}
    identity = hashlib.sha256()
    for name in sorted(files):
        data = (options.out / name).read_bytes()
        files[name] |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        if files[name]["role"] == "decoder":
            identity.update(f"{name} {files[name]['sha256']}\n".encode())
    manifest = {
        "format": 1, "modelSet": identity.hexdigest()[:16], "onnxruntime": ORT_VERSION, "slope": SLOPE,
        "haloRows": HALO_ROWS, "files": {name: files[name] for name in sorted(files)},
    }
    (options.out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    total = sum(f.get("macsPerPixel", 0) for n, f in files.items() if f["role"] == "decoder" and not n.startswith("base"))
    print(f"model set {manifest['modelSet']}; enhancement decoder {total} MAC per pixel without the filters")


if __name__ == "__main__":
    main()
