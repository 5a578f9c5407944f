"""Trains the layered codec: python -m strata_models.train --data DIR --out DIR --minutes 60 [--resume DIR/last.pt]

The learning rate follows the share of the budget that is spent, so a run always ends annealed. One CPU thread in
bf16 or a CUDA device; loss and recipe: COMPASS eq. (20)-(24), noise for the rate, straight-through for the distortion.
"""
import argparse
import copy
import math
import random
import time
from pathlib import Path

import torch

from .checkpoint import load_codec
from .codec import ABLATIONS, Codec, initialise_from_patches
from .data import CropSampler, load_pictures, picture_paths, resize
from .ladders import SIDE, draw
from .liff import make_axis
from .rate import QUALITY_MAX, QUALITY_MIN, lambda_of
from .soap import Soap

WARM_UP_STEPS = 50
FINAL_RATE = 0.02
CLIP = 50.0
AVERAGE = 0.999


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of training pictures")
    parser.add_argument("--out", type=Path, required=True, help="folder for last.pt (resumable) and log.csv (step, minutes, loss, base cost, top cost, rate, norm)")
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--minutes", type=float)
    length.add_argument("--steps", type=int, help="instead of a time, so that runs on busy machines can be compared")
    parser.add_argument("--resume", type=Path, help="a run's last.pt, or the committed .safetensors checkpoint")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--batch", type=int, default=6)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without", choices=ABLATIONS[1:], default="", help="leave one part out, to measure what it is worth")
    return parser.parse_args()


def load_state(path: Path) -> dict:
    """The committed checkpoint holds the averaged weights alone: training goes on from them with a fresh optimizer."""
    if path.suffix != ".safetensors":
        return torch.load(path, map_location="cpu", weights_only=True)
    weights = load_codec(path).state_dict()
    return {"codec": weights, "average": weights, "step": 0}


def initialise(codec: Codec, sampler: CropSampler) -> None:
    crops = torch.cat([sampler.next() for _ in range(20)])
    low = resize(crops, SIDE // 3, SIDE // 3)
    initialise_from_patches(codec.base, low - 0.5)
    axis = make_axis(SIDE // 2, SIDE)
    with torch.no_grad():
        prediction = codec.liff(resize(crops, SIDE // 2, SIDE // 2), axis, axis)
    initialise_from_patches(codec.enhancement, crops - prediction)


SCALARS = ("log_gain", "log_inverse", "side_log_scale", "side_offset")


def rate_factor(name: str) -> float:
    """Share of the learning rate of one parameter, by how far one step of it moves the outputs.

    A bias moves all positions alike, and SOAP gives vectors no basis that would spread the step. LIFF's filters sum 72
    of them per sample. Side latents jitter when their analysis moves fast.
    """
    if name.endswith(SCALARS):
        return 1.0
    factor = 0.15 if name.startswith("liff.filters") else 0.4 if ".side_" in name else 1.0
    return factor * (0.3 if name.endswith(".bias") else 1.0)


def parameter_groups(codec: Codec) -> list[dict]:
    groups: dict[tuple, dict] = {}
    for name, parameter in codec.named_parameters():
        factor, plain = rate_factor(name), name.endswith(SCALARS)
        group = groups.setdefault((factor, plain), {"params": [], "factor": factor, "plain": plain})
        group["params"].append(parameter)
    return list(groups.values())


def draw_qualities(batch: int, layers: int, rising: bool, device) -> list[torch.Tensor]:
    """One quality a picture for all of its layers; on a pure quality layer the top rises above it."""
    quality = torch.rand(batch, device=device) * (QUALITY_MAX - QUALITY_MIN) + QUALITY_MIN
    qualities = [quality] * layers
    if rising:
        lower = quality * (0.3 + 0.5 * torch.rand(batch, device=device)).clamp_min(0)
        qualities = [lower.clamp_min(QUALITY_MIN)] * (layers - 1) + [quality]
    return qualities


def loss_of(codec: Codec, crops: torch.Tensor, rng: random.Random) -> tuple[torch.Tensor, list[float]]:
    sides, rising = ((72, 144, 288), False) if codec.ablation == "random-scales" else draw(rng)
    pictures = [resize(crops, side, side) for side in sides]
    qualities = draw_qualities(len(crops), len(sides), rising, crops.device)
    with torch.autocast(crops.device.type, dtype=torch.bfloat16):
        outputs = codec(pictures, qualities)
    total, parts = 0.0, []
    for picture, quality, output in zip(pictures, qualities, outputs):
        weight = lambda_of(quality)
        pixels = picture.shape[2] * picture.shape[3]
        error = (output.picture.float() - picture).square().mean((1, 2, 3)) * 255**2
        cost = (output.bits / pixels + weight * error) / weight.sqrt()
        # A layer counts by the root of its share of pixels: between "each layer alike" and "the file as a whole".
        total = total + cost.mean() * (pixels / (sides[-1] ** 2)) ** 0.5
        parts.append(float(cost.detach().mean()))
    return total, parts


def main():
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    rng = random.Random(options.seed)
    if options.device == "cpu":
        torch.set_num_threads(1)
    pictures = load_pictures(picture_paths(options.data, held_out=False), SIDE)
    sampler = CropSampler(pictures, SIDE, options.batch, options.seed)
    codec = Codec(options.without)
    state = load_state(options.resume) if options.resume else None
    if state:
        codec.load_state_dict(state["codec"])
    else:
        initialise(codec, sampler)
    codec = codec.to(options.device, memory_format=torch.channels_last).train()
    average = copy.deepcopy(codec)
    if state:
        average.load_state_dict(state["average"])
    optimizer = Soap(parameter_groups(codec), lr=options.rate)
    if state and "optimizer" in state:  # a checkpoint that was kept has none
        optimizer.load_state_dict(state["optimizer"])
    step = state["step"] if state else 0
    first, start, saved = step, time.time(), time.time()
    recent, log = [], (options.out / "log.csv").open("a")
    print(f"{len(pictures)} pictures, {sum(p.numel() for p in codec.parameters())} parameters, {options.device}", flush=True)
    share = lambda: (step - first) / options.steps if options.steps else (time.time() - start) / 60 / options.minutes
    while (spent := share()) < 1:
        warm = min(1.0, (step - first + 1) / WARM_UP_STEPS)
        rate = options.rate * warm * (FINAL_RATE + (1 - FINAL_RATE) * 0.5 * (1 + math.cos(math.pi * spent)))
        for group in optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        crops = sampler.next().to(options.device).contiguous(memory_format=torch.channels_last)
        loss, parts = loss_of(codec, crops, rng)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if codec.ablation == "joint-training" and spent > 0.5:  # frozen base: its first half of the run must do
            for parameter in codec.base.parameters():
                parameter.grad = None
        norm = torch.nn.utils.clip_grad_norm_(codec.parameters(), CLIP)
        if torch.isfinite(norm):
            optimizer.step()
        step += 1
        decay = min(AVERAGE, (step - first + 1) / (step - first + 10))
        with torch.no_grad():
            for mean, value in zip(average.parameters(), codec.parameters()):
                mean.lerp_(value, 1 - decay)
        recent.append((float(loss.detach()), parts[0], parts[-1]))
        if step % 100 == 0:
            means = ",".join(f"{sum(column) / len(recent):.3f}" for column in zip(*recent))
            line = f"{step},{(time.time() - start) / 60:.2f},{means},{rate:.5f},{float(norm):.1f}"
            print(line, flush=True)
            log.write(line + "\n")
            log.flush()
            recent = []
        if time.time() - saved > 120:
            save(options.out / "last.pt", codec, average, optimizer, step)
            saved = time.time()
    save(options.out / "last.pt", codec, average, optimizer, step)


def save(path: Path, codec, average, optimizer, step: int) -> None:
    """Written beside and renamed, so that a kill never leaves half a checkpoint."""
    state = {"codec": codec.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "ablation": codec.ablation}
    torch.save(state, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").replace(path)


if __name__ == "__main__":
    main()
