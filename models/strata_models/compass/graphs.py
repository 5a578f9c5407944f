"""The encoder's networks as ONNX graphs, and the decoder's integer programs as ONNX for onnxruntime to check against.

Pictures are [1, 12, H/2, W/2] in [0, 1], 2x2 pixels in the channels as (position, colour); integers travel in fp32.
"""
import numpy as np
import torch

from ..shared.blocks import SLOPE
from ..shared.graph import Graph
from ..shared.program import Blob, interleaved
from .codec import PATCH, SIDE_KNEE, Codec, LayerCodec

HALF = np.float32(0.5)
AT_8, AT_16, AT_32 = 64.0, 256.0, 1024.0  # picture pixels per position
# A patch's (colour, y, x) behind each (y // 2, x // 2, y % 2, x % 2, colour).
PATCH_ORDER = np.arange(192).reshape(3, 4, 2, 4, 2).transpose(1, 3, 2, 4, 0).ravel()


def residual(graph: Graph, x: str, block) -> str:
    inner = graph.conv(x, block.depthwise, AT_8)
    inner = graph.leaky(graph.conv(inner, block.expand, AT_8))
    return graph.add(x, graph.conv(inner, block.reduce, AT_8))


def analysis(layer: LayerCodec, name: str) -> Graph:
    graph = Graph(name)
    target = graph.input("picture", [1, 12, "H/2", "W/2"])
    half = graph.constant(HALF)
    patches = lambda x: graph.unshuffle(x, PATCH // 2)
    taking = lambda x, conv: graph.convolve(x, conv.weight[:, PATCH_ORDER], conv.bias, AT_8)
    if layer.conditional:
        prediction = graph.input("prediction", [1, 12, "H/2", "W/2"])
        x = taking(patches(graph.node("Sub", [target, prediction])), layer.patch_in)
        x = graph.add(x, taking(patches(graph.node("Sub", [prediction, half])), layer.condition))
    else:
        x = taking(patches(graph.node("Sub", [target, half])), layer.patch_in)
    for block in layer.analysis_blocks:
        x = residual(graph, x, block)
    graph.output(graph.conv(x, layer.analysis_out, AT_8), "latents", [1, layer.analysis_out.out_channels, "h", "w"])
    return graph


def log1p_magnitude(graph: Graph, x: str) -> str:
    return graph.node("Log", [graph.node("Add", [graph.node("Abs", [x]), graph.constant(np.float32(1))])])


def side_analysis(layer: LayerCodec, name: str) -> Graph:
    graph = Graph(name)
    y = graph.input("latents", [1, layer.analysis_out.out_channels, "h", "w"])
    magnitude = log1p_magnitude(graph, y)
    signed = graph.node("Mul", [graph.node("Sign", [y]), magnitude])
    x = graph.leaky(graph.conv(graph.node("Concat", [signed, magnitude], axis=1), layer.side_in, AT_8))
    x = graph.leaky(graph.conv(graph.unshuffle(x, 2), layer.side_down, AT_16, unshuffled=2))
    x = graph.leaky(graph.conv(x, layer.side_mix, AT_16))
    x = graph.conv(graph.unshuffle(x, 2), layer.side_out, AT_32, unshuffled=2)
    compressed = log1p_magnitude(graph, graph.node("Div", [x, graph.constant(np.float32(SIDE_KNEE))]))
    signed = graph.node("Mul", [graph.node("Sign", [x]), compressed])
    x = graph.node("Mul", [signed, graph.constant(np.float32(SIDE_KNEE))])
    graph.output(x, "side", [1, layer.side_out.out_channels, "p", "q"])
    return graph


def gradient(layer: LayerCodec, name: str) -> Graph:
    """latents, target (and prediction) -> the gradient of the summed squared error of synthesis with respect to the latents,
    written out op by op. An encoder needs it to refine latents against the frozen decoder."""
    graph = Graph(name)
    channels = layer.synthesis_in.in_channels
    latents, target = graph.input("latents", [1, channels, "h", "w"]), graph.input("target", [1, 12, "H/2", "W/2"])
    refine = layer.refine
    at_2 = 4.0
    # Forward. Backward needs only where the input of each LeakyReLU was negative.
    x = graph.conv(latents, layer.synthesis_in, AT_8)
    expanded = []
    for block in layer.synthesis_blocks:
        expanded.append(graph.conv(graph.conv(x, block.depthwise, AT_8), block.expand, AT_8))
        x = graph.add(x, graph.conv(graph.leaky(expanded[-1]), block.reduce, AT_8))
    rows = layer.patch_out.weight[PATCH_ORDER]
    patches = graph.convolve(x, rows, layer.patch_out.bias[PATCH_ORDER], AT_8)
    residual = graph.node("DepthToSpace", [patches], blocksize=PATCH // 2, mode="DCR")
    order = interleaved(3, 2)
    mix, seen, picture = refine.mix.weight[:, order], residual, residual
    bias: torch.Tensor = refine.mix.bias
    if layer.conditional:
        prediction = graph.input("prediction", [1, 12, "H/2", "W/2"])
        mix = refine.mix.weight[:, np.concatenate([order, 12 + order])]
        bias = bias - 0.5 * mix[:, 12:].sum((1, 2, 3))
        seen, picture = graph.node("Concat", [residual, prediction], axis=1), graph.add(residual, prediction)
    mixed = graph.convolve(seen, mix, bias, at_2)
    middle = graph.conv(graph.leaky(mixed), refine.middle, at_2)
    last = refine.out.weight[order]
    picture = graph.add(picture, graph.convolve(graph.leaky(middle), last, refine.out.bias[order], at_2))
    if not layer.conditional:
        picture = graph.add(picture, graph.constant(HALF))
    # Backward: a convolution's transpose is one with inputs and outputs exchanged and the kernel turned round.
    error = graph.node("Sub", [picture, target])
    slope = lambda g, of: graph.node("Mul", [g, graph.node("Where", [
        graph.node("Greater", [of, graph.constant(np.float32(0))]),
        graph.constant(np.float32(1)), graph.constant(np.float32(SLOPE))])])
    turned = lambda weight: weight.transpose(0, 1).flip(2, 3)
    back = lambda g, weight, stride: graph.convolve(g, turned(weight), None, stride)
    g = slope(back(error, last, at_2), middle)
    g = slope(back(g, refine.middle.weight, at_2), mixed)
    g = graph.add(error, back(g, mix[:, :12], at_2))
    g = back(graph.unshuffle(g, PATCH // 2), rows, AT_8)
    for block, before in zip(reversed(list(layer.synthesis_blocks)), reversed(expanded), strict=True):
        inner = slope(back(g, block.reduce.weight, AT_8), before)
        inner = back(inner, block.expand.weight, AT_8)
        depthwise = block.depthwise.weight.flip(2, 3)
        g = graph.add(g, graph.convolve(inner, depthwise, None, AT_8, depthwise.shape[0]))
    g = back(g, layer.synthesis_in.weight, AT_8)
    graph.output(graph.node("Mul", [g, graph.constant(np.float32(2))]), "gradient", [1, channels, "h", "w"])
    return graph


def of_program(program: dict, blob: Blob, name: str) -> Graph:
    """A program as an ONNX graph in fp32. It computes the same integers as src/network where fp32 holds every sum exactly,
    which is so for entropy parameters."""
    graph, shapes, values = Graph(name), {}, {}
    for key, shape in program["inputs"].items():
        shapes[key] = (shape["channels"], shape["stride"])
        values[key] = graph.input(key, [1, shape["channels"], f"rows/{shape['stride']}", f"columns/{shape['stride']}"])
    read = lambda op, key, dtype, count: np.frombuffer(blob.data, dtype, count, op[key])
    as_float = lambda op, key, dtype: torch.from_numpy(read(op, key, dtype, op["outChannels"]).astype(np.float32))
    for op in program["ops"]:
        channels, stride = shapes[op["in"][0]]
        if op["op"] == "conv":
            channels, outputs, kernel = sum(shapes[v][0] for v in op["in"]), op["outChannels"], op["kernel"]
            x = values[op["in"][0]]
            if len(op["in"]) > 1:
                x = graph.node("Concat", [values[v] for v in op["in"]], axis=1)
            inner = 1 if op.get("depthwise") else channels
            weight = read(op, "weights", "<i2", outputs * inner * kernel * kernel)
            if op.get("depthwise"):
                weight = weight.reshape(kernel, kernel, outputs, 1).transpose(2, 3, 0, 1)
            else:
                weight = weight.reshape(outputs, kernel, kernel, channels).transpose(0, 3, 1, 2)
            groups, bias = outputs if op.get("depthwise") else 1, as_float(op, "bias", "<i4")
            x = graph.convolve(x, torch.from_numpy(weight.astype(np.float32)), bias, stride**2, groups)
            x = graph.node("Mul", [x, graph.constant(as_float(op, "scale", "<f4").view(1, -1, 1, 1))])
            x = graph.leaky(x) if op.get("leaky") else x
            x = graph.node("Floor" if op["round"] == "floor" else "Round", [x])
            for added in op.get("add", []):
                x = graph.add(x, values[added])
            values[op["out"]] = graph.clip(x, op["low"], op["high"])
            shapes[op["out"]] = (outputs, stride)
        elif op["op"] == "sum":
            values[op["out"]] = graph.clip(graph.add(*(values[v] for v in op["in"])), -32768, 32767)
            shapes[op["out"]] = (channels, stride)
        else:
            factor, down = op["factor"], op["op"] == "unshuffle"
            x = values[op["in"][0]]
            values[op["out"]] = (
                graph.unshuffle(x, factor) if down else graph.node("DepthToSpace", [x], blocksize=factor, mode="DCR")
            )
            area = factor * factor
            shapes[op["out"]] = (channels * area, stride * factor) if down else (channels // area, stride // factor)
    for key in program["outputs"]:
        channels, stride = shapes[key]
        name = f"{key}_out" if key in program["inputs"] else key
        graph.output(values[key], name, [1, channels, f"rows/{stride}", f"columns/{stride}"])
    return graph


def encoder_graphs(codec: Codec) -> dict[str, Graph]:
    out = {}
    for kind, layer in (("base", codec.base), ("enhancement", codec.enhancement)):
        out[f"{kind}-analysis"] = analysis(layer, f"{kind}-analysis")
        out[f"{kind}-side-analysis"] = side_analysis(layer, f"{kind}-side-analysis")
        out[f"{kind}-gradient"] = gradient(layer, f"{kind}-gradient")
    return out
