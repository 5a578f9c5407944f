"""The layered codec: a base layer and one shared enhancement layer, after COMPASS, eq. (1)-(4) and (20)-(24)."""
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from ..shared.blocks import Conv2d, Refine, Residuals, pad_to
from ..shared.integer import GRID, ste
from .entropy_net import COARSE, INDEX_GRID, EntropyNet, context_of, nearest_rows, quality_code, scale_code
from .liff import Liff, make_axis
from .rate import ANCHORS, SCALE_MIN, SCALE_STEP, at_anchor, lambda_of, scale_of_index, symbol_bits, table_scale

PATCH = 8  # pixels per latent and axis
SIDE_STRIDE = 4  # latents per hyper-latent and axis
SIDE_KNEE = 8.0
WIDTH = 120  # channels of synthesis
ANALYSIS_WIDTH = 128
ANALYSIS_HIDDEN = (128, 128, 192, 192)  # of its residual blocks: the encoder may spend more
LATENTS = 96


@dataclass
class LayerOutput:
    picture: torch.Tensor  # [B, 3, H, W] in [0, 1], not clipped
    bits: torch.Tensor  # [B]
    side_bits: torch.Tensor  # [B]
    context: torch.Tensor  # integers for the layer above, [B, 2*LATENTS, h, w]


class LayerCodec(nn.Module):
    def __init__(self, side: int, hidden: int, inner: tuple[int, ...], refine: int, conditional: bool):
        """Channels: `side` of the hyper-latents, `hidden` of the entropy network, `inner` inside each synthesis block, `refine`
        of the refinement. `conditional`: the layer has a prediction."""
        super().__init__()
        self.conditional = conditional
        self.patch_in = Conv2d(192, ANALYSIS_WIDTH, 1)
        self.condition = Conv2d(192, ANALYSIS_WIDTH, 1) if conditional else None
        self.analysis_blocks = Residuals(ANALYSIS_WIDTH, ANALYSIS_HIDDEN)
        self.analysis_out = Conv2d(ANALYSIS_WIDTH, LATENTS, 1)
        self.synthesis_in = Conv2d(LATENTS, WIDTH, 1)
        self.synthesis_blocks = Residuals(WIDTH, inner)
        self.patch_out = Conv2d(WIDTH, 192, 1)
        self.refine = Refine(24 if conditional else 12, refine)
        self.side_in = Conv2d(2 * LATENTS, 64, 1)
        self.side_down = Conv2d(256, 64, 1)
        self.side_mix = Conv2d(64, 64, 3, padding=1)
        self.side_out = Conv2d(256, side, 1)
        self.entropy = EntropyNet(LATENTS, side, hidden, conditional)
        # log of 1 / quantization step for each quality anchor; the decoder's inverse is learned apart.
        anchors = torch.arange(ANCHORS) / (ANCHORS - 1) * 99 + 1
        step = 0.8 * (26 / (lambda_of(anchors) * 255**2)).sqrt()
        self.log_gain = nn.Parameter((-step.log())[:, None].repeat(1, LATENTS))
        self.log_inverse = nn.Parameter(step.log()[:, None].repeat(1, LATENTS))
        self.side_offset = nn.Parameter(torch.zeros(ANCHORS, side))
        self.side_log_scale = nn.Parameter(torch.zeros(ANCHORS, side))

    def analysis(self, picture: torch.Tensor, prediction: torch.Tensor | None, seen=None) -> torch.Tensor:
        """Pictures padded to PATCH -> latents before gain, [B, LATENTS, H/8, W/8]. `seen`: see `forward`."""
        target = picture - (0.5 if prediction is None else prediction)
        x = self.patch_in(F.pixel_unshuffle(target, PATCH))
        seen = prediction if seen is None else seen
        if self.condition is not None and seen is not None:
            x = x + self.condition(F.pixel_unshuffle(seen - 0.5, PATCH))
        return self.analysis_out(self.analysis_blocks(x))

    def side_analysis(self, gained: torch.Tensor) -> torch.Tensor:
        """Latents after gain, padded to SIDE_STRIDE -> hyper-latents before offset."""
        magnitude = torch.log1p(gained.abs())
        x = F.leaky_relu(self.side_in(torch.cat([torch.sign(gained) * magnitude, magnitude], 1)), 0.1)
        x = F.leaky_relu(self.side_down(F.pixel_unshuffle(x, 2)), 0.1)
        x = F.leaky_relu(self.side_mix(x), 0.1)
        x = self.side_out(F.pixel_unshuffle(x, 2))
        # Logarithmic beyond SIDE_KNEE: an unbounded z runs away from its prior early in training and never returns.
        return torch.sign(x) * torch.log1p(x.abs() / SIDE_KNEE) * SIDE_KNEE

    def synthesis(self, latents: torch.Tensor, prediction: torch.Tensor | None, seen=None) -> torch.Tensor:
        """Latents after inverse gain (and the padded prediction) -> padded picture. `seen`: see `forward`."""
        x = self.synthesis_blocks(self.synthesis_in(latents))
        residual = F.pixel_shuffle(self.patch_out(x), PATCH)
        if prediction is None:
            return residual + self.refine(residual) + 0.5
        return prediction + residual + self.refine(residual, (prediction if seen is None else seen) - 0.5)

    def forward(self, picture, prediction, quality, context=None, scale=0, seen=None) -> LayerOutput:
        """`quality` [B] in 1..100. `context`: integers of the layer below on this layer's latent grid. `scale`: scale code of
        this layer. `seen`: replaces the prediction as an input of the networks (an ablation); it is still added."""
        height, width = picture.shape[2:]
        padded = pad_to(picture, PATCH)
        below = None if prediction is None else pad_to(prediction, PATCH)
        seen = None if seen is None else pad_to(seen, PATCH)
        y = self.analysis(padded, below, seen).float() * at_anchor(self.log_gain, quality).exp()
        h, w = y.shape[2:]
        z = self.side_analysis(pad_to(y, SIDE_STRIDE)).float() - at_anchor(self.side_offset, quality)
        noise = (lambda v: v + torch.rand_like(v) - 0.5) if self.training else torch.round
        side_scale = at_anchor(self.side_log_scale, quality).exp().clamp(0.11, 64)
        side_bits = symbol_bits(noise(z), side_scale)
        z_hat = ste(z.round(), z).clamp(-255, 255)
        planes = quality_code(quality)[:, None]
        if prediction is not None:
            planes = torch.cat([planes, torch.full_like(planes, scale)], 1)
            context = F.pad(context, (0, -w % SIDE_STRIDE, 0, -h % SIDE_STRIDE))
        y = F.pad(y, (0, -w % SIDE_STRIDE, 0, -h % SIDE_STRIDE))
        mask = F.pad(y.new_ones(1, 1, h, w), (0, -w % SIDE_STRIDE, 0, -h % SIDE_STRIDE))
        with torch.autocast(y.device.type, enabled=False):
            found = self.entropy(z_hat, planes, y, mask, context, force_zero=not self.training)
        y, means, indexes, decoded = (t[:, :, :h, :w] for t in (y, *found))
        y_hat = ste(decoded, y)
        value = y - means + torch.rand_like(y) - 0.5 if self.training else decoded - means
        bits = symbol_bits(value, (scale_of_index if self.training else table_scale)(indexes))
        if not self.training:
            bits = bits * (indexes > 0)
        out = self.synthesis(y_hat * at_anchor(self.log_inverse, quality).exp(), below, seen)
        side_total = side_bits.sum((1, 2, 3))
        return LayerOutput(
            out[:, :, :height, :width], bits.sum((1, 2, 3)) + side_total, side_total, context_of(y_hat, indexes)
        )


ABLATIONS = ("", "liff", "scale-token", "conditioning", "random-scales", "joint-training")


class Codec(nn.Module):
    def __init__(self, ablation: str = ""):
        """`ablation`: the one part to leave out, which measures its worth (`train --without`)."""
        super().__init__()
        self.ablation = ablation
        # The base layer has no prediction to compute, so its networks may cost more.
        self.base = LayerCodec(side=32, hidden=64, inner=(2 * WIDTH, WIDTH), refine=16, conditional=False)
        self.enhancement = LayerCodec(side=16, hidden=32, inner=(WIDTH,), refine=8, conditional=True)
        self.liff = Liff()

    def forward(self, pictures: list[torch.Tensor], qualities: list[torch.Tensor]) -> list[LayerOutput]:
        """Layers from the base up: pictures [B, 3, H_k, W_k] in [0, 1], qualities [B]."""
        outputs = [self.base(pictures[0], None, qualities[0])]
        for picture, quality in zip(pictures[1:], qualities[1:]):
            low = outputs[-1].picture.clamp(0, 1)
            sizes = low.shape[2:], picture.shape[2:]
            rows, columns = (make_axis(a, b) for a, b in zip(*sizes))
            prediction = self.liff(low, rows, columns, self.ablation)
            context = outputs[-1].context
            for axis, count in ((2, sizes[1][0]), (3, sizes[1][1])):
                target = -(-count // PATCH)
                index = nearest_rows(sizes[0][axis - 2], count, context.shape[axis], target)
                context = context.index_select(axis, index.to(context.device))
            scale = scale_code((rows.log_scale + columns.log_scale) / 2)
            seen = torch.full_like(prediction, 0.5) if self.ablation == "conditioning" else None
            outputs.append(self.enhancement(picture, prediction, quality, context, scale, seen))
        return outputs


def initialise_from_patches(layer: LayerCodec, targets: torch.Tensor) -> None:
    """Starts analysis and synthesis as the PCA of 8x8 patches of `targets` (pictures minus prediction, [B, 3, H, W]), so
    that the codec is an orthonormal transform codec before the first step."""
    patches = F.pixel_unshuffle(targets, PATCH).permute(0, 2, 3, 1).reshape(-1, 192).double()
    covariance = patches.T @ patches / len(patches)
    values, vectors = torch.linalg.eigh(covariance)
    values, vectors = values.flip(0), vectors.flip(1).float()
    with torch.no_grad():
        layer.patch_in.weight.copy_(vectors[:, :ANALYSIS_WIDTH].T[:, :, None, None])
        layer.patch_in.bias.zero_()
        if layer.condition is not None:
            layer.condition.weight *= 0.1
            layer.condition.bias.zero_()
        layer.analysis_out.weight.copy_(torch.eye(LATENTS, ANALYSIS_WIDTH)[:, :, None, None])
        layer.analysis_out.bias.zero_()
        layer.synthesis_in.weight.copy_(torch.eye(WIDTH, LATENTS)[:, :, None, None])
        layer.synthesis_in.bias.zero_()
        layer.patch_out.weight.copy_(vectors[:, :WIDTH][:, :, None, None])
        layer.patch_out.bias.zero_()
        start_scales(layer, values[:LATENTS].clamp_min(1e-9).sqrt().float())


def start_scales(layer: LayerCodec, deviations: torch.Tensor) -> None:
    """Starts the scale indexes at the deviations of the PCA ([LATENTS]) times the gain of each quality. One hidden channel
    carries the quality code through the integer network, so that scales follow the quality from the first step."""
    net = layer.entropy
    side = layer.side_out.out_channels
    index = lambda gain: ((deviations * gain * 0.6).clamp_min(0.05).log() - math.log(SCALE_MIN)) / SCALE_STEP
    lowest, highest = (index(layer.log_gain[anchor, 0].exp()) / INDEX_GRID for anchor in (0, -1))
    full = 255 / GRID
    net.side.weight[:4] = 0
    net.side.weight[:4, side] = 1
    net.side.bias[:4] = 0
    net.middle.weight[0] = 0
    net.middle.weight[0, 0, 1, 1] = 1
    net.middle.bias[0] = 0
    if net.context is not None:
        net.context.weight[0] = 0
        net.context.bias[0] = 0
    for part in net.passes:
        channels = slice(COARSE, None) if part.mix is not None else slice(0, COARSE)
        repeats = part.count // len(lowest[channels])
        part.indexes.weight[:, 0, 0, 0] = ((highest - lowest) / full)[channels].repeat(repeats)
        part.indexes.bias.copy_(lowest[channels].repeat(repeats))
    layer.side_out.weight *= 0.3
    layer.side_out.bias.zero_()
