"""Trains the layered codec: python -m strata_models compass train --data DIR --out DIR --minutes 60 [--resume DIR/last.pt]

Runs on one CPU thread or a CUDA device, in bf16. The learning rate follows the share of the budget that is spent, so a run
always ends annealed. Loss: COMPASS eq. (20)-(24), with noise for the rate and straight-through rounding for the
distortion, which is squared error mixed with the distance of SSIMULACRA2 (shared/distortion.py).

log.csv has one row for 100 steps: step, minutes, learning rate, loss, costs of the base layer and of the top, their MSE,
their SSIMULACRA2 scores, norm of the gradient.
"""
import argparse
import random
from pathlib import Path

import torch

from ..shared.data import load_pictures, make_sampler, picture_paths, resize
from ..shared.distortion import PERCEPTUAL_SHARE, Distortion
from ..shared.loop import Loop, Schedule
from ..shared.ssimulacra2 import score_of
from ..shared.weights import read_run
from .codec import ABLATIONS, Codec, initialise_from_patches
from .ladders import SIDE, draw
from .liff import make_axis
from .rate import QUALITY_MAX, QUALITY_MIN, lambda_of

CLIP = 50.0
WIDE_SHARE, USUAL_QUALITIES = 0.25, (20.0, 95.0)
BASE_SIDE, BASE_BATCH = 144, 24  # crops of --only base
LARGE = 2  # times SIDE: crops from which the base layer sees more than a corner


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of training pictures")
    parser.add_argument("--out", type=Path, required=True, help="folder for last.pt (resumable) and log.csv")
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--minutes", type=float, help="budget in minutes")
    length.add_argument("--steps", type=int, help="budget in steps, so that runs on busy machines can be compared")
    parser.add_argument("--resume", type=Path, help="a run's last.pt, or the committed .safetensors checkpoint")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="default: %(default)s")
    parser.add_argument("--batch", type=int, default=6, help="crops in a step (default: %(default)s)")
    parser.add_argument("--large", type=float, default=0,
                        help="share of steps on a quarter as many crops of twice the side (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=3e-3, help="peak learning rate (default: %(default)s)")
    parser.add_argument("--perceptual", type=float, default=PERCEPTUAL_SHARE,
                        help="share of the perceptual distance in the distortion, 0..1 (default: %(default)s)")
    parser.add_argument("--power", type=float, default=1.0, help="power of the perceptual distance (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--only", choices=("base",), help="train the base layer alone, on small pictures; the others stay")
    parser.add_argument("--without", choices=ABLATIONS[1:], default="", help="leave one part out, which measures its worth")


def initialise(codec: Codec, sampler) -> None:
    crops = torch.cat([sampler.next().cpu() for _ in range(20)])
    low = resize(crops, SIDE // 3, SIDE // 3)
    initialise_from_patches(codec.base, low - 0.5)
    axis = make_axis(SIDE // 2, SIDE)
    with torch.no_grad():
        prediction = codec.liff(resize(crops, SIDE // 2, SIDE // 2), axis, axis)
    initialise_from_patches(codec.enhancement, crops - prediction)


SCALARS = ("log_gain", "log_inverse", "side_log_scale", "side_offset")


def rate_factor(name: str) -> float:
    """Share of the learning rate of one parameter, by how far a step of it moves the outputs.

    A bias moves all positions alike, and SOAP has no basis for vectors that would spread the step. A sample of LIFF sums 72
    taps of the generated filters. Side latents jitter when their analysis moves fast.
    """
    if name.endswith(SCALARS):
        return 1.0
    factor = 0.15 if name.startswith("liff.filters") else 0.4 if ".side_" in name else 1.0
    return factor * (0.3 if name.endswith(".bias") else 1.0)


def parameter_groups(codec: Codec, only: str = "") -> list[dict]:
    """`only`: prefix of the names of the parameters to train."""
    groups: dict[tuple, dict] = {}
    for name, parameter in codec.named_parameters():
        if not name.startswith(only):
            continue
        factor, plain = rate_factor(name), name.endswith(SCALARS)
        group = groups.setdefault((factor, plain), {"params": [], "factor": factor, "plain": plain})
        group["params"].append(parameter)
    return list(groups.values())


def draw_qualities(batch: int, layers: int, rising: bool, device) -> list[torch.Tensor]:
    """One quality for all layers of a picture, [batch] for each layer; where `rising`, the layers below the top have less.

    Most draws lie where scores are 50 to 85, because pictures are stored and measured there.
    """
    wide = torch.rand(batch, device=device) < WIDE_SHARE
    low, high = (torch.where(wide, a, b) for a, b in zip((float(QUALITY_MIN), float(QUALITY_MAX)), USUAL_QUALITIES))
    quality = torch.rand(batch, device=device) * (high - low) + low
    qualities = [quality] * layers
    if rising:
        lower = quality * (0.3 + 0.5 * torch.rand(batch, device=device)).clamp_min(0)
        qualities = [lower.clamp_min(QUALITY_MIN)] * (layers - 1) + [quality]
    return qualities


def loss_of(codec: Codec, distortion: Distortion, crops: torch.Tensor, rng: random.Random) -> tuple[torch.Tensor, torch.Tensor]:
    """The loss, and figures for the log: costs, MSE and scores, each of the base layer and of the top."""
    drawn, rising = ((72, 144, 288), False) if codec.ablation == "random-scales" else draw(rng)
    sides = [side * crops.shape[2] // SIDE for side in drawn]
    pictures = [resize(crops, side, side) for side in sides]
    qualities = draw_qualities(len(crops), len(sides), rising, crops.device)
    with torch.autocast(crops.device.type, dtype=torch.bfloat16):
        outputs = codec(pictures, qualities)
    total, figures = torch.zeros((), device=crops.device), []
    for index, (picture, quality, output) in enumerate(zip(pictures, qualities, outputs)):
        weight = lambda_of(quality)
        pixels = picture.shape[2] * picture.shape[3]
        error, squared, seen = distortion(output.picture, picture, quality, index == 0)
        cost = (output.bits / pixels + weight * error) / weight.sqrt()
        # A layer's weight is the root of its share of pixels, halfway between equal weights and weights by pixels.
        total = total + cost.mean() * (pixels / (sides[-1] ** 2)) ** 0.5
        figures.append(torch.stack([cost.detach().mean(), squared.mean(), score_of(seen).mean()]))
    return total, torch.stack([figures[0], figures[-1]], 1).flatten()


def small_pictures(pictures: list[torch.Tensor]) -> list[torch.Tensor]:
    """Pictures as base layers show them: halves and thirds of `pictures` that are large enough for a crop of BASE_SIDE."""
    small = []
    for picture in pictures:
        for part in (2, 3):
            height, width = (round(side / part) for side in picture.shape[1:])
            if min(height, width) >= BASE_SIDE:
                small.append((resize(picture[None].float() / 255, height, width)[0] * 255).round().byte())
    return small


def base_loss_of(codec: Codec, distortion: Distortion, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The base layer's part of `loss_of`, on a batch whose pixels are all its own: nine times as many for the same time."""
    quality = draw_qualities(len(crops), 1, False, crops.device)[0]
    with torch.autocast(crops.device.type, dtype=torch.bfloat16):
        output = codec.base(crops, None, quality)
    weight = lambda_of(quality)
    error, squared, seen = distortion(output.picture, crops, quality, True)
    cost = ((output.bits / crops[0, 0].numel() + weight * error) / weight.sqrt()).mean()
    figures = torch.stack([cost.detach(), squared.mean(), score_of(seen).mean()])
    return cost, figures.repeat_interleave(2)


def main(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    rng = random.Random(options.seed)
    if options.device == "cpu":
        torch.set_num_threads(1)
    pictures = load_pictures(picture_paths(options.data, held_out=False), SIDE)
    sampler = make_sampler(pictures, SIDE, options.batch, options.seed, options.device)
    if options.only == "base":
        sampler = make_sampler(small_pictures(pictures), BASE_SIDE, BASE_BATCH, options.seed, options.device)
    large = [p for p in pictures if min(p.shape[1:]) >= LARGE * SIDE]
    if options.large:
        large_sampler = make_sampler(large, LARGE * SIDE, max(options.batch // LARGE**2, 1), options.seed, options.device)
    codec = Codec(options.without)
    state = read_run(options.resume) if options.resume else None
    if not state:
        initialise(codec, sampler)
    elif options.only:
        # Another set of parameters: the optimizer starts afresh, and frozen parameters keep their averaged values.
        state = {**state, "model": state["average"]}
        state.pop("optimizer", None)
    distortion = Distortion(options.perceptual, options.power).to(options.device)
    if state and "distortion" in state:
        distortion.load_state_dict(state["distortion"])
    schedule = Schedule(options.rate, options.minutes, options.steps)
    groups = parameter_groups(codec, "base." if options.only == "base" else "")
    loop = Loop(codec, groups, schedule, options.out, state, CLIP, device=options.device,
                more={"ablation": options.without, "distortion": distortion.state_dict()})
    parameters = sum(p.numel() for p in codec.parameters())
    print(f"{len(pictures)} pictures ({len(large)} large), {parameters} parameters, {options.device}", flush=True)
    for spent in loop:
        crops = (large_sampler if rng.random() < options.large else sampler).next()
        crops = crops.to(options.device).contiguous(memory_format=torch.channels_last)
        if options.only == "base":
            loop.learn(*base_loss_of(codec, distortion, crops))
            continue
        # Without joint training, the base layer is frozen after the first half of the run.
        codec.base.requires_grad_(not (codec.ablation == "joint-training" and spent > 0.5))
        loop.learn(*loss_of(codec, distortion, crops, rng))
