"""Exports a trained model: python -m strata_models irn export --factor 2 --checkpoint RUN/last.pt --out weights [--fast]

Writes `irn2.json` (programs of the couplings, see programs.py), `irn2.bin` (their parameters), the fp16 checkpoint, and
their entries in `manifest.json`; with --fast `irn2-fast.json` and so on. As a reference it writes both directions as float
ONNX graphs, on samples 0..255 in NCHW (`irn2-forward.onnx`: picture -> low, z; `irn2-inverse.onnx`: low, z -> picture).
"""
import argparse
import hashlib
import io
import json
import warnings
from pathlib import Path

import onnx
import torch
from torch import nn

from ..shared.half import halve
from ..shared.manifest import enter
from ..shared.program import Blob
from .checkpoint import load_model, save_half
from .model import CENTRE, SCALE_CLAMP, UNIT, Irn
from .programs import FACTOR_STEPS, coupling_tables
from .shapes import add_shape_arguments, shape_of

OPSET = 18


class Inverse(nn.Module):
    def __init__(self, model: Irn):
        super().__init__()
        self.model = model

    def forward(self, low: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        return self.model.inverse(low, z)


def onnx_graph(module: nn.Module, inputs: dict[str, torch.Tensor], outputs: list[str]) -> onnx.ModelProto:
    """Traces `module`; the graph takes any height and width."""
    buffer = io.BytesIO()
    axes = {name: {2: f"{name}_rows", 3: f"{name}_columns"} for name in [*inputs, *outputs]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(  # the TorchScript exporter writes to a buffer, which its types do not say
            module, tuple(inputs.values()), buffer, input_names=list(inputs), output_names=outputs,  # type: ignore[arg-type]
            dynamic_axes=axes, opset_version=OPSET, dynamo=False,
        )
    model = onnx.load_from_string(buffer.getvalue())
    halve(model)
    model.producer_name, model.producer_version, model.doc_string = "strata", "", ""
    onnx.checker.check_model(model)
    return model


def write(model: Irn, out: Path) -> dict:
    """Writes the model's JSON, parameters and graphs, and returns their manifest entries."""
    name, blob = model.shape.name, Blob()
    levels, macs = coupling_tables(model, blob)
    parts = {"scale": model.factor, "unit": UNIT, "centre": CENTRE, "clamp": SCALE_CLAMP,
             "steps": {"factor": FACTOR_STEPS}, "levels": levels}
    identity = hashlib.sha256(json.dumps(parts, sort_keys=True).encode() + bytes(blob.data)).hexdigest()[:16]
    (out / f"{name}.json").write_text(json.dumps({"format": 1, "id": identity, **parts}, separators=(",", ":")) + "\n")
    (out / f"{name}.bin").write_bytes(bytes(blob.data))
    side = 8 * model.factor
    low = torch.zeros(1, 3, 8, 8)
    forward = onnx_graph(model, {"picture": torch.zeros(1, 3, side, side)}, ["low", "z"])
    inverse = onnx_graph(Inverse(model), {"low": low, "z": model.zeros(low)}, ["picture"])
    files = {f"{name}.json": {"role": "client", "scale": model.factor, "id": identity},
             f"{name}.bin": {"role": "client", "macsPerPixel": round(macs)}}
    for direction, graph in (("forward", forward), ("inverse", inverse)):
        (out / f"{name}-{direction}.onnx").write_bytes(graph.SerializeToString(deterministic=True))
        files[f"{name}-{direction}.onnx"] = {"role": "twin", "macsPerPixel": round(model.macs())}
    print(f"model {identity}: {macs:.0f} MAC per HR pixel and direction, {len(blob.data)} bytes")
    return files


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_shape_arguments(parser)
    parser.add_argument("--checkpoint", type=Path, required=True, help="a run's last.pt, or a .safetensors checkpoint")
    parser.add_argument("--out", type=Path, required=True, help="folder of the weights; it has a manifest")


@torch.no_grad()
def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    shape = shape_of(options.factor, options.fast)
    model = load_model(options.checkpoint, shape)
    kept = options.out / f"{shape.name}.safetensors"
    model = save_half(model, kept) if options.checkpoint.resolve() != kept.resolve() else model
    enter(options.out, write(model, options.out))
