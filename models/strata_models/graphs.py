"""The codec's networks as ONNX graphs. Pictures are [1, 3, H, W] in [0, 1]; integers travel in fp32 tensors."""
import numpy as np
import torch

from .codec import PATCH, SIDE_KNEE, Codec, LayerCodec
from .entropy_net import MEAN_LIMIT
from .graph import Graph
from .liff import Liff
from .rate import SCALE_COUNT

HALF = np.float32(0.5)
AT_8, AT_16, AT_32, AT_2 = 64.0, 256.0, 1024.0, 4.0  # picture pixels per position


def residual(graph: Graph, x: str, block) -> str:
    inner = graph.conv(x, block.depthwise, AT_8)
    inner = graph.leaky(graph.conv(inner, block.expand, AT_8))
    return graph.add(x, graph.conv(inner, block.reduce, AT_8))


def analysis(layer: LayerCodec, name: str) -> Graph:
    graph = Graph(name)
    target = graph.input("picture", [1, 3, "H", "W"])
    half = graph.constant(HALF)
    if layer.conditional:
        prediction = graph.input("prediction", [1, 3, "H", "W"])
        x = graph.node("Sub", [target, prediction])
        seen = graph.unshuffle(graph.node("Sub", [prediction, half]), PATCH)
        condition = graph.conv(seen, layer.condition, AT_8, unshuffled=PATCH)
    else:
        x = graph.node("Sub", [target, half])
    x = graph.conv(graph.unshuffle(x, PATCH), layer.patch_in, AT_8, unshuffled=PATCH)
    if layer.conditional:
        x = graph.add(x, condition)
    x = graph.conv(residual(graph, x, layer.analysis_block), layer.analysis_out, AT_8)
    graph.output(x, "latents", [1, layer.analysis_out.out_channels, "h", "w"])
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


def entropy(layer: LayerCodec, name: str) -> Graph:
    """Context comes in and parameters go out at 1/16, 2x2 latents in the channels: (position, channel) in, (channel,
    position) out. The caller gathers and scatters anyway, and a transposition here would cost a third of the run."""
    net = layer.entropy
    graph = Graph(name)
    side = graph.input("side", [1, net.side.weight.shape[1], "p", "q"])
    hidden = graph.shuffle(graph.clip(graph.integer(side, net.side, AT_32), 0, 255), 2)
    if net.context is not None:
        context = graph.input("context", [1, 8 * net.latents, "h", "w"])
        seen = graph.clip(graph.integer(context, net.context, AT_16, unshuffled=2), 0, 255)
        hidden = graph.add(hidden, seen)
    hidden = graph.clip(graph.integer(hidden, net.middle, AT_16), 0, 255)
    out = graph.integer(hidden, net.out, AT_16)
    means, indexes = graph.node("Split", [out, graph.constant(np.array([4 * net.latents] * 2))], outputs=2, axis=1)
    graph.output(graph.clip(means, -MEAN_LIMIT, MEAN_LIMIT), "means", [1, 4 * net.latents, "h", "w"])
    graph.output(graph.clip(indexes, 0, SCALE_COUNT - 1), "indexes", [1, 4 * net.latents, "h", "w"])
    return graph


def packed(weight: torch.Tensor, channels: int) -> torch.Tensor:
    """Rows of `weight` from PyTorch's (channel, position) to (position, channel), 2x2 positions of `channels`."""
    return weight.reshape(channels, 4, *weight.shape[1:]).transpose(0, 1).reshape(weight.shape)


def synthesis(layer: LayerCodec, name: str) -> Graph:
    """Pictures go in and out at half resolution, 2x2 pixels in the channels as (position, colour): the caller reads and
    writes every sample anyway, and transpositions and additions at full resolution would cost a quarter of the run."""
    graph = Graph(name)
    latents = graph.input("latents", [1, layer.synthesis_in.in_channels, "h", "w"])
    x = residual(graph, graph.conv(latents, layer.synthesis_in, AT_8), layer.synthesis_block)
    weight, bias = half_resolution_rows(layer.patch_out.weight), half_resolution_rows(layer.patch_out.bias)
    out = graph.shuffle(graph.convolve(x, weight, bias, AT_8), PATCH // 2)
    mix, mix_bias = layer.refine.mix.weight, layer.refine.mix.bias
    if layer.conditional:
        prediction = graph.input("prediction", [1, 12, "H/2", "W/2"])
        seen = graph.node("Concat", [out, prediction], axis=1)
        # The network was trained on prediction - 1/2, here it gets the prediction itself.
        mix_bias = mix_bias - 0.5 * mix[:, 12:].sum((1, 2, 3))
        mix = torch.cat([packed(part.transpose(0, 1), 3).transpose(0, 1) for part in (mix[:, :12], mix[:, 12:])], 1)
        out_bias = layer.refine.out.bias
    else:
        seen = out
        mix = packed(mix.transpose(0, 1), 3).transpose(0, 1)
        out_bias = layer.refine.out.bias + 0.5
    x = graph.leaky(graph.convolve(seen, mix, mix_bias, AT_2))
    x = graph.leaky(graph.conv(x, layer.refine.middle, AT_2))
    picture = graph.add(out, graph.convolve(x, packed(layer.refine.out.weight, 3), packed(out_bias, 3), AT_2))
    if layer.conditional:
        picture = graph.add(picture, prediction)
    graph.output(picture, "picture", [1, 12, "H/2", "W/2"])
    return graph


def half_resolution_rows(rows: torch.Tensor) -> torch.Tensor:
    """Rows (colour, y, x) of an 8x8 patch to (y % 2, x % 2, colour, y // 2, x // 2): a shuffle by 4 then gives half
    resolution with (position, colour) channels."""
    half = PATCH // 2
    parts = rows.reshape(3, half, 2, half, 2, *rows.shape[1:])
    order = (2, 4, 0, 1, 3, *range(5, parts.dim()))
    return parts.permute(*order).reshape(rows.shape)


def features(liff: Liff, name: str) -> Graph:
    """The picture at half resolution as above; features at half resolution as (feature, position)."""
    graph = Graph(name)
    low = graph.node("Sub", [graph.input("picture", [1, 12, "H/2", "W/2"]), graph.constant(HALF)])
    x = graph.leaky(graph.conv(low, liff.features[0], AT_2, unshuffled=2))
    x = graph.conv(x, liff.features[2], AT_2)
    graph.output(x, "features", [1, liff.features[2].out_channels, "H/2", "W/2"])
    return graph


def filters(liff: Liff, name: str) -> Graph:
    graph = Graph(name)
    x = graph.input("tokens", ["phases", 6])
    for position, module in enumerate(liff.filters):
        if position % 2:
            x = graph.leaky(x)
        else:
            x = graph.node("Gemm", [x, graph.constant(module.weight), graph.constant(module.bias)], transB=1)
    graph.output(x, "filters", ["phases", liff.filters[-1].out_features])
    return graph


DECODER = ("base-entropy", "base-synthesis", "enhancement-entropy", "enhancement-synthesis", "features", "filters")


def all_graphs(codec: Codec) -> dict[str, Graph]:
    out = {}
    for name, layer in (("base", codec.base), ("enhancement", codec.enhancement)):
        for build in (analysis, side_analysis, entropy, synthesis):
            key = f"{name}-{build.__name__.replace('_', '-')}"
            out[key] = build(layer, key)
    out["features"] = features(codec.liff, "features")
    out["filters"] = filters(codec.liff, "filters")
    return out

