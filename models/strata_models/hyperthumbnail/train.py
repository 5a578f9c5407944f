"""Trains HyperThumbnail 2x: python -m strata_models.hyperthumbnail.train --data DIR --out DIR --minutes 30 [--resume DIR/last.pt]

Loss, after the paper: rate + lambda * (error of the restored picture and of the thumbnail against the bicubic one).
The errors enter as the root of their mean square per crop, halfway between squared error and decibels. Quality is drawn
per crop, so one model serves all rates. The learning rate follows the share of the time budget that is spent.
"""
import argparse
import copy
import math
import time
from pathlib import Path

import torch

from ..data import CropSampler, load_pictures, picture_paths
from ..soap import Soap
from .checkpoint import load_model
from .model import FACTOR, QUALITY_MAX, QUALITY_MIN, HyperThumbnail, initialise, lambda_of
from .resample import bicubic

SIDE = 192
WARM_UP_STEPS = 50
FINAL_RATE = 0.02
CLIP = 20.0
AVERAGE = 0.998
LOW_WEIGHT = 0.8  # of the thumbnail's squared error against the restored picture's
ERROR_AT_DEFAULT = 6.0  # typical root mean square error: makes d(root) comparable with d(square)
VARIED = 0.05  # share of crops
SCALARS = ("log_gain", "offset", "slope")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of training pictures")
    parser.add_argument("--out", type=Path, required=True, help="folder for last.pt (resumable) and log.csv (step, minutes, loss, PSNR of HR and LR, bits per LR pixel, rate, norm)")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--resume", type=Path, help="a run's last.pt, or the committed .safetensors checkpoint")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=6e-3)
    parser.add_argument("--low-weight", type=float, default=LOW_WEIGHT)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def parameter_groups(model: HyperThumbnail) -> list[dict]:
    """A bias moves all positions alike, and SOAP gives vectors no basis that would spread the step."""
    groups: dict[tuple, dict] = {}
    for name, parameter in model.named_parameters():
        plain = name.endswith(SCALARS)
        factor = 1.0 if plain else 0.3 if name.endswith(".bias") or name.startswith("encoder.base") else 1.0
        group = groups.setdefault((factor, plain), {"params": [], "factor": factor, "plain": plain})
        group["params"].append(parameter)
    return list(groups.values())


def loss_of(model: HyperThumbnail, pictures: torch.Tensor, quality: torch.Tensor, low_weight: float):
    """-> loss, and means of the squared errors and of the bits per thumbnail pixel."""
    with torch.autocast(pictures.device.type, dtype=torch.bfloat16):
        out = model(pictures, quality)
    height, width = pictures.shape[2:]
    target = bicubic(pictures, height // FACTOR, width // FACTOR)
    high_error = (out.high - pictures).square().mean((1, 2, 3))
    low_error = (out.decoded - target).square().mean((1, 2, 3))
    weight = lambda_of(quality)
    root = (high_error + low_weight * low_error + 0.1).sqrt()
    cost = (out.bits / (height * width) + 2 * ERROR_AT_DEFAULT * weight * root) / weight.sqrt()
    bits = out.bits / (height * width) * FACTOR**2
    return cost.mean(), torch.stack([(high_error + 1e-3).log10().mean(), (low_error + 1e-3).log10().mean(), bits.mean()]).detach()


def vary_colours(crops: torch.Tensor) -> torch.Tensor:
    """Some crops with their channels exchanged and their colours strengthened, [B, 3, H, W] in [0, 1]: photographs alone
    teach nothing about the saturated colours of drawings."""
    chosen = [crop if torch.rand(()) > VARIED else strengthen(crop[torch.randperm(3)]) for crop in crops]
    return torch.stack(chosen)


def strengthen(crop: torch.Tensor) -> torch.Tensor:
    grey = crop.mean(0, keepdim=True)
    return (grey + (crop - grey) * (1 + 2 * torch.rand(()))).clamp(0, 1)


def draw_quality(batch: int, device) -> torch.Tensor:
    """All of 1..100, the upper half twice as often as the lower."""
    return QUALITY_MIN + (QUALITY_MAX - QUALITY_MIN) * torch.rand(batch, device=device) ** 0.6


def main():
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    if options.device == "cpu":
        torch.set_num_threads(1)
    pictures = load_pictures(picture_paths(options.data, held_out=False), SIDE)
    sampler = CropSampler(pictures, SIDE, options.batch, options.seed)
    crops = lambda: (vary_colours(sampler.next()) * 255 - 128).to(options.device).contiguous(memory_format=torch.channels_last)
    model = HyperThumbnail()
    state = load_state(options.resume) if options.resume else None
    if state:
        model.load_state_dict(state["model"])
    else:
        initialise(model, torch.cat([sampler.next() for _ in range(16)]) * 255 - 128)
    model = model.to(options.device, memory_format=torch.channels_last).train()
    average = copy.deepcopy(model)
    if state:
        average.load_state_dict(state["average"])
    optimizer = Soap(parameter_groups(model), lr=options.rate)
    if state and "optimizer" in state:  # a checkpoint that was kept has none
        optimizer.load_state_dict(state["optimizer"])
    step = state["step"] if state else 0
    first, start, saved = step, time.time(), time.time()
    recent, log = [], (options.out / "log.csv").open("a")
    print(f"{len(pictures)} pictures, {sum(p.numel() for p in model.parameters())} parameters, {options.device}", flush=True)
    while (spent := (time.time() - start) / 60 / options.minutes) < 1:
        warm = min(1.0, (step - first + 1) / WARM_UP_STEPS)
        rate = options.rate * warm * (FINAL_RATE + (1 - FINAL_RATE) * 0.5 * (1 + math.cos(math.pi * spent)))
        for group in optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        batch = crops()
        loss, parts = loss_of(model, batch, draw_quality(len(batch), batch.device), options.low_weight)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        if torch.isfinite(norm):
            optimizer.step()
        step += 1
        decay = min(AVERAGE, (step - first + 1) / (step - first + 10))
        with torch.no_grad():
            for mean, value in zip(average.parameters(), model.parameters()):
                mean.lerp_(value, 1 - decay)
        recent.append(torch.cat([loss.detach()[None], parts]).cpu())
        if step % 100 == 0:
            cost, high, low, bits = torch.stack(recent).mean(0).tolist()
            decibel = lambda log_error: 20 * math.log10(255) - 10 * log_error
            line = f"{step},{(time.time() - start) / 60:.2f},{cost:.4f},{decibel(high):.3f},{decibel(low):.3f},{bits:.3f},{rate:.5f},{float(norm):.2f}"
            print(line, flush=True)
            log.write(line + "\n")
            log.flush()
            recent = []
        if time.time() - saved > 120:
            save(options.out / "last.pt", model, average, optimizer, step)
            saved = time.time()
    save(options.out / "last.pt", model, average, optimizer, step)


def load_state(path: Path) -> dict:
    """The committed checkpoint holds the averaged weights alone: training goes on from them with a fresh optimizer."""
    if path.suffix != ".safetensors":
        return torch.load(path, map_location="cpu", weights_only=True)
    weights = load_model(path).state_dict()
    return {"model": weights, "average": weights, "step": 0}


def save(path: Path, model, average, optimizer, step: int) -> None:
    """Written beside and renamed, so that a kill never leaves half a checkpoint."""
    state = {"model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
    torch.save(state, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").replace(path)


if __name__ == "__main__":
    main()
