"""Trains the small decoder: python -m strata_models inline train --data DIR --out DIR --minutes M [--resume FILE]

Codes are made by the encoder that files are made with, once (examples.pt in --out). The loss is a weighted mean over
lengths of the log of the error in the box of a picture's shape, mixed with twice the log of SSIMULACRA2's distance of one
length as in placeholder/train.py, plus a price for the bits of the codewords, most of whose
entries become zero. The price parks many entries where they nearly round to zero, so a last run without one prunes them.
"""
import argparse
import math
import time
from pathlib import Path

import torch

from ..placeholder.checkpoint import load_decoder
from ..placeholder.model import Decoder
from ..placeholder.train import DISTANCE_FLOOR
from ..shared.ssimulacra2 import distance, score
from .examples import HELD_OUT, TRAIN, load_examples, usual_gates
from .model import BITS, QUANTA, InlineDecoder, decode, linear_pixels, pixels, read

BATCH = 128
FLOOR = 3e-4  # added to the MSE: beyond 35 dB nothing is gained
AVERAGE = 0.998
WEIGHTS = {16: 0.5, 24: 2.0, 32: 1.2, "any": 0.6}  # by bytes; "any": a length between those of steps
WORD_RATE = {"first": 0.05, "second": 0.05, "offset": 0.05, "gate_bias": 0.3}  # of the learning rate
WORDS = ("first", "second")


def box_errors(c: torch.Tensor, examples: dict, rows: torch.Tensor) -> torch.Tensor:
    """Mean squared error of each picture in its box, of a full range of 1; [N]."""
    error = (c - examples["coefficients"][rows].float()).square() * examples["weights"][examples["group"][rows]]
    return error.sum(1) + examples["tail"][rows]


def losses(decoder: InlineDecoder, tables: dict, examples: dict, rows: torch.Tensor, share: float,
           random: torch.Generator) -> torch.Tensor:
    """Weighted mean of log errors; `share`: that of SSIMULACRA2's distance."""
    bits = examples["codes"][rows].float()
    lengths = {16: BITS, 32: 2 * BITS, "any": 8 * int(torch.randint(17, 32, (1,), generator=random))}
    shown = dict(zip(lengths, decode(decoder, tables, bits, list(lengths.values())), strict=True))
    # A code of 24 bytes is either the beginning of a longer one, or was made for this length.
    half = bits[:, : BITS * 3 // 2].clone()
    made = examples["short"][rows].float()
    useful = (made.abs().sum(1) > 0) & (torch.rand(len(rows), generator=random) < 0.6)
    half[useful, BITS:] = made[useful]
    shown[24] = decode(decoder, tables, half, [half.shape[1]])[0]
    mean = {name: (box_errors(c, examples, rows) + FLOOR).log().mean() for name, c in shown.items()}
    loss = torch.stack([WEIGHTS[name] * value for name, value in mean.items()]).sum() / sum(WEIGHTS.values())
    if not share:
        return loss
    names = list(WEIGHTS)
    chosen = names[int(torch.multinomial(torch.tensor(list(WEIGHTS.values())), 1, generator=random))]
    made = (linear_pixels(decoder, tables, shown[chosen]) + 0.5).clamp(0, 1)
    seen = distance(made, examples["pictures"][rows].float() / 255)
    return (1 - share) * loss + share * 2 * (seen + DISTANCE_FLOOR).log().mean()


def bits_of(decoder: InlineDecoder) -> torch.Tensor:
    """A differentiable estimate of the bits of the codewords."""
    return torch.stack([(1 + (getattr(decoder, name) / QUANTA[name]).abs()).log2().sum() for name in WORDS]).sum()


@torch.no_grad()
def prune(decoder: InlineDecoder, limits: list[float]) -> dict[str, torch.Tensor]:
    """Entries of the codewords of each step below so many quanta become zero; -> which are left."""
    left = {name: getattr(decoder, name).abs() >= limit * QUANTA[name] for name, limit in zip(WORDS, limits, strict=True)}
    keep_zeros(decoder, left)
    return left


@torch.no_grad()
def keep_zeros(decoder: InlineDecoder, left: dict[str, torch.Tensor]) -> None:
    for name, mask in left.items():
        getattr(decoder, name).mul_(mask)


@torch.no_grad()
def measures(decoder: InlineDecoder, examples: dict) -> str:
    """PSNR in the box / SSIMULACRA2 of the 32x32 picture, of 16, 24 and 32 bytes, means over pictures."""
    rows, tables = torch.arange(len(examples["codes"])), decoder.tables()
    reference, texts = examples["pictures"].float() / 255, []
    for c in decode(decoder, tables, examples["codes"].float(), [128, 192, 256]):
        decibels = -10 * box_errors(c, examples, rows).log10().mean()
        texts.append(f"{decibels:.2f}/{score(pixels(decoder, tables, c) / 255, reference).mean():.1f}")
    return " ".join(texts)


def resumed(path: Path, teacher: Decoder) -> InlineDecoder:
    if path.suffix == ".bin":
        return read(path.read_bytes())
    decoder = InlineDecoder(teacher.selected)
    decoder.load_state_dict(torch.load(path, weights_only=True))
    return decoder.requires_grad_(False)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of training pictures")
    parser.add_argument("--out", type=Path, required=True, help="folder for last.pt, inline.bin and the examples")
    parser.add_argument("--minutes", type=float, required=True, help="time of the loop; examples take half an hour, once")
    parser.add_argument("--teacher", type=Path, default=Path("weights/placeholder.safetensors"), help="default: %(default)s")
    parser.add_argument("--resume", type=Path, help="a last.pt or inline.bin; codes of 24 bytes are then made for it, too")
    parser.add_argument("--price", type=float, default=2e-6, help="of a bit of the codewords (default: %(default)s)")
    parser.add_argument("--perceptual", type=float, default=0.5,
                        help="share of SSIMULACRA2's distance in the loss, 0..1 (default: %(default)s)")
    parser.add_argument("--prune", type=float, nargs=2, default=(0.0, 0.0), metavar="QUANTA",
                        help="entries of the codewords of each step below so many quanta become and stay zero")
    parser.add_argument("--rate", type=float, default=3e-3, help="peak learning rate (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")


def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    teacher = load_decoder(options.teacher)
    decoder = resumed(options.resume, teacher) if options.resume else InlineDecoder(teacher.selected)
    examples = load_examples(options.out / TRAIN, options.data, False, teacher, decoder if options.resume else None)
    held_out = load_examples(options.out / HELD_OUT, options.data, True, teacher, None)
    if not options.resume:
        decoder.begin(teacher, usual_gates(teacher, examples["codes"]))
    names = [name for name, _ in decoder.named_parameters() if name != "mean"]
    decoder.requires_grad_(True).mean.requires_grad_(False)
    groups = [{"params": [getattr(decoder, name)], "part": WORD_RATE.get(name, 1.0)} for name in names]
    optimizer = torch.optim.Adam(groups, betas=(0.9, 0.99))
    average = {name: value.clone() for name, value in decoder.state_dict().items()}
    random = torch.Generator().manual_seed(options.seed)
    left = prune(decoder, options.prune)
    print("held out before:", measures(decoder, held_out), flush=True)
    start, step = time.time(), 0
    while (done := (time.time() - start) / (60 * options.minutes)) < 1:
        rate = options.rate * min(1, (step + 1) / 50) * (0.02 + 0.49 * (1 + math.cos(math.pi * done)))
        for group in optimizer.param_groups:
            group["lr"] = rate * group["part"]
        rows = torch.randint(0, len(examples["codes"]), (BATCH,), generator=random)
        loss = losses(decoder, decoder.tables(), examples, rows, options.perceptual, random)
        optimizer.zero_grad(set_to_none=True)
        (loss + options.price * bits_of(decoder)).backward()
        torch.nn.utils.clip_grad_norm_(decoder.parameters(), 2.0)
        optimizer.step()
        keep_zeros(decoder, left)
        step += 1
        for name, value in decoder.state_dict().items():
            if value.is_floating_point():
                average[name].lerp_(value, 1 - min(AVERAGE, step / (step + 10)))
        if step % 400 == 0:
            print(f"{step} {time.time() - start:.0f} s loss {loss.item():.4f}", flush=True)
    decoder.load_state_dict(average)
    torch.save(average, options.out / "last.pt")
    data = decoder.write()
    (options.out / "inline.bin").write_bytes(data)
    print(f"{step} steps, {len(data)} bytes, held out:", measures(decoder, held_out))
