"""Golden numbers by which the TypeScript side proves that it runs the same model: python -m strata_models.hyperthumbnail.parity

A drawn picture; the thumbnail, tables and quantized coefficients (i16, zigzag, Y Cb Cr of a block together) that come of
it; the picture restored from these. Pictures are base64 of RGB rows. The integer programs differ from the float model by rounding, so what must agree is near and not the same.
"""
import argparse
import base64
import json
from pathlib import Path

import torch

from ..parity import drawn_picture
from .checkpoint import load_model
from .jpeg import from_coefficients, quantize, zigzag

HEIGHT, WIDTH = 48, 64
QUALITIES = (40, 90)


def text(samples: torch.Tensor) -> str:
    """[1, 3, H, W] centred samples -> base64 of 8-bit interleaved RGB."""
    rows = (samples[0] + 128).round().clamp(0, 255).byte().permute(1, 2, 0).contiguous()
    return base64.b64encode(rows.numpy().tobytes()).decode()


def scan_text(quotients: torch.Tensor) -> str:
    """[1, 3, 64, h, w], natural order."""
    scan = quotients[0, :, zigzag()].round().short().permute(2, 3, 0, 1).contiguous()
    return base64.b64encode(scan.numpy().astype("<i2").tobytes()).decode()


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=Path("weights/hyperthumbnail.safetensors"))
    parser.add_argument("--out", type=Path, default=Path("../test/golden/hyperthumbnail.json"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = load_model(options.checkpoint)
    picture = drawn_picture(HEIGHT, WIDTH) * 255 - 128
    cases = []
    for quality in QUALITIES:
        q = torch.tensor([float(quality)])
        low, coefficients, tables = model.embed(picture, q)
        quotients, dequantized = quantize(coefficients, tables)
        restored = model.decoder(dequantized, from_coefficients(dequantized, model.dct), q)
        cases.append({
            "quality": quality, "low": text(low), "tables": [[int(step) for step in table] for table in tables[0]],
            "coefficients": scan_text(quotients), "restored": text(restored),
        })
    golden = {"width": WIDTH, "height": HEIGHT, "picture": text(picture), "cases": cases}
    options.out.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
