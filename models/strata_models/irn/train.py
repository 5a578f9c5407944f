"""Trains invertible rescaling: python -m strata_models irn train --data DIR --out DIR --factor 2 --minutes 30

Both directions at once (Xiao et al., eq. 9): the restored picture against the picture, with z = 0 for one half of the
crops and z ~ N(0, I) for the other; the thumbnail against the bicubic one; z against N(0, I). The weight of the thumbnail's
error rises while its PSNR is below --low-psnr, and falls above. The loss is the logarithm of each crop's error, as in a mean
PSNR, so that one crop with a huge error weighs no more than any other. Values between the couplings are kept within the
range of the integer programs.

log.csv has one row for 100 steps: step, minutes, learning rate, loss, PSNR with z = 0, with z ~ N(0, I) and of the
thumbnail, mean z^2, weight of the thumbnail's error, norm of the gradient.
"""
import argparse
import math
from pathlib import Path

import torch

from ..shared.data import load_pictures, make_sampler, picture_paths
from ..shared.loop import Loop, Schedule
from ..shared.resample import bicubic
from ..shared.weights import read_run
from .model import LEVELS, Irn, stored

SIDES = {2: 160, 4: 192}
LOW_PSNR = {2: 38.5, 4: 37.0}
DISTRIBUTION_WEIGHT = 0.02
TYPICAL_ERROR = {2: 3.0, 4: 8.0}  # root mean square: makes d(log) comparable with d(error)
LOW_BOUND, HIGH_BOUND = 3.0, 8.0  # units
EXCESS_WEIGHT = 3.0
HARDENED = 0.15  # share of crops
GUIDE_GAIN = 0.02  # how fast the thumbnail's weight follows
FLOOR = 0.05  # squared samples: below that an error is none
PSNR = 20 * math.log10(255)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of training pictures")
    parser.add_argument("--out", type=Path, required=True, help="folder for last.pt (resumable) and log.csv")
    parser.add_argument("--factor", "--scale", type=int, choices=sorted(LEVELS), required=True, help="between the sides")
    parser.add_argument("--minutes", type=float, required=True, help="budget in minutes")
    parser.add_argument("--resume", type=Path, help="a run's last.pt, or the committed .safetensors checkpoint")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="default: %(default)s")
    parser.add_argument("--batch", type=int, default=8, help="crops in a step, an even number (default: %(default)s)")
    parser.add_argument("--side", type=int, help="pixels along a crop (default: 160 for factor 2, 192 for factor 4)")
    parser.add_argument("--rate", type=float, default=3e-3, help="peak learning rate (default: %(default)s)")
    parser.add_argument("--low-psnr", type=float, help="PSNR in dB that the thumbnail should have (default: 38.5, 37)")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")


def parameter_groups(model: Irn) -> list[dict]:
    """A bias moves all positions alike, and SOAP has no basis for vectors that would spread the step."""
    weights = [p for p in model.parameters() if p.dim() > 1]
    biases = [p for p in model.parameters() if p.dim() == 1]
    return [{"params": weights, "factor": 1.0}, {"params": biases, "factor": 0.3}]


def root(error: torch.Tensor) -> torch.Tensor:
    """Root of the mean square of each crop, [B]: halfway between squared error and decibels."""
    return (error.square().mean((1, 2, 3)) + FLOOR).sqrt()


class Excess:
    """Sums up, while a model runs, by how much the inputs of its couplings' networks exceed LOW_BOUND and HIGH_BOUND."""

    def __init__(self, model: Irn):
        self.total = torch.zeros(())
        for level in model.levels:
            for coupling in level:
                coupling.shift.register_forward_pre_hook(lambda _, inputs: self._add(inputs[0], HIGH_BOUND))
                coupling.affine.register_forward_pre_hook(lambda _, inputs: self._add(inputs[0], LOW_BOUND))

    def _add(self, values: torch.Tensor, bound: float) -> None:
        # Logarithmic, so that the gradient stays small far out.
        self.total = self.total + (values.abs() - bound).clamp_min(0).add(1).log().mean()

    def take(self) -> torch.Tensor:
        """The sum since the last call."""
        total, self.total = self.total, torch.zeros(())
        return total


def harden(crops: torch.Tensor) -> torch.Tensor:
    """Makes some crops black and white, or noisy, [B, 3, H, W] samples: photographs alone teach nothing about writing."""
    out = []
    for crop in crops:
        draw = float(torch.rand(()))
        if draw < HARDENED / 2:
            grey = crop.mean(0, keepdim=True)
            bright = crop * 0.1 + 220 * torch.rand(3, 1, 1, device=crop.device)
            crop = torch.where(grey > grey.mean(), bright, crop * 0.1).clamp(0, 255)
        elif draw < HARDENED:
            crop = (crop + 80 * torch.rand(()) * torch.randn_like(crop)).clamp(0, 255).round()
        out.append(crop)
    return torch.stack(out)


def loss_of(model: Irn, pictures: torch.Tensor, guide: torch.Tensor, excess: Excess):
    """The loss, and figures for the log. Pictures are samples 0..255; `guide` is the weight of the thumbnail's error."""
    # Only the dense blocks run in bf16, and only where that is fast; their outputs are added in fp32.
    with torch.autocast(pictures.device.type, dtype=torch.bfloat16, enabled=pictures.device.type != "cpu"):
        low, z = model(pictures)
        half = len(z) // 2
        drawn = torch.cat([model.zeros(low)[:half], torch.randn_like(z[half:])])
        restored = model.inverse(stored(low), drawn)
    target = bicubic(pictures, low.shape[2], low.shape[3]).clamp(0, 255)
    high, below = root(restored - pictures), root(low - target)
    unusual = EXCESS_WEIGHT * excess.take() + DISTRIBUTION_WEIGHT * (1 + z.square()).log().mean()
    loss = TYPICAL_ERROR[model.factor] * (high.log() + guide * below.log()).mean() + unusual
    decibel = lambda value: PSNR - 20 * value.detach().log10().mean()
    figures = torch.stack([decibel(high[:half]), decibel(high[half:]), decibel(below), z.detach().square().mean(), guide])
    return loss, figures


def main(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    if options.device == "cpu":
        torch.set_num_threads(1)
    else:
        torch.backends.cudnn.benchmark = True
    side = options.side or SIDES[options.factor]
    pictures = load_pictures(picture_paths(options.data, held_out=False), side)
    sampler = make_sampler(pictures, side, options.batch, options.seed, options.device)
    model = Irn(options.factor)
    state = read_run(options.resume) if options.resume else None
    schedule = Schedule(options.rate, minutes=options.minutes)
    loop = Loop(model, parameter_groups(model), schedule, options.out, state, device=options.device)
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{len(pictures)} pictures, {parameters} parameters, {model.macs():.0f} MAC, {options.device}", flush=True)
    excess = Excess(model)
    wanted = options.low_psnr or LOW_PSNR[options.factor]
    guide = torch.tensor(0.3, device=options.device)
    for _ in loop:
        crops = harden(sampler.next() * 255).contiguous(memory_format=torch.channels_last)
        loss, figures = loss_of(model, crops, guide, excess)
        loop.learn(loss, figures)
        guide = (guide * (GUIDE_GAIN * (wanted - figures[2]).clamp(-3, 3)).exp()).clamp(0.02, 2)
