"""Entropy parameters of a layer's latents, in integers. They are computed from the hyper-latents of the layer, from the
layer below, and from the latents of the same layer that are already decoded.

Latents (1/8) are coded in cells of 2x2 (1/16), positions 0 1 / 2 3, in five passes. The first channels (`coarse`, the
PCA's strongest) go first, then the rest; within each, positions of a checkerboard follow one another:

    pass 0  coarse at 0         pass 3  fine at 0 and 3
    pass 1  coarse at 3         pass 4  fine at 1 and 2
    pass 2  coarse at 1 and 2

    z (int, 1/32) + planes -- 1x1 -- shuffle 2 --+
                                                 + -- 3x3 --> hidden (1/16)
    integers of the layer below -- 1x1 ----------+
    pass: [hidden, magnitudes seen so far -- depthwise 3x3 -- 1x1] --> means (1/16 steps), scale indexes
          mean += depthwise 3x3 of the signed values seen so far of the same channel (linear prediction)

Planes are constant integers: the quality code and, on enhancement layers, the scale code. Every pass is parallel over
the whole strip: nothing here is serial but the five passes (cf. checkerboard context, He et al., CVPR 2021; uneven
channel groups, He et al., CVPR 2022).
"""
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from ..shared.blocks import module_list
from ..shared.integer import EXACT, GRID, FloorClip, IntegerConv, integer_relu
from .rate import QUALITY_MAX, QUALITY_MIN, SCALE_COUNT

MEAN_STEPS = 16.0  # means are multiples of 1/16
MEAN_LIMIT = 2047.0
INDEX_GRID = 8.0
SIDE_GRID = 16.0
SIDE_LIMIT = 255.0
CONTEXT_LIMIT = 255.0
VALUE_STEPS = 2.0  # signed context is in halves: reaches far enough for the coarsest channel at the finest quality
COARSE = 24


@dataclass(frozen=True)
class Pass:
    fine: bool
    positions: tuple[int, ...]
    hidden: int  # channels of the features of decoded latents; 0 in the first pass, which has none
    mix: int  # channels between features and outputs; 0: directly


PASSES = (
    Pass(False, (0,), 0, 0),
    Pass(False, (3,), 16, 0),
    Pass(False, (1, 2), 24, 0),
    Pass(True, (0, 3), 48, 48),
    Pass(True, (1, 2), 48, 64),
)


@dataclass(frozen=True)
class Sees:
    """Inputs of a pass: magnitudes of one channel group at `positions`, and for each linear predictor the positions of the
    values that predict the pass's own positions, in the same order."""

    fine: bool
    positions: tuple[int, ...]
    predictors: tuple[tuple[int, ...], ...]


SEES = (
    Sees(False, (), ()),
    Sees(False, (0,), ((0,),)),
    Sees(False, (0, 3), ((0, 3), (3, 0))),
    Sees(False, (0, 1, 2, 3), ()),
    Sees(True, (0, 3), ((0, 3), (3, 0))),
)


def quality_code(quality: torch.Tensor) -> torch.Tensor:
    """Quality 1..100 -> integer 0..255."""
    return torch.floor((quality - QUALITY_MIN) * 255 / (QUALITY_MAX - QUALITY_MIN) + 0.5)


def scale_code(log_scale: float) -> int:
    """Mean of log2 of the two axes' scale factors, 0..4 -> integer 0..255."""
    return int(min(max(log_scale, 0.0), 3.984) * 64 + 0.5)


def magnitudes(values: torch.Tensor) -> torch.Tensor:
    """Decoded values (latent units) as context integers: min(|16 value|, 255)."""
    return (values.detach() * MEAN_STEPS).round().abs().clamp_max(CONTEXT_LIMIT)


def halves(values: torch.Tensor) -> torch.Tensor:
    """Decoded values as signed context integers: floor of half steps, -255..255."""
    sixteenths = (values.detach() * MEAN_STEPS).round()
    step = MEAN_STEPS / VALUE_STEPS
    return ((sixteenths + step / 2) / step).floor().clamp(-CONTEXT_LIMIT, CONTEXT_LIMIT)


class PassNet(nn.Module):
    """One pass: features of newly decoded latents, linear prediction, and the heads for means and scale indexes."""

    def __init__(self, spec: Pass, latents: int, hidden: int, seen: int, linear: int, carried: int):
        """`seen`: channels of magnitudes; `linear`: number of linear predictors; `carried`: channels of features that an
        earlier pass computed."""
        super().__init__()
        channels = latents - COARSE if spec.fine else COARSE
        self.count = channels * len(spec.positions)
        self.spread = integer_relu(seen, seen, 3, groups=seen) if seen else None
        self.gather = integer_relu(seen, spec.hidden, 1) if seen else None
        predictor = (self.count, self.count, 3, VALUE_STEPS, CONTEXT_LIMIT, MEAN_STEPS, -MEAN_LIMIT, MEAN_LIMIT)
        self.linear = module_list(IntegerConv(*predictor, groups=self.count) for _ in range(linear))
        inputs = hidden + carried + spec.hidden
        self.mix = integer_relu(inputs, spec.mix, 1) if spec.mix else None
        # No clip of its own: the sum of means and linear prediction is clipped.
        self.means = IntegerConv(spec.mix or inputs, self.count, 1, GRID, 255.0, MEAN_STEPS, -EXACT, EXACT)
        self.indexes = IntegerConv(spec.mix or inputs, self.count, 1, GRID, 255.0, INDEX_GRID, 0.0, SCALE_COUNT - 1.0)
        with torch.no_grad():
            self.means.weight.mul_(0.1)
            self.indexes.weight.mul_(0.1)
            self.indexes.bias.fill_(2.5)
            for conv in self.linear:
                conv.weight.mul_(0.02)
            if self.spread is not None and self.gather is not None:
                self.spread.weight.abs_()
                self.gather.bias.fill_(0.2)
            if self.mix is not None:
                self.mix.bias.fill_(0.2)
                self.mix.weight[0] = 0
                self.mix.weight[0, 0] = 1
                self.mix.bias[0] = 0

    def features(self, seen: torch.Tensor) -> torch.Tensor:
        """Magnitudes [B, seen, h, w] as integers -> [B, hidden, h, w]."""
        if self.spread is None or self.gather is None:
            raise TypeError("this pass sees no latents, so it has no features")
        return self.gather(self.spread(seen / GRID))

    def forward(self, inputs: torch.Tensor, seen_values: list[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """Means in latent units and scale indexes, [B, count, h, w] in (position, channel) order."""
        if self.mix is not None:
            inputs = self.mix(inputs)
        means = self.means(inputs)
        for conv, values in zip(self.linear, seen_values):
            means = means + conv(values / VALUE_STEPS)
        limits = self.linear[0] if self.linear else None
        low = means.new_tensor(-MEAN_LIMIT) if limits is None else limits.low
        high = means.new_tensor(MEAN_LIMIT) if limits is None else limits.high
        means = FloorClip.apply(means, means.new_tensor(MEAN_STEPS), low, high)
        return means, self.indexes(inputs) * INDEX_GRID


class EntropyNet(nn.Module):
    def __init__(self, latents: int, side: int, hidden: int, context: bool):
        super().__init__()
        planes = 2 if context else 1
        grid = [SIDE_GRID] * side + [GRID] * planes
        self.latents, self.hidden = latents, hidden
        self.side = integer_relu(side + planes, hidden * 4, 1, input_grid=grid)
        self.context = integer_relu(latents * 8, hidden, 1) if context else None
        self.middle = integer_relu(hidden, hidden, 3, input_limit=510.0 if context else 255.0)
        width = {False: COARSE, True: latents - COARSE}
        carried = (0, 0, 0, 0, PASSES[3].hidden)
        self.passes = module_list(
            PassNet(spec, latents, hidden, len(s.positions) * width[s.fine], len(s.predictors), kept)
            for spec, s, kept in zip(PASSES, SEES, carried)
        )
        with torch.no_grad():
            self.side.bias.fill_(0.2)
            self.middle.bias.fill_(0.2)

    def hidden_features(self, z, planes, context=None):
        """z [B, side, h, w] ints; planes [B, n] ints; context [B, 2*latents, 4h, 4w] ints -> [B, hidden, 2h, 2w]."""
        constant = planes[:, :, None, None].expand(-1, -1, *z.shape[2:]) / GRID
        hidden = F.pixel_shuffle(self.side(torch.cat([z / SIDE_GRID, constant], 1)), 2)
        if self.context is not None:
            hidden = hidden + self.context(F.pixel_unshuffle(context, 2) / GRID)
        return self.middle(hidden)

    def forward(self, z, planes, latents, mask, context=None, force_zero=False):
        """Codes `latents` [B, latents, 4h, 4w] (zero where `mask` [1, 1, 4h, 4w] is) pass by pass.

        Returns means (latent units), scale indexes and decoded values, each like `latents`. `force_zero`: latents with
        scale index 0 are not coded, as in a file; training leaves them their gradient.
        """
        hidden = self.hidden_features(z, planes, context)
        batch, channels, height, width = latents.shape
        cells = F.pixel_unshuffle(latents, 2).view(batch, channels, 4, height // 2, width // 2)
        inside = F.pixel_unshuffle(mask, 2)  # [1, 4, h, w]
        groups = {False: slice(0, COARSE), True: slice(COARSE, None)}
        done: dict[tuple[bool, int], torch.Tensor] = {}
        found = [torch.zeros_like(cells) for _ in range(3)]
        carried: list[torch.Tensor] = []
        for index, (spec, net) in enumerate(zip(PASSES, self.passes)):
            inputs, sees = [hidden], SEES[index]
            at = lambda positions, fine=sees.fine: torch.cat([done[fine, p] for p in positions], 1)
            values = [halves(at(positions)) for positions in sees.predictors]
            if spec.hidden:
                features = net.features(magnitudes(at(sees.positions)))
                inputs += [*carried, features]
                if index == 3:
                    carried = [features]
            means, indexes = net(torch.cat(inputs, 1), values)
            count = net.count // len(spec.positions)
            for k, position in enumerate(spec.positions):
                part = slice(k * count, (k + 1) * count)
                valid = inside[:, position : position + 1]
                mean, scale = means[:, part] * valid, indexes[:, part] * valid
                target = cells[:, groups[spec.fine], position]
                symbols = ((target - mean).detach().round()) * valid
                if force_zero:
                    symbols = symbols * (scale > 0)
                done[spec.fine, position] = symbols + mean.detach()
                for store, value in zip(found, (mean, scale, symbols + mean.detach())):
                    store[:, groups[spec.fine], position] = value
        return [F.pixel_shuffle(store.flatten(1, 2), 2) for store in found]


def nearest_rows(source_pixels: int, target_pixels: int, source_count: int, target_count: int) -> torch.Tensor:
    """Index of the lower layer's latent under the centre of each latent of this layer, by integer arithmetic."""
    index = torch.arange(target_count)
    return ((2 * index + 1) * source_pixels // (2 * target_pixels)).clamp_max(source_count - 1)


def context_of(latents: torch.Tensor, indexes: torch.Tensor) -> torch.Tensor:
    """Context for the layer above, as integers [B, 2 * LATENTS, h, w]: min(|16 * latent|, 255), then the scale indexes."""
    return torch.cat([magnitudes(latents), indexes.detach()], 1)
