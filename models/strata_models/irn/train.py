"""Trains invertible rescaling: python -m strata_models irn train --data DIR --out DIR --factor 2 --minutes 30

Both directions at once (Xiao et al., eq. 9): the restored picture against the picture, with z ~ N(0, I) for some crops and
z = 0 for the others; the thumbnail against the bicubic one; z against N(0, I). The error of the restored picture is squared
error mixed with SSIMULACRA2's distance (shared/distortion.py). The weight of the thumbnail's error rises while its PSNR on
photographs is below --low-psnr, and falls above. The loss is the logarithm of each crop's error, as in a mean PSNR, so that
one crop with a huge error weighs no more than any other. Some crops are drawings (shared/drawings.py): photographs alone
teach nothing about writing.

log.csv has one row for 100 steps: step, minutes, learning rate, loss; PSNR of photographs with z = 0, with z ~ N(0, I) and of
their thumbnails; PSNR of drawings; share of all crops that are restored worse than a bicubic thumbnail would be; mean of what
lies beyond LOW_BOUND and HIGH_BOUND; mean z^2, weight of the thumbnail's error, norm of the gradient.
"""
import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import torch

from ..shared.data import load_pictures, make_sampler, picture_paths
from ..shared.distortion import Distortion
from ..shared.drawings import DrawnCrops
from ..shared.loop import Loop, Schedule
from ..shared.resample import bicubic
from ..shared.weights import read_run
from .limits import exceeds
from .model import Irn, stored
from .shapes import add_shape_arguments, shape_of

SIDES = {2: 160, 4: 192}
LOW_PSNR = {2: 38.5, 4: 37.0}
DISTRIBUTION_WEIGHT = 0.02
TYPICAL_ERROR = {2: 3.0, 4: 8.0}  # root mean square: makes d(log) comparable with d(error)
LOW_BOUND, HIGH_BOUND = 3.0, 8.0  # units: what photographs need
EXCESS_WEIGHT = 1.0
HARDENED = 0.15  # share of crops
GUIDE_GAIN = 0.02  # how fast the thumbnail's weight follows
FLOOR = 0.05  # squared samples: below that an error is none
QUALITY = 50.0  # any: the distortion is calibrated in bins of quality, and this model has one
PSNR = 20 * math.log10(255)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of training pictures")
    parser.add_argument("--out", type=Path, required=True, help="folder for last.pt (resumable) and log.csv")
    add_shape_arguments(parser)
    budget = parser.add_mutually_exclusive_group(required=True)
    budget.add_argument("--minutes", type=float, help="budget in minutes")
    budget.add_argument("--steps", type=int, help="budget in steps, instead of minutes")
    parser.add_argument("--resume", type=Path, help="a run's last.pt, or the committed .safetensors checkpoint")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="default: %(default)s")
    parser.add_argument("--batch", type=int, default=8, help="crops in a step (default: %(default)s)")
    parser.add_argument("--side", type=int, help="pixels along a crop (default: 160 for factor 2, 192 for factor 4)")
    parser.add_argument("--rate", type=float, default=3e-3, help="peak learning rate (default: %(default)s)")
    parser.add_argument("--low-psnr", type=float, help="PSNR in dB that the thumbnail should have (default: 38.5, 37)")
    parser.add_argument("--drawn", type=float, default=0.25, help="share of crops that are drawings (default: %(default)s)")
    parser.add_argument("--sampled", type=float, default=0.25,
                        help="share of crops that are restored with z ~ N(0, I) (default: %(default)s)")
    parser.add_argument("--perceptual", type=float, default=0.1,
                        help="share of the perceptual distance in the restored picture's error, 0..1 (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")


def parameter_groups(model: Irn) -> list[dict]:
    """A bias moves all positions alike, and SOAP has no basis for vectors that would spread the step."""
    weights = [p for p in model.parameters() if p.dim() > 1]
    biases = [p for p in model.parameters() if p.dim() == 1]
    return [{"params": weights, "factor": 1.0}, {"params": biases, "factor": 0.3}]


class Excess:
    """Sums up, while a model runs, how far values exceed LOW_BOUND and HIGH_BOUND before they are limited."""

    def __init__(self, model: Irn):
        self.total = torch.zeros(())
        for level in model.levels:
            for coupling in level:
                coupling.limit_low.register_forward_pre_hook(lambda _, inputs: self._add(inputs[0], LOW_BOUND))
                coupling.limit_high.register_forward_pre_hook(lambda _, inputs: self._add(inputs[0], HIGH_BOUND))

    def _add(self, values: torch.Tensor, bound: float) -> None:
        # Logarithmic, so that the gradient stays small far out.
        if not exceeds(values, bound):
            return
        self.total = self.total + (values.abs() - bound).clamp_min(0).add(1).log().mean()

    def take(self) -> torch.Tensor:
        """The sum since the last call."""
        total, self.total = self.total, torch.zeros(())
        return total


def harden(crops: torch.Tensor) -> torch.Tensor:
    """Makes some crops black and white, or noisy, [B, 3, H, W] samples."""
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


def decibel(squared: torch.Tensor) -> torch.Tensor:
    return PSNR - 10 * (squared.detach() + FLOOR).log10()


@dataclass
class Result:
    """The loss of a step and what the log tells of it; each but the first two is [B]."""

    loss: torch.Tensor
    excess: torch.Tensor
    restored: torch.Tensor  # PSNR
    thumbnail: torch.Tensor  # PSNR
    worse: torch.Tensor  # 1 where restored worse than a bicubic thumbnail
    z2: torch.Tensor


class Objective:
    def __init__(self, model: Irn, distortion: Distortion):
        self.model, self.distortion, self.excess = model, distortion, Excess(model)

    def __call__(self, pictures: torch.Tensor, sampled: torch.Tensor, guide: torch.Tensor) -> Result:
        """Pictures are samples 0..255; `sampled` [B] says which crops get z ~ N(0, I); `guide` is the weight of the
        thumbnail's error."""
        model = self.model
        # Only the networks of the couplings run in bf16; their outputs are added in fp32.
        with torch.autocast(pictures.device.type, dtype=torch.bfloat16):
            low, z = model(pictures)
            drawn = torch.where(sampled.view(-1, 1, 1, 1), torch.randn_like(z), model.zeros(low))
            restored = model.inverse(stored(low), drawn)
        height, width = low.shape[2:]
        target = bicubic(pictures, height, width).clamp(0, 255)
        quality = torch.full((len(pictures),), QUALITY, device=pictures.device)
        error, squared, _ = self.distortion(restored / 255, pictures / 255, quality, False)
        low_squared = (low - target).square().mean((1, 2, 3))
        excess = self.excess.take()
        spread = (1 + z.square()).log().mean()
        logarithms = 0.5 * (error + FLOOR).log() + guide * 0.5 * (low_squared + FLOOR).log()
        loss = TYPICAL_ERROR[model.factor] * logarithms.mean() + EXCESS_WEIGHT * excess + DISTRIBUTION_WEIGHT * spread
        plain = (bicubic(target, *pictures.shape[2:]) - pictures).square().mean((1, 2, 3))
        return Result(loss, excess.detach(), decibel(squared), decibel(low_squared), (squared > plain).float(),
                      z.detach().square().mean((1, 2, 3)))


class Figures:
    """The row of the log. A mean over no crops is what it was in the step before."""

    def __init__(self):
        self.before: dict[str, torch.Tensor] = {}

    def mean(self, name: str, values: torch.Tensor, where: torch.Tensor) -> torch.Tensor:
        if bool(where.any()):
            self.before[name] = values[where].mean()
        return self.before.get(name, torch.zeros((), device=values.device))

    def row(self, result: Result, drawn: torch.Tensor, sampled: torch.Tensor, guide: torch.Tensor) -> torch.Tensor:
        figures = [
            self.mean("restored", result.restored, ~drawn & ~sampled), self.mean("sampled", result.restored, ~drawn & sampled),
            self.mean("thumbnail", result.thumbnail, ~drawn), self.mean("drawn", result.restored, drawn),
            result.worse.mean(), result.excess, result.z2.mean(), guide,
        ]
        return torch.stack(figures)


def main(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    device = options.device
    if device == "cpu":
        torch.set_num_threads(1)
    else:
        torch.backends.cudnn.benchmark = True
    shape = shape_of(options.factor, options.fast)
    side = options.side or SIDES[shape.factor]
    pictures = load_pictures(picture_paths(options.data, held_out=False), side)
    sampler = DrawnCrops(make_sampler(pictures, side, options.batch, options.seed, device), options.drawn, options.seed)
    model, distortion = Irn(shape), Distortion(options.perceptual, 1.0)
    state = read_run(options.resume) if options.resume else None
    if state and "distortion" in state:
        distortion.load_state_dict(state["distortion"])
    distortion.to(device)
    schedule = Schedule(options.rate, options.minutes, options.steps)
    loop = Loop(model, parameter_groups(model), schedule, options.out, state, device=device,
                more={"distortion": distortion.state_dict()})
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{len(pictures)} pictures, {parameters} parameters, {model.macs():.0f} MAC, {device}", flush=True)
    objective, figures = Objective(model, distortion), Figures()
    wanted = options.low_psnr or LOW_PSNR[shape.factor]
    guide = torch.tensor(0.3, device=device)
    for _ in loop:
        crops = harden(sampler.next() * 255).contiguous(memory_format=torch.channels_last)
        drawn = sampler.drawn.to(device)
        sampled = torch.rand(len(crops), device=device) < options.sampled
        result = objective(crops, sampled, guide)
        loop.learn(result.loss, figures.row(result, drawn, sampled, guide))
        if not bool(drawn.all()):
            error = wanted - result.thumbnail[~drawn].mean()
            guide = (guide * (GUIDE_GAIN * error.clamp(-3, 3)).exp()).clamp(0.02, 2)
