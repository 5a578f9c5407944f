"""Runs an integer program as src/network/program.ts defines it, on tensors [channels, rows, columns] of whole numbers."""
import numpy as np
import torch
import torch.nn.functional as F

SLOPE = np.float32(0.1)


def convolve(op: dict, blob: bytes, x: torch.Tensor, added: list[torch.Tensor]) -> torch.Tensor:
    read = lambda key, dtype, count: np.frombuffer(blob, dtype, count, op[key])
    outputs, kernel = op["outChannels"], op["kernel"]
    depthwise = op.get("depthwise", False)
    inner = 1 if depthwise else len(x)
    flat = read("weights", "<i2", outputs * inner * kernel * kernel).astype(np.float64)
    if depthwise:
        kernels = flat.reshape(kernel, kernel, outputs, 1).transpose(2, 3, 0, 1)
    else:
        kernels = flat.reshape(outputs, kernel, kernel, inner).transpose(0, 3, 1, 2)
    bias = torch.from_numpy(read("bias", "<i4", outputs).astype(np.float64))
    # Sums of integers below 2^31 are exact in f64.
    weight = torch.from_numpy(np.ascontiguousarray(kernels))
    sums = F.conv2d(x[None].double(), weight, bias, padding=kernel // 2, groups=outputs if depthwise else 1)[0]
    assert sums.abs().max() < 2**31, f"{op['out']}: a sum does not fit 32 bits"
    y = sums.float() * torch.from_numpy(read("scale", "<f4", outputs).copy())[:, None, None]
    if op.get("leaky"):
        y = torch.maximum(y, y * torch.tensor(SLOPE))
    rounded = (y.floor() if op["round"] == "floor" else y.round()).double()
    for other in added:
        rounded = rounded + other
    return rounded.clamp(op["low"], op["high"])


def shuffle(x: torch.Tensor, factor: int) -> torch.Tensor:
    """Depth to space; channels are (row in the cell, column in the cell, channel)."""
    channels, rows, columns = x.shape
    parts = x.view(factor, factor, channels // factor**2, rows, columns)
    return parts.permute(2, 3, 0, 4, 1).reshape(channels // factor**2, rows * factor, columns * factor)


def unshuffle(x: torch.Tensor, factor: int) -> torch.Tensor:
    channels, rows, columns = x.shape
    parts = x.view(channels, rows // factor, factor, columns // factor, factor)
    return parts.permute(2, 4, 0, 1, 3).reshape(channels * factor**2, rows // factor, columns // factor)


def run(program: dict, blob: bytes, inputs: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    values = {name: inputs[name].double() for name in program["inputs"]}
    for op in program["ops"]:
        seen = [values[name] for name in op["in"]]
        if op["op"] == "conv":
            values[op["out"]] = convolve(op, blob, torch.cat(seen), [values[name] for name in op.get("add", [])])
        elif op["op"] == "sum":
            values[op["out"]] = (seen[0] + seen[1]).clamp(-32768, 32767)
        else:
            values[op["out"]] = (shuffle if op["op"] == "shuffle" else unshuffle)(seen[0], op["factor"])
    return {name: values[name] for name in program["outputs"]}
