"""Trains HyperThumbnail: python -m strata_models hyperthumbnail train --data DIR --out DIR --minutes 30 [--factor 4]

Loss, after the paper: rate + lambda * ((1 - w) error of the restored picture + w error of the thumbnail against the bicubic one).
An error is squared error mixed with SSIMULACRA2's distance (shared/distortion.py), and the root of it over a crop counts.
Quality and strength are drawn for each crop, so one model serves all rates and hides much or little: w falls as the
strength grows. Some crops are drawings (shared/drawings.py). The learning rate follows the share of the time that is spent.

log.csv has one row for 100 steps: step, minutes, learning rate, loss, PSNR of the restored picture and of the thumbnail, their
SSIMULACRA2 distances, bits per thumbnail pixel, norm of the gradient.
"""
import argparse
from pathlib import Path

import torch

from ..shared.data import load_pictures, make_sampler, picture_paths
from ..shared.distortion import PERCEPTUAL_SHARE, Distortion
from ..shared.drawings import DrawnCrops
from ..shared.loop import Loop, Schedule
from ..shared.resample import bicubic
from ..shared.weights import read_run
from .model import QUALITY_MAX, QUALITY_MIN, SHAPES, HyperThumbnail, Settings, initialise, lambda_of

SIDES = {2: 192, 4: 256}
CLIP = 20.0
AVERAGE = 0.998
LOW_WEIGHTS = (8.0, 0.1)  # of the thumbnail's error against the restored picture's, at strengths of 0 and 100
UNHIDDEN = 0.1  # share of crops that hide nothing
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
    parser.add_argument("--low-weights", type=float, nargs=2, default=LOW_WEIGHTS, metavar=("WEAK", "STRONG"),
                        help="weights of the thumbnail's error at strengths of 0 and 100 (default: %(default)s)")
    parser.add_argument("--perceptual", type=float, default=PERCEPTUAL_SHARE,
                        help="share of the perceptual distance in an error, 0..1 (default: %(default)s)")
    parser.add_argument("--drawn", type=float, default=0.1, help="share of crops that are drawings (default: %(default)s)")
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


def share_of_low(strength: torch.Tensor, weights: tuple[float, float]) -> torch.Tensor:
    """Share of the thumbnail in the error, so that strength hardly changes the rate of a quality."""
    weak, strong = weights
    ratio = weak * (strong / weak) ** (strength / 100)
    return ratio / (1 + ratio)


def loss_of(model: HyperThumbnail, distortion: Distortion, pictures: torch.Tensor, settings: Settings, low_weights):
    """The loss, and figures for the log: PSNR and distance of both pictures, and bits per thumbnail pixel."""
    with torch.autocast(pictures.device.type, dtype=torch.bfloat16, enabled=pictures.device.type == "cpu"):
        out = model(pictures, settings)
    height, width = out.low.shape[2:]
    unit = lambda x: (x + 128) / 255
    target = unit(bicubic(pictures, height, width)).clamp(0, 1)
    quality = settings.quality
    high_error, high_squared, high_seen = distortion(unit(out.high), unit(pictures), quality, False)
    low_error, low_squared, low_seen = distortion(unit(out.decoded), target, quality, True)
    weight = lambda_of(quality)
    low_share = share_of_low(settings.strength, low_weights)
    root = (2 * ((1 - low_share) * high_error + low_share * low_error) + 0.1).sqrt()
    bits = out.bits / (height * width)
    cost = (bits / 4 + 2 * ERROR_AT_DEFAULT[model.factor] * weight * root) / weight.sqrt()
    decibel = lambda error: 10 * (255**2 / (error + 1e-3)).log10().mean()
    figures = [decibel(high_squared), decibel(low_squared), high_seen.mean(), low_seen.mean(), bits.mean()]
    return cost.mean(), torch.stack(figures)


def vary_colours(crops: torch.Tensor) -> torch.Tensor:
    """Exchanges the channels of some crops and strengthens their colours, [B, 3, H, W] in [0, 1]: photographs do not have the
    saturated colours of drawings."""
    chosen = [crop if torch.rand(()) > VARIED else strengthen(crop[torch.randperm(3)]) for crop in crops]
    return torch.stack(chosen)


def strengthen(crop: torch.Tensor) -> torch.Tensor:
    grey = crop.mean(0, keepdim=True)
    return (grey + (crop - grey) * (1 + 2 * torch.rand(()))).clamp(0, 1)


def draw_settings(batch: int, device) -> Settings:
    """All qualities from 1 to 100, the upper half twice as often as the lower; any strength."""
    quality = QUALITY_MIN + (QUALITY_MAX - QUALITY_MIN) * torch.rand(batch, device=device) ** 0.6
    strength = 100 * torch.rand(batch, device=device)
    return Settings(quality, torch.where(torch.rand(batch, device=device) < UNHIDDEN, 0.0, strength))


def main(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    if options.device == "cpu":
        torch.set_num_threads(1)
    side = SIDES[options.factor]
    pictures = load_pictures(picture_paths(options.data, held_out=False), side)
    photographs = make_sampler(pictures, side, options.batch, options.seed, options.device)
    sampler = DrawnCrops(photographs, options.drawn, options.seed)
    model = HyperThumbnail(options.factor)
    state = read_run(options.resume) if options.resume else None
    if not state:
        initialise(model, torch.cat([sampler.next().cpu() for _ in range(16)]) * 255 - 128)
    schedule = Schedule(options.rate, minutes=options.minutes)
    distortion = Distortion(options.perceptual, 1.0)
    if state and "distortion" in state:
        distortion.load_state_dict(state["distortion"])
    distortion.to(options.device)
    loop = Loop(model, parameter_groups(model), schedule, options.out, state, CLIP, AVERAGE, options.device,
                more={"distortion": distortion.state_dict()})
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{len(pictures)} pictures, {parameters} parameters, {options.device}", flush=True)
    for _ in loop:
        crops = (vary_colours(sampler.next()) * 255 - 128).contiguous(memory_format=torch.channels_last)
        loop.learn(*loss_of(model, distortion, crops, draw_settings(len(crops), crops.device), options.low_weights))
