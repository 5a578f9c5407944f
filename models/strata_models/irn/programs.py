"""The networks of the couplings as integer programs for src/network. The runtimes do the arithmetic between them in floats.

Tensors hold `value * steps`, where values are in the model's units (UNIT samples). The steps of activations are measured on
pictures, in both directions (`calibrate`).
"""
import torch

from ..shared.program import Blob, ProgramBuilder
from .model import COLOURS, Coupling, Dense, Irn, stored

LIMIT = 32767.0
FACTOR_STEPS = 4096.0  # of the sigmoid's argument, which is flat beyond +-8
ACTIVATION_LIMIT = 8191.0
MARGIN = 2.0  # room above the magnitudes that calibration measured
# A few positions of a few pictures are far out. Both directions clamp them alike, because room for them would cost all
# others precision.
RARE_POSITIONS = 5e-5
USUAL_PICTURES = 0.9

Ranges = dict[str, float]


def hidden(b: ProgramBuilder, dense: Dense, x, ranges: Ranges, name: str) -> list:
    """Adds the first two convolutions of a dense block; returns the inputs of the last."""
    steps = lambda part: ACTIVATION_LIMIT / (MARGIN * ranges[f"{name}.{part}"])
    first = b.conv("first", [x], dense.first, steps("first"), ACTIVATION_LIMIT, leaky=True)
    second = b.conv("second", [x, first], dense.second, steps("second"), ACTIVATION_LIMIT, leaky=True)
    return [x, first, second]


def output_steps(largest: float) -> float:
    return LIMIT / (MARGIN * largest)


def shift_program(coupling: Coupling, blob: Blob, ranges: Ranges) -> tuple[ProgramBuilder, dict]:
    """high -> shift, and the steps of both."""
    b, steps = ProgramBuilder(blob), {"high": output_steps(ranges["high"]), "shift": output_steps(ranges["shift.last"])}
    x = b.input("high", coupling.shift.first.in_channels, 1, steps["high"], LIMIT)
    b.output(b.conv("shift", hidden(b, coupling.shift, x, ranges, "shift"), coupling.shift.last, steps["shift"]))
    return b, steps


def affine_program(coupling: Coupling, blob: Blob, ranges: Ranges) -> tuple[ProgramBuilder, dict]:
    """low -> factor (the sigmoid's argument) and offset, and the steps of low and offset."""
    b, steps = ProgramBuilder(blob), {"low": output_steps(ranges["low"]), "offset": output_steps(ranges["affine.last"])}
    seen = hidden(b, coupling.affine, b.input("low", COLOURS, 1, steps["low"], LIMIT), ranges, "affine")
    last = coupling.affine.last
    half = last.out_channels // 2
    for name, scale, part in (("factor", FACTOR_STEPS, slice(0, half)), ("offset", steps["offset"], slice(half, None))):
        b.output(b.conv(name, seen, last, scale, weight=last.weight[part], bias=last.bias[part]))
    return b, steps


@torch.no_grad()
def calibrate(model: Irn, pictures: list[torch.Tensor]) -> list[Ranges]:
    """For each coupling, in the order of `forward`: activation -> magnitude that is rarely exceeded. `pictures`: [3, H, W]
    samples, sides multiples of the factor."""
    couplings = [c for level in model.levels for c in level]
    found: list[dict[str, list[float]]] = [{} for _ in couplings]
    hooks = []
    for coupling, seen in zip(couplings, found):
        def see(name: str, values: torch.Tensor, seen=seen) -> None:
            count = max(1, int(RARE_POSITIONS * values.numel()))
            seen.setdefault(name, []).append(float(values.abs().flatten().topk(count).values[-1]))

        hooks.append(coupling.shift.register_forward_pre_hook(lambda _, inputs, see=see: see("high", inputs[0])))
        hooks.append(coupling.affine.register_forward_pre_hook(lambda _, inputs, see=see: see("low", inputs[0])))
        for part in ("shift", "affine"):
            for name in ("first", "second", "last"):
                look = lambda _, __, output, see=see, at=f"{part}.{name}": see(
                    at, output.chunk(2, 1)[1] if at == "affine.last" else output)
                hooks.append(getattr(getattr(coupling, part), name).register_forward_hook(look))
    for picture in pictures:
        low, z = model(picture[None])
        for drawn in (torch.zeros_like(z), torch.randn_like(z)):
            model.inverse(stored(low), drawn)
    for handle in hooks:
        handle.remove()
    usual = lambda values: max(float(torch.tensor(values).quantile(USUAL_PICTURES)), 1e-3)
    return [{name: usual(values) for name, values in seen.items()} for seen in found]


def coupling_tables(model: Irn, blob: Blob, ranges: list[Ranges]) -> tuple[list[dict], float]:
    """One entry for each halving, and multiply-accumulates per pixel of the large picture in one direction."""
    levels, macs, at = [], 0.0, iter(ranges)
    for depth, couplings in enumerate(model.levels):
        entries = []
        for coupling in couplings:
            found = next(at)
            shift, shift_steps = shift_program(coupling, blob, found)
            affine, affine_steps = affine_program(coupling, blob, found)
            entries.append({"shift": shift.program(), "affine": affine.program(), "steps": shift_steps | affine_steps})
            macs += (shift.macs + affine.macs) / 4 ** (depth + 1)
        levels.append({"high": couplings[0].shift.first.in_channels, "couplings": entries})
    return levels, macs
