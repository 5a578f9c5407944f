"""The networks of the couplings as integer programs for src/network. The runtimes do the arithmetic between them in floats.

Tensors hold `value * steps`, where values are in the model's units (UNIT samples). The range of a tensor is the limit that
the float model has in the same place (limits.py), so the integers clamp what the floats clamp, and nothing else.
"""
from ..shared.program import Blob, ProgramBuilder, Value
from .limits import HIDDEN_LIMIT, HIGH_LIMIT, LOW_LIMIT
from .model import Coupling, Irn
from .networks import Dense, Network
from .shapes import COLOURS

LIMIT = 32767.0
FACTOR_STEPS = 4096.0  # of the sigmoid's argument, which is flat beyond +-8
ACTIVATION_LIMIT = 8191.0
HIDDEN_STEPS = ACTIVATION_LIMIT / HIDDEN_LIMIT
STEPS = {"low": LIMIT / LOW_LIMIT, "shift": LIMIT / LOW_LIMIT, "high": LIMIT / HIGH_LIMIT, "offset": LIMIT / HIGH_LIMIT}


def hidden(b: ProgramBuilder, network: Network, x: Value) -> list[Value]:
    """Adds all convolutions of a network but the last; returns the inputs of the last."""
    layer = lambda name, inputs, leaky=True, depthwise=False: b.conv(
        name, inputs, getattr(network, name), HIDDEN_STEPS, ACTIVATION_LIMIT, leaky=leaky, depthwise=depthwise)
    first = layer("first", [x])
    if isinstance(network, Dense):
        return [x, first, layer("second", [x, first])]
    return [first, layer("second", [layer("depthwise", [first], leaky=False, depthwise=True)])]


def shift_program(coupling: Coupling, blob: Blob) -> ProgramBuilder:
    """high -> shift"""
    b = ProgramBuilder(blob)
    x = b.input("high", coupling.shift.first.in_channels, 1, STEPS["high"], LIMIT)
    b.output(b.conv("shift", hidden(b, coupling.shift, x), coupling.shift.last, STEPS["shift"]))
    return b


def affine_program(coupling: Coupling, blob: Blob) -> ProgramBuilder:
    """low -> factor (the sigmoid's argument) and offset"""
    b = ProgramBuilder(blob)
    seen = hidden(b, coupling.affine, b.input("low", COLOURS, 1, STEPS["low"], LIMIT))
    last = coupling.affine.last
    half = last.out_channels // 2
    for name, steps, part in (("factor", FACTOR_STEPS, slice(0, half)), ("offset", STEPS["offset"], slice(half, None))):
        b.output(b.conv(name, seen, last, steps, weight=last.weight[part], bias=last.bias[part]))
    return b


def coupling_tables(model: Irn, blob: Blob) -> tuple[list[dict], float]:
    """One entry for each halving, and multiply-accumulates per pixel of the large picture in one direction."""
    levels, macs = [], 0.0
    for depth, couplings in enumerate(model.levels):
        entries = []
        for coupling in couplings:
            shift, affine = shift_program(coupling, blob), affine_program(coupling, blob)
            entries.append({"shift": shift.program(), "affine": affine.program(), "steps": STEPS})
            macs += (shift.macs + affine.macs) / 4 ** (depth + 1)
        levels.append({"high": couplings[0].shift.first.in_channels, "couplings": entries})
    return levels, macs
