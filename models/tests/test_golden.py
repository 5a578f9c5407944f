"""The committed golden files are what the committed weights give: else TypeScript would be compared with another model."""
import base64
import json
from pathlib import Path

import numpy as np
import pytest

from strata_models.__main__ import main
from weights import GOLDEN, WEIGHTS


def read(path: Path) -> dict:
    return json.loads(path.read_text())


def samples(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), np.uint8).astype(int)


def test_compass(tmp_path):
    main(["compass", "parity", "--checkpoint", str(WEIGHTS / "compass.safetensors"), "--out", str(tmp_path / "golden.json")])
    found, expected = read(tmp_path / "golden.json"), read(GOLDEN / "parity.json")
    assert found["entropy"] == expected["entropy"]
    assert found["sizes"] == expected["sizes"]
    for mine, theirs in zip(found["layers"], expected["layers"], strict=True):
        assert mine == pytest.approx(theirs, rel=1e-3)
    assert found["prediction"]["values"] == pytest.approx(expected["prediction"]["values"], abs=0.01)


@pytest.mark.parametrize("factor", [2, 4])
def test_hyperthumbnail(factor, tmp_path):
    main(["hyperthumbnail", "parity", "--factor", str(factor), "--weights", str(WEIGHTS), "--out", str(tmp_path)])
    name = "hyperthumbnail.json" if factor == 2 else "hyperthumbnail4.json"
    found, expected = read(tmp_path / name), read(GOLDEN / name)
    assert found["picture"] == expected["picture"]
    for mine, theirs in zip(found["cases"], expected["cases"], strict=True):
        assert mine["tables"] == theirs["tables"]
        for part in ("low", "restored"):
            assert np.abs(samples(mine[part]) - samples(theirs[part])).max() <= 1


@pytest.mark.parametrize("factor", [2, 4])
def test_irn(factor, tmp_path):
    main(["irn", "parity", "--factor", str(factor), "--weights", str(WEIGHTS), "--out", str(tmp_path)])
    found, expected = (read(folder / f"irn{factor}.json") for folder in (tmp_path, GOLDEN))
    assert found["picture"] == expected["picture"]
    for part in ("low", "restored"):
        assert np.abs(samples(found[part]) - samples(expected[part])).max() <= 1


def test_placeholder(tmp_path):
    main(["placeholder", "parity", "--checkpoint", str(WEIGHTS / "placeholder.safetensors"), "--out", str(tmp_path / "p.json")])
    found, expected = read(tmp_path / "p.json"), read(GOLDEN / "placeholder.json")
    assert found["picture"] == expected["picture"]
    assert found["code"] == expected["code"]
    for steps, pixels in expected["steps"].items():
        assert np.abs(np.array(found["steps"][steps]) - pixels).max() <= 1
