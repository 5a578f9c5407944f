"""Trains invertible rescaling: python -m strata_models.irn.train --data DIR --out DIR --scale 2 --minutes 30 [--resume DIR/last.pt]

Both directions at once (Xiao et al., eq. 9): the restored picture against the picture, with z = 0 for one half of the
crops and z ~ N(0, I) for the other; the thumbnail against the bicubic one; z against N(0, I). The thumbnail's weight
follows what is asked of it: it rises while its PSNR is below --low-psnr.
"""
import argparse
import math
from pathlib import Path

import torch

from ..data import load_pictures, make_sampler, picture_paths
from ..hyperthumbnail.resample import bicubic
from ..loop import Loop, Schedule
from .checkpoint import load_model
from .model import LEVELS, Irn, stored

SIDES = {2: 160, 4: 192}
LOW_PSNR = {2: 38.5, 4: 37.0}
DISTRIBUTION_WEIGHT = 0.02
GUIDE_GAIN = 0.02  # how fast the thumbnail's weight follows
FLOOR = 0.05  # squared samples: below that an error is none
PSNR = 20 * math.log10(255)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of training pictures")
    parser.add_argument("--out", type=Path, required=True, help="folder for last.pt and log.csv (step, minutes, rate, loss, PSNR with z = 0, with z ~ N(0, I), of the thumbnail, mean z^2, the thumbnail's weight, norm)")
    parser.add_argument("--scale", type=int, choices=sorted(LEVELS), required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--resume", type=Path, help="a run's last.pt, or the committed .safetensors checkpoint")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--batch", type=int, default=8, help="even")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--low-psnr", type=float, help="of the thumbnail against the bicubic one, dB")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def parameter_groups(model: Irn) -> list[dict]:
    """A bias moves all positions alike, and SOAP gives vectors no basis that would spread the step."""
    weights = [p for p in model.parameters() if p.dim() > 1]
    biases = [p for p in model.parameters() if p.dim() == 1]
    return [{"params": weights, "factor": 1.0}, {"params": biases, "factor": 0.3}]


def root(error: torch.Tensor) -> torch.Tensor:
    """Root of the mean square of each crop, [B]: halfway between squared error and decibels."""
    return (error.square().mean((1, 2, 3)) + FLOOR).sqrt()


def loss_of(model: Irn, pictures: torch.Tensor, guide: torch.Tensor):
    """-> loss, figures for the log, and squared error of the thumbnail. Pictures are samples 0..255."""
    # Only the dense blocks run in bf16, and only where that is fast; what they say is added in floats.
    with torch.autocast(pictures.device.type, dtype=torch.bfloat16, enabled=pictures.device.type != "cpu"):
        low, z = model(pictures)
        half = len(z) // 2
        drawn = torch.cat([model.zeros(low)[:half], torch.randn_like(z[half:])])
        restored = model.inverse(stored(low), drawn)
    target = bicubic(pictures, low.shape[2], low.shape[3]).clamp(0, 255)
    high, below = root(restored - pictures), root(low - target)
    loss = high.mean() + guide * below.mean() + DISTRIBUTION_WEIGHT * z.square().mean()
    decibel = lambda value: PSNR - 20 * value.detach().log10().mean()
    figures = torch.stack([decibel(high[:half]), decibel(high[half:]), decibel(below), z.detach().square().mean(), guide])
    return loss, figures


def main():
    options = arguments()
    torch.manual_seed(options.seed)
    if options.device == "cpu":
        torch.set_num_threads(1)
    else:
        torch.backends.cudnn.benchmark = True
    pictures = load_pictures(picture_paths(options.data, held_out=False), SIDES[options.scale])
    sampler = make_sampler(pictures, SIDES[options.scale], options.batch, options.seed, options.device)
    model = Irn(options.scale)
    state = load_state(options.resume, options.scale) if options.resume else None
    schedule = Schedule(options.rate, minutes=options.minutes)
    loop = Loop(model, parameter_groups(model), schedule, options.out, state, device=options.device)
    print(f"{len(pictures)} pictures, {sum(p.numel() for p in model.parameters())} parameters, {model.macs():.0f} MAC, {options.device}", flush=True)
    wanted = options.low_psnr or LOW_PSNR[options.scale]
    guide = torch.tensor(0.3, device=options.device)
    for _ in loop:
        crops = (sampler.next() * 255).to(options.device).contiguous(memory_format=torch.channels_last)
        loss, figures = loss_of(model, crops, guide)
        loop.learn(loss, figures)
        guide = (guide * (GUIDE_GAIN * (wanted - figures[2]).clamp(-3, 3)).exp()).clamp(0.02, 2)


def load_state(path: Path, scale: int) -> dict:
    """The committed checkpoint holds the averaged weights alone: training goes on from them with a fresh optimizer."""
    if path.suffix != ".safetensors":
        return torch.load(path, map_location="cpu", weights_only=True)
    weights = load_model(path, scale).state_dict()
    return {"model": weights, "average": weights, "step": 0}


if __name__ == "__main__":
    main()
