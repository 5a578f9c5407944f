"""Networks as integer programs for src/network: 16-bit tensors, channels last, 32-bit sums, one f32 factor per channel.

`ProgramBuilder` collects the ops of one network; all networks of a model share one `Blob` of parameters. It takes two
kinds of convolution: `IntegerConv`, which is exact already, and float ones, which it quantizes. There a tensor holds
`value * scale`, and weights use as many of 16 bits as the 32-bit sum allows for the worst input, so nothing can overflow.
"""
from dataclasses import dataclass, field

import numpy as np

from .integer import IntegerConv

I16 = 32767
# Sums stay below 2^31 for any input within the clamps, with room for rounding.
ACCUMULATOR = 2.0**31 * 0.98


class Blob:
    """Parameters of several programs in one buffer."""

    def __init__(self):
        self.data = bytearray()

    def put(self, values, dtype: str) -> int:
        """Appends an array and returns its offset, a multiple of 4 bytes."""
        offset = len(self.data)
        self.data += np.ascontiguousarray(np.asarray(values), dtype=dtype).tobytes()
        self.data += bytes(-len(self.data) % 4)
        return offset


@dataclass
class Value:
    """A tensor of a program. Its integers are values times `scale`, of magnitude `limit` at most."""

    name: str
    channels: int
    stride: int
    scale: float = 1.0
    limit: float = float(I16)


@dataclass
class ProgramBuilder:
    blob: Blob
    inputs: dict = field(default_factory=dict)
    ops: list = field(default_factory=list)
    outputs: list = field(default_factory=list)

    macs: float = 0.0

    def input(self, name: str, channels: int, stride: int, scale: float = 1.0, limit: float = float(I16)) -> Value:
        self.inputs[name] = {"channels": channels, "stride": stride}
        return Value(name, channels, stride, scale, limit)

    def output(self, *values: Value) -> None:
        self.outputs += [value.name for value in values]

    def integer(self, name: str, inputs: list[Value], module: IntegerConv, rows=None, columns=None, add=()) -> Value:
        """An IntegerConv as it stands. `rows`, `columns`: the module's output and input channel behind each of ours."""
        module.check()
        weight, bias, shift = (t.double().numpy() for t in module.quantized())
        bias = bias + 2.0 ** (shift - 1)
        low, high = float(module.low.min()), float(module.high.max())
        return self._conv(name, inputs, weight, bias, 2.0**-shift, rows, columns, add, False, "floor",
                          max(low, -I16 - 1), min(high, I16), 1.0, module.groups > 1)

    def conv(self, name: str, inputs: list[Value], module, scale: float, limit: float = float(I16), rows=None,
             columns=None, add=(), leaky=False, low=None, weight=None, bias=None, depthwise=False) -> Value:
        """A float convolution, quantized. The result is clamped to [`low` or -limit, limit]; `add` has its scale."""
        weight = (module.weight if weight is None else weight).detach().double().numpy()
        bias = (module.bias if bias is None else bias).detach().double().numpy()
        per_input = np.concatenate([np.full(v.channels, v.scale) for v in inputs])
        reach = np.concatenate([np.full(v.channels, v.limit) for v in inputs])
        if columns is not None:  # the factors are in our order, the weights in the module's
            order = np.asarray(columns)
            undone = np.empty_like(order)
            undone[order] = np.arange(len(order))
            per_input, reach = per_input[undone], reach[undone]
        spread = (lambda v: v.reshape(-1, 1, 1, 1)) if depthwise else (lambda v: v.reshape(1, -1, 1, 1))
        effective = weight / spread(per_input)
        largest = np.abs(effective).max((1, 2, 3)).clip(1e-12)
        total = (np.abs(effective) * spread(reach)).sum((1, 2, 3)) + np.abs(bias) + 1e-12
        fineness = np.minimum(I16 / largest, ACCUMULATOR / total)
        quantized = np.round(effective * fineness.reshape(-1, 1, 1, 1))
        return self._conv(name, inputs, quantized, np.round(bias * fineness), scale / fineness, rows, columns, add,
                          leaky, "nearest", -limit if low is None else low, limit, scale, depthwise)

    def shuffle(self, name: str, value: Value, factor: int) -> Value:
        self.ops.append({"op": "shuffle", "in": [value.name], "out": name, "factor": factor})
        return Value(name, value.channels // factor**2, value.stride // factor, value.scale, value.limit)

    def unshuffle(self, name: str, value: Value, factor: int) -> Value:
        self.ops.append({"op": "unshuffle", "in": [value.name], "out": name, "factor": factor})
        return Value(name, value.channels * factor**2, value.stride * factor, value.scale, value.limit)

    def sum(self, name: str, a: Value, b: Value) -> Value:
        self.ops.append({"op": "sum", "in": [a.name, b.name], "out": name})
        return Value(name, a.channels, a.stride, a.scale, min(a.limit + b.limit, float(I16)))

    def program(self) -> dict:
        return {"inputs": self.inputs, "outputs": self.outputs, "ops": self.ops}

    def _conv(self, name, inputs, weight, bias, scale, rows, columns, add, leaky, rounding, low, high, value_scale,
              depthwise) -> Value:
        """`weight` [out][in or 1][k][k], integers."""
        if columns is not None:
            weight = weight[columns] if depthwise else weight[:, columns]
        if rows is not None:
            bias, scale = bias[rows], scale[rows]
            weight = weight if depthwise else weight[rows]
        outputs, kernel, stride = len(bias), weight.shape[2], inputs[0].stride
        self.macs += weight.size / stride**2
        # Channels last: [out][ky][kx][in], depthwise [ky][kx][channel].
        order = weight[:, 0].transpose(1, 2, 0) if depthwise else weight.transpose(0, 2, 3, 1)
        op = {"op": "conv", "in": [v.name for v in inputs], "out": name, "outChannels": outputs, "kernel": kernel,
              "weights": self.blob.put(order, "<i2"), "bias": self.blob.put(bias, "<i4"),
              "scale": self.blob.put(scale, "<f4"), "round": rounding, "low": int(low), "high": int(high)}
        if depthwise:
            op["depthwise"] = True
        if leaky:
            op["leaky"] = True
        if add:
            op["add"] = [v.name for v in add]
        self.ops.append(op)
        return Value(name, outputs, stride, value_scale, float(max(abs(low), abs(high))))


def interleaved(channels: int, factor: int) -> np.ndarray:
    """PyTorch's (channel, position) index behind each of our (position, channel) ones."""
    area = factor * factor
    return np.arange(channels * area).reshape(channels, area).T.ravel()
