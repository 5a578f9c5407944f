"""Trains HyperThumbnail: python -m strata_models hyperthumbnail train --data DIR --out DIR --minutes 30 [--factor 4]

Loss, after the paper: rate + lambda * (error of the restored picture + error of the thumbnail against the bicubic one). An
error is the root of the mean square of a crop, halfway between squared error and decibels. Quality is drawn for each crop,
so one model serves all rates. The learning rate follows the share of the time budget that is spent.

log.csv has one row for 100 steps: step, minutes, learning rate, loss, PSNR of the restored picture and of the thumbnail,
bits per thumbnail pixel, norm of the gradient.
"""
import argparse
from pathlib import Path

import torch

from ..shared.data import load_pictures, make_sampler, picture_paths
from ..shared.loop import Loop, Schedule
from ..shared.resample import bicubic
from ..shared.weights import read_run
from .model import QUALITY_MAX, QUALITY_MIN, SHAPES, HyperThumbnail, initialise, lambda_of

SIDES = {2: 192, 4: 256}
CLIP = 20.0
AVERAGE = 0.998
LOW_WEIGHT = 0.8  # of the thumbnail's squared error against the restored picture's
ERROR_AT_DEFAULT = {2: 6.0, 4: 10.0}  # typical root mean square error: makes d(root) comparable with d(square)
VARIED = 0.05  # share of crops
SCALARS = ("log_gain", "offset", "slope")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of training pictures")
    parser.add_argument("--out", type=Path, required=True, help="folder for last.pt (resumable) and log.csv")
    parser.add_argument("--minutes", type=float, required=True, help="budget in minutes")
    parser.add_argument("--factor", type=int, choices=sorted(SHAPES), default=2, help="default: %(default)s")
    parser.add_argument("--resume", type=Path, help="a run's last.pt, or the committed .safetensors checkpoint")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="default: %(default)s")
    parser.add_argument("--batch", type=int, default=8, help="crops in a step (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=6e-3, help="peak learning rate (default: %(default)s)")
    parser.add_argument("--low-weight", type=float, default=LOW_WEIGHT,
                        help="weight of the thumbnail's squared error against the restored picture's (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")


def parameter_groups(model: HyperThumbnail) -> list[dict]:
    """Parameters by their share of the learning rate. A bias moves all positions alike, and SOAP has no basis for vectors that
    would spread the step."""
    groups: dict[tuple, dict] = {}
    for name, parameter in model.named_parameters():
        plain = name.endswith(SCALARS)
        factor = 1.0 if plain else 0.3 if name.endswith(".bias") or name.startswith("encoder.base") else 1.0
        group = groups.setdefault((factor, plain), {"params": [], "factor": factor, "plain": plain})
        group["params"].append(parameter)
    return list(groups.values())


def loss_of(model: HyperThumbnail, pictures: torch.Tensor, quality: torch.Tensor, low_weight: float):
    """The loss, and figures for the log: PSNR of both pictures and bits per thumbnail pixel."""
    with torch.autocast(pictures.device.type, dtype=torch.bfloat16, enabled=pictures.device.type == "cpu"):
        out = model(pictures, quality)
    height, width = out.low.shape[2:]
    target = bicubic(pictures, height, width)
    high_error = (out.high - pictures).square().mean((1, 2, 3))
    low_error = (out.decoded - target).square().mean((1, 2, 3))
    weight = lambda_of(quality)
    root = (high_error + low_weight * low_error + 0.1).sqrt()
    bits = out.bits / (height * width)
    cost = (bits / 4 + 2 * ERROR_AT_DEFAULT[model.factor] * weight * root) / weight.sqrt()
    decibel = lambda error: 10 * (255**2 / (error + 1e-3)).log10().mean()
    return cost.mean(), torch.stack([decibel(high_error), decibel(low_error), bits.mean()])


def vary_colours(crops: torch.Tensor) -> torch.Tensor:
    """Exchanges the channels of some crops and strengthens their colours, [B, 3, H, W] in [0, 1]: photographs do not have the
    saturated colours of drawings."""
    chosen = [crop if torch.rand(()) > VARIED else strengthen(crop[torch.randperm(3)]) for crop in crops]
    return torch.stack(chosen)


def strengthen(crop: torch.Tensor) -> torch.Tensor:
    grey = crop.mean(0, keepdim=True)
    return (grey + (crop - grey) * (1 + 2 * torch.rand(()))).clamp(0, 1)


def draw_quality(batch: int, device) -> torch.Tensor:
    """All of 1..100, the upper half twice as often as the lower."""
    return QUALITY_MIN + (QUALITY_MAX - QUALITY_MIN) * torch.rand(batch, device=device) ** 0.6


def main(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    if options.device == "cpu":
        torch.set_num_threads(1)
    side = SIDES[options.factor]
    pictures = load_pictures(picture_paths(options.data, held_out=False), side)
    sampler = make_sampler(pictures, side, options.batch, options.seed, options.device)
    model = HyperThumbnail(options.factor)
    state = read_run(options.resume) if options.resume else None
    if not state:
        initialise(model, torch.cat([sampler.next().cpu() for _ in range(16)]) * 255 - 128)
    schedule = Schedule(options.rate, minutes=options.minutes)
    loop = Loop(model, parameter_groups(model), schedule, options.out, state, CLIP, AVERAGE, options.device)
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{len(pictures)} pictures, {parameters} parameters, {options.device}", flush=True)
    for _ in loop:
        crops = (vary_colours(sampler.next()) * 255 - 128).contiguous(memory_format=torch.channels_last)
        loop.learn(*loss_of(model, crops, draw_quality(len(crops), crops.device), options.low_weight))
