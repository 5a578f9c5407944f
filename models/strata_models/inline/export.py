"""Exports the small decoder: python -m strata_models inline export --checkpoint RUN/last.pt --out weights

Writes `inline.bin`, its entry in `manifest.json`, and the module of the browser library that holds it as base64.
"""
import argparse
import base64
import re
from pathlib import Path

from ..placeholder.checkpoint import load_decoder
from ..placeholder.transform import CHANNELS
from ..shared.manifest import enter
from .model import QUANTA, SHAPES
from .thin import thin
from .train import resumed

NAME = "inline.bin"
MODULE = Path("../src/client/inline/weights-data.ts")


def module_of(data: bytes) -> str:
    """The TypeScript module: the packed bytes, and shape and quantization step of each table in their order."""
    tables = {"selected": (1, CHANNELS, 1)} | {name: (*SHAPES[name], step) for name, step in QUANTA.items()}
    camel = lambda name: re.sub("_(.)", lambda found: found[1].upper(), name)
    lines = [f"  {camel(name)}: [{rows}, {columns}, {step}]," for name, (rows, columns, step) in tables.items()]
    return "\n".join([
        "// Written by `python -m strata_models inline export`.",
        "",
        "/** Rows, columns and quantization step of each table, in their order. */",
        "export const TABLES = {",
        *lines,
        "} as const",
        "",
        "/** models/weights/inline.bin in base64. */",
        "export const PACKED =",
        f"  '{base64.b64encode(data).decode()}'",
        "",
    ])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=Path, required=True, help="a run's last.pt, or an inline.bin")
    parser.add_argument("--out", type=Path, required=True, help="folder of the weights; it has a manifest")
    parser.add_argument("--teacher", type=Path, default=Path("weights/placeholder.safetensors"), help="default: %(default)s")
    parser.add_argument("--bytes", type=int, default=19600,
                        help="most bytes of inline.bin; entries of codewords are left out until it fits (default: %(default)s)")
    parser.add_argument("--module", type=Path, default=MODULE, help="the module to write (default: %(default)s)")


def main(options: argparse.Namespace) -> None:
    data = thin(resumed(options.checkpoint, load_decoder(options.teacher)), options.bytes)
    (options.out / NAME).write_bytes(data)
    options.module.write_text(module_of(data))
    enter(options.out, {NAME: {"role": "inline"}})
    print(f"{NAME}: {len(data)} bytes")
