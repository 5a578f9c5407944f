"""Trains the placeholder: python -m strata_models placeholder train --data DIR --out DIR --minutes M [--resume RUN/last.pt]

The loss is a weighted mean over the eight steps of a picture of log MSE and of twice the log of SSIMULACRA2's distance, which
grows with the root of MSE, so that every step and every picture counts in relative error. At 32 pixels SSIMULACRA2 has
three of its scales and sees hardly any colour: it cannot do without the squared error.
"""
import argparse
import math
import time
from pathlib import Path

import torch

from ..shared.soap import Soap
from ..shared.ssimulacra2 import distance, score
from .checkpoint import load_decoder
from .model import Decoder, encode
from .start import initialise
from .thumbnails import CROPS, thumbnails
from .transform import forward

BATCH = 32
SEARCH_ROUNDS = 40  # of `search` while training; further flips hardly change the gradients
WEIGHTS = (1.5, 1.2, 1.2, 0.8, 0.8, 1.0, 0.6, 0.6)  # by step
FLOOR = 3e-4  # added to the MSE: beyond 35 dB nothing is gained
AVERAGE = 0.998
DISTANCE_FLOOR = 0.3  # added to SSIMULACRA2's distance, which is 5 to 25 here
SEEN = 3  # steps of each batch whose distance is computed: it costs as much as the decoder
CODEWORD_RATE = 0.25  # of the learning rate: codewords are fitted already, and noise in them is an error at once


class Loss:
    """`tail`: mean squared error of the coefficients that are not coded. `share`: that of SSIMULACRA2's distance."""

    def __init__(self, tail: torch.Tensor, share: float, random: torch.Generator):
        self.tail, self.share, self.random = tail, share, random
        self.weights = torch.tensor(WEIGHTS) / sum(WEIGHTS)

    def __call__(self, decoder: Decoder, pictures: torch.Tensor) -> torch.Tensor:
        target = decoder.coefficients(pictures)
        shown = encode(decoder, target, SEARCH_ROUNDS)
        squared = [((y - target).square().sum((1, 2)) / 3072 + self.tail + FLOOR).log().mean() for y in shown]
        loss = (torch.stack(squared) * self.weights).sum()
        if not self.share:
            return loss
        steps = torch.multinomial(self.weights, SEEN, replacement=True, generator=self.random)
        made = torch.cat([decoder.linear_pixels(shown[step] + decoder.mean) for step in steps])
        seen = distance((made + 0.5).clamp(0, 1), (pictures.float() / 255).repeat(SEEN, 1, 1, 1))
        return (1 - self.share) * loss + self.share * 2 * (seen + DISTANCE_FLOOR).log().mean()


@torch.no_grad()
def measures(decoder: Decoder, pictures: torch.Tensor) -> str:
    """PSNR / SSIMULACRA2 after each step, means over 32x32 pictures."""
    shown = [decoder.pixels(y) for y in encode(decoder, decoder.coefficients(pictures), 160)]
    mse = [(pixels - pictures).square().mean((1, 2, 3)) / 255**2 for pixels in shown]
    decibels = [float(-10 * m.clamp_min(1e-6).log10().mean()) for m in mse]
    scores = [float(score(pixels / 255, pictures.float() / 255).mean()) for pixels in shown]
    return " ".join(f"{a:.2f}/{b:.1f}" for a, b in zip(decibels, scores, strict=True))


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
    parser.add_argument("--resume", type=Path, help="an earlier run's last.pt, or a .safetensors checkpoint: the start")
    parser.add_argument("--perceptual", type=float, default=0.5,
                        help="share of SSIMULACRA2's distance in the loss, 0..1 (default: %(default)s)")
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
        decoder.load_state_dict(load_decoder(options.resume).state_dict())
    else:
        initialise(decoder, pictures)
        torch.save({"average": decoder.state_dict(), "step": 0}, options.out / "start.pt")
    with torch.no_grad():
        sample = forward(pictures[:4000].float() / 255 - 0.5)
        tail = (sample.square().sum((1, 2)) - sample[:, :, decoder.selected].square().sum((1, 2))).mean() / 3072
    average = {name: value.clone() for name, value in decoder.state_dict().items()}
    optimizer = Soap(groups(decoder), lr=options.rate, largest=260)
    random = torch.Generator().manual_seed(options.seed)
    loss_of = Loss(tail, options.perceptual, random)
    print("held out before:", measures(decoder, held_out), flush=True)
    start, step, recent = time.process_time(), 0, 0.0
    while (done := (time.process_time() - start) / (60 * options.minutes)) < 1:
        rate = options.rate * min(1, (step + 1) / 30) * (0.02 + 0.49 * (1 + math.cos(math.pi * done)))
        for group in optimizer.param_groups:
            group["lr"] = rate * group.get("part", 1.0)
        batch = pictures[torch.randint(0, len(pictures), (BATCH,), generator=random)]
        batch = batch.flip(3) if torch.rand(1, generator=random) < 0.5 else batch
        loss = loss_of(decoder, batch)
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
    print(f"{step} steps, held out after:", measures(decoder, held_out))
