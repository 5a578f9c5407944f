"""The decoder's networks as integer programs: entropy parameters pass by pass, synthesis, features.

Pictures have SAMPLES integers per unit and channels (position, colour) at half resolution. Latents come dequantized, with
LATENT_STEPS per unit. The steps per unit of other activations are measured on pictures (`calibrate`).
"""
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.hooks import RemovableHandle

from ..shared.program import Blob, ProgramBuilder, interleaved
from .codec import LATENTS, PATCH, Codec, LayerCodec
from .entropy_net import PASSES, EntropyNet
from .liff import FEATURES, Liff

SAMPLES = 255.0 * 64
LATENT_STEPS = 1024.0
LATENT_LIMIT = 16383.0
FEATURE_STEPS = 512.0
FEATURE_LIMIT = 2047.0
ACTIVATION_LIMIT = 16383.0
MARGIN = 1.5  # room above the largest activation that calibration measured


def hyper(net: EntropyNet, blob: Blob) -> ProgramBuilder:
    """side (z and planes, 1/32) and context (magnitudes and indexes of the layer below, 1/8) -> hidden (1/16)."""
    b = ProgramBuilder(blob)
    channels = net.side.weight.shape[1]
    side = b.input("side", channels, 32, limit=255.0)
    wide = b.integer("wide", [side], net.side, rows=interleaved(net.hidden, 2))
    hidden = b.shuffle("from_side", wide, 2)
    if net.context is not None:
        context = b.unshuffle("cells", b.input("context", 2 * net.latents, 8, limit=255.0), 2)
        seen = b.integer("from_below", [context], net.context, columns=interleaved(2 * net.latents, 2))
        hidden = b.sum("joined", hidden, seen)
    b.output(b.integer("hidden", [hidden], net.middle))
    return b


def coding_pass(net: EntropyNet, index: int, blob: Blob) -> ProgramBuilder:
    """Pass `index`: hidden, magnitudes seen, values seen, features of pass 3 -> means, indexes (and those features)."""
    part, b = net.passes[index], ProgramBuilder(blob)
    inputs = [b.input("hidden", net.hidden, 16, limit=255.0)]
    features = None
    if part.spread is not None and part.gather is not None:
        seen = b.input("magnitudes", part.spread.weight.shape[0], 16, limit=255.0)
        if index == 4:
            inputs.append(b.input("carried", PASSES[3].hidden, 16, limit=255.0))
        features = b.integer("features", [b.integer("spread", [seen], part.spread)], part.gather)
        inputs.append(features)
    predicted = []
    for k, conv in enumerate(part.linear):
        values = b.input(f"values{k}", conv.weight.shape[0], 16, limit=255.0)
        predicted.append(b.integer(f"predicted{k}", [values], conv))
    if part.mix is not None:
        inputs = [b.integer("mixed", inputs, part.mix)]
    means = b.integer("means", inputs, part.means, add=predicted)
    b.ops[-1] |= {"low": -2047, "high": 2047}  # the sum of means and linear prediction is clipped
    b.output(means, b.integer("indexes", inputs, part.indexes))
    if index == 3 and features is not None:
        b.output(features)
    return b


def synthesis(layer: LayerCodec, blob: Blob, ranges: dict[str, float]) -> ProgramBuilder:
    """latents (1/8) and, on enhancement layers, prediction (1/2) -> picture (1/2), all as samples."""
    b = ProgramBuilder(blob)
    steps = lambda name: ACTIVATION_LIMIT / (MARGIN * ranges[name])
    conv = lambda name, inputs, module, scale, **more: b.conv(name, inputs, module, scale, ACTIVATION_LIMIT, **more)
    latents = b.input("latents", LATENTS, PATCH, LATENT_STEPS, LATENT_LIMIT)
    x = conv("x", [latents], layer.synthesis_in, steps("stream"))
    for index, block in enumerate(layer.synthesis_blocks):
        inner = conv(f"spread{index}", [x], block.depthwise, steps(f"spread{index}"), depthwise=True)
        inner = conv(f"expanded{index}", [inner], block.expand, steps(f"expanded{index}"), leaky=True)
        x = conv(f"y{index}", [inner], block.reduce, steps("stream"), add=[x])
    # Rows (colour, y, x) of an 8x8 patch -> (y // 2, x // 2, y % 2, x % 2, colour).
    rows = np.arange(192).reshape(3, 4, 2, 4, 2).transpose(1, 3, 2, 4, 0).ravel()
    patches = b.conv("patches", [x], layer.patch_out, SAMPLES, rows=rows)
    residual = b.shuffle("residual", patches, PATCH // 2)
    refine = layer.refine
    bias: torch.Tensor = refine.mix.bias
    seen, columns = [residual], interleaved(3, 2)
    if layer.conditional:
        prediction = b.input("prediction", 12, 2, SAMPLES)
        seen.append(prediction)
        columns = np.concatenate([columns, 12 + columns])
        # The network was trained on prediction - 1/2; the program gets the prediction, and the bias makes up for it.
        bias = bias - 0.5 * refine.mix.weight[:, 12:].sum((1, 2, 3))
    x = conv("mixed", seen, refine.mix, steps("mixed"), bias=bias, columns=columns, leaky=True)
    x = conv("middle", [x], refine.middle, steps("middle"), leaky=True)
    bias = refine.out.bias if layer.conditional else refine.out.bias + 0.5
    picture = b.conv("picture", [x], refine.out, SAMPLES, SAMPLES, bias=bias, rows=interleaved(3, 2), add=seen, low=0)
    b.output(picture)
    return b


def features(liff: Liff, blob: Blob, ranges: dict[str, float]) -> ProgramBuilder:
    """picture (1/2, samples minus their middle) -> LIFF's features at full resolution."""
    b = ProgramBuilder(blob)
    picture = b.input("picture", 12, 2, SAMPLES, SAMPLES / 2)
    first, last = liff.features[0], liff.features[2]
    x = b.conv("inner", [picture], first, ACTIVATION_LIMIT / (MARGIN * ranges["inner"]), ACTIVATION_LIMIT,
               columns=interleaved(3, 2), leaky=True)
    x = b.conv("cells", [x], last, FEATURE_STEPS, FEATURE_LIMIT, rows=interleaved(FEATURES, 2))
    b.output(b.shuffle("features", x, 2))
    return b


def filters(liff: Liff, blob: Blob) -> list[dict]:
    """The MLP that generates filters, as floats: the runtimes run it once a picture in double precision."""
    layers = []
    for module in liff.filters:
        if isinstance(module, nn.Linear):
            layers.append({"inputs": module.in_features, "outputs": module.out_features,
                           "weights": blob.put(module.weight.detach().numpy(), "<f4"),
                           "bias": blob.put(module.bias.detach().numpy(), "<f4")})
    return layers


class Observer:
    """Records the largest magnitude of named activations while a codec runs."""

    def __init__(self, codec: Codec):
        self.ranges: dict[str, dict[str, float]] = {}
        self.hooks: list[RemovableHandle] = []
        for kind, layer in (("base", codec.base), ("enhancement", codec.enhancement)):
            refine = layer.refine
            self._watch_input(kind, "latents", layer.synthesis_in)
            for name, conv in (("stream", layer.synthesis_in), ("mixed", refine.mix), ("middle", refine.middle)):
                self._watch(kind, name, conv)
            for index, block in enumerate(layer.synthesis_blocks):
                self._watch(kind, "stream", block)
                self._watch(kind, f"spread{index}", block.depthwise)
                self._watch(kind, f"expanded{index}", block.expand)
        self._watch("features", "inner", codec.liff.features[0])

    def _watch(self, kind: str, name: str, module: nn.Module) -> None:
        found = self.ranges.setdefault(kind, {})

        def hook(_, __, output):
            found[name] = max(found.get(name, 1e-3), float(output.detach().abs().max()))

        self.hooks.append(module.register_forward_hook(hook))

    def _watch_input(self, kind: str, name: str, module: nn.Module) -> None:
        found = self.ranges.setdefault(kind, {})

        def hook(_, inputs):
            found[name] = max(found.get(name, 1e-3), float(inputs[0].detach().abs().max()))

        self.hooks.append(module.register_forward_pre_hook(hook))

    def close(self) -> dict[str, dict[str, float]]:
        for hook in self.hooks:
            hook.remove()
        return self.ranges


def colour_card(side: int = 256) -> torch.Tensor:
    """The eight corners of the RGB cube as tiles, [3, side, side]: activations that hardly a photograph reaches."""
    corners = torch.tensor([[(index >> bit) & 1 for index in range(8)] for bit in range(3)]).float()
    tiles = corners.view(3, 4, 2).repeat_interleave(side // 4, 1).repeat_interleave(side // 2, 2)
    return tiles.contiguous()


@torch.no_grad()
def calibrate(codec: Codec, pictures: list[torch.Tensor]) -> dict[str, dict[str, float]]:
    """Layer kind -> activation -> largest magnitude. `pictures`: [3, H, W] in [0, 1]."""
    observer = Observer(codec)
    for picture in [*pictures, colour_card()]:
        whole = picture[None]
        half = F.interpolate(whole, scale_factor=0.5, mode="area")
        for quality in (1.0, 50.0, 100.0):
            codec([half, whole], [torch.tensor([quality])] * 2)
    ranges = observer.close()
    for kind in ("base", "enhancement"):
        if (largest := ranges[kind]["latents"]) * LATENT_STEPS > LATENT_LIMIT:
            limit = LATENT_LIMIT / LATENT_STEPS
            raise ValueError(f"{kind} latents: expected at most {limit:.2f}, which 16 bits hold, got {largest:.2f}")
    return ranges


def all_programs(codec: Codec, ranges: dict[str, dict[str, float]], blob: Blob) -> dict[str, ProgramBuilder]:
    out = {}
    for kind, layer in (("base", codec.base), ("enhancement", codec.enhancement)):
        out[f"{kind}-hyper"] = hyper(layer.entropy, blob)
        for index in range(len(PASSES)):
            out[f"{kind}-pass{index}"] = coding_pass(layer.entropy, index, blob)
        out[f"{kind}-synthesis"] = synthesis(layer, blob, ranges[kind])
    out["features"] = features(codec.liff, blob, ranges["features"])
    return out
