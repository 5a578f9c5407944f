"""Trains the placeholder: python -m strata_models placeholder train --data DIR --out DIR --minutes M [--resume RUN/last.pt]

The loss is a weighted mean of log MSE over the eight steps of a picture, so that every step and every picture counts in dB.
"""
import argparse
import math
import time
from pathlib import Path

import torch

from ..shared.soap import Soap
from .model import Decoder, encode
from .start import initialise
from .thumbnails import CROPS, thumbnails
from .transform import forward

BATCH = 32
SEARCH_ROUNDS = 40  # of `search` while training; further flips hardly change the gradients
WEIGHTS = (1.5, 1.2, 1.2, 0.8, 0.8, 1.0, 0.6, 0.6)  # by step
FLOOR = 3e-4  # added to the MSE: beyond 35 dB nothing is gained
AVERAGE = 0.998
CODEWORD_RATE = 0.25  # of the learning rate: codewords are fitted already, and noise in them is an error at once


def log_errors(decoder: Decoder, pictures: torch.Tensor, tail: torch.Tensor) -> torch.Tensor:
    """Mean log MSE after each step; `tail` is the energy of the coefficients that are not coded."""
    target = decoder.coefficients(pictures)
    shown = encode(decoder, target, SEARCH_ROUNDS)
    errors = [((y - target).square().sum((1, 2)) / 3072 + tail + FLOOR).log().mean() for y in shown]
    return torch.stack(errors)


@torch.no_grad()
def decibels(decoder: Decoder, pictures: torch.Tensor) -> list[float]:
    shown = encode(decoder, decoder.coefficients(pictures), 160)
    mse = [(decoder.pixels(y) - pictures).square().mean((1, 2, 3)) / 255**2 for y in shown]
    return [float(-10 * m.clamp_min(1e-6).log10().mean()) for m in mse]


def groups(decoder: Decoder) -> list[dict]:
    matrices = [m.weight for m in (decoder.mix_in, decoder.mix_across, decoder.mix_out, decoder.read, decoder.show)]
    biases = [m.bias for m in (decoder.mix_in, decoder.mix_across, decoder.mix_out, decoder.show)]
    own = [decoder.gate_bias, decoder.lstm_bias, decoder.cell_bias]
    return [{"params": [decoder.codewords], "part": CODEWORD_RATE}, {"params": matrices}, {"params": biases + own, "plain": True}]


def load_thumbnails(cache: Path, data: Path, held_out: bool, crops: int) -> torch.Tensor:
    if not cache.exists():
        torch.save(thumbnails(data, held_out, crops), cache)
    return torch.load(cache, weights_only=True)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of training pictures")
    parser.add_argument("--out", type=Path, required=True, help="folder for last.pt and the thumbnails")
    parser.add_argument("--minutes", type=float, required=True, help="processor time; start and thumbnails take three more")
    parser.add_argument("--resume", type=Path, help="an earlier run's last.pt, whose averaged weights are the start")
    parser.add_argument("--rate", type=float, default=4e-3, help="peak learning rate (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")


def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    pictures = load_thumbnails(options.out / "train.pt", options.data, False, CROPS)
    held_out = load_thumbnails(options.out / "held-out.pt", options.data, True, 1)
    decoder = Decoder()
    if options.resume:
        decoder.load_state_dict(torch.load(options.resume, weights_only=True)["average"])
    else:
        initialise(decoder, pictures)
        torch.save({"average": decoder.state_dict(), "step": 0}, options.out / "start.pt")
    with torch.no_grad():
        sample = forward(pictures[:4000].float() / 255 - 0.5)
        tail = (sample.square().sum((1, 2)) - sample[:, :, decoder.selected].square().sum((1, 2))).mean() / 3072
    average = {name: value.clone() for name, value in decoder.state_dict().items()}
    optimizer = Soap(groups(decoder), lr=options.rate, largest=260)
    weights = torch.tensor(WEIGHTS) / sum(WEIGHTS)
    random = torch.Generator().manual_seed(options.seed)
    print("held out before:", " ".join(f"{v:.2f}" for v in decibels(decoder, held_out)), flush=True)
    start, step, recent = time.process_time(), 0, 0.0
    while (done := (time.process_time() - start) / (60 * options.minutes)) < 1:
        rate = options.rate * min(1, (step + 1) / 30) * (0.02 + 0.49 * (1 + math.cos(math.pi * done)))
        for group in optimizer.param_groups:
            group["lr"] = rate * group.get("part", 1.0)
        batch = pictures[torch.randint(0, len(pictures), (BATCH,), generator=random)]
        batch = batch.flip(3) if torch.rand(1, generator=random) < 0.5 else batch
        loss = (log_errors(decoder, batch, tail) * weights).sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(decoder.parameters(), 5.0)
        optimizer.step()
        step += 1
        keep = min(AVERAGE, step / (step + 10))
        for name, value in decoder.state_dict().items():
            if value.is_floating_point():
                average[name].lerp_(value, 1 - keep)
        recent += loss.item() / 100
        if step % 100 == 0:
            print(f"{step} {time.process_time() - start:.0f} s loss {recent:.4f}", flush=True)
            recent = 0.0
        if step % 500 == 0:
            torch.save({"average": average, "step": step}, options.out / "last.pt")
    torch.save({"average": average, "step": step}, options.out / "last.pt")
    decoder.load_state_dict(average)
    print(f"{step} steps, held out after:", " ".join(f"{v:.2f}" for v in decibels(decoder, held_out)))
