"""The committed weights, and what the tests read from them."""
import json
from functools import cache
from pathlib import Path

from strata_models.compass.checkpoint import load_codec
from strata_models.compass.codec import Codec, LayerCodec

WEIGHTS = Path(__file__).parents[1] / "weights"
GOLDEN = Path(__file__).parents[2] / "test/golden"
KINDS = ("base", "enhancement")


@cache
def codec() -> Codec:
    return load_codec(WEIGHTS / "compass.safetensors").requires_grad_(False)


def layer_of(kind: str) -> LayerCodec:
    return codec().base if kind == "base" else codec().enhancement


@cache
def table(name: str) -> dict:
    """NAME.json, as an export wrote it."""
    return json.loads((WEIGHTS / f"{name}.json").read_text())


@cache
def blob(name: str) -> bytes:
    """NAME.bin: the parameters of all programs in NAME.json."""
    return (WEIGHTS / f"{name}.bin").read_bytes()
