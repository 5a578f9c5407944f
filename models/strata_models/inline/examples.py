"""Training examples: thumbnails with the codes that files have of them, kept beside the run."""
from pathlib import Path

import torch

from ..placeholder.model import BITS, Decoder, State
from ..placeholder.thumbnails import CROPS, boxes_of, thumbnails
from ..placeholder.transform import CELLS, CHANNELS, SIDE
from ..shared.data import lanczos_matrix
from .model import SIZE, InlineDecoder
from .search import FILE_STEPS, encode, factor_of, shorten

TRAIN, HELD_OUT = "train-examples.pt", "held-out-examples.pt"
BATCH = 64


@torch.no_grad()
def make_examples(pictures: torch.Tensor, boxes: list[tuple[int, int]], teacher: Decoder) -> dict:
    """Pictures uint8 [N, 3, 32, 32] and the sizes of their boxes -> these, codes +-1 [N, 384], coefficients [N, 640], and what
    train.box_errors needs: the weight of each coefficient by groups of equal boxes, and the error of what is not coded."""
    kinds = sorted(set(boxes))
    group = torch.tensor([kinds.index(box) for box in boxes])
    n = len(pictures)
    made: dict[str, torch.Tensor] = {
        "pictures": pictures, "codes": torch.zeros(n, FILE_STEPS * BITS, dtype=torch.int8),
        "short": torch.zeros(n, BITS // 2, dtype=torch.int8),
        "coefficients": torch.zeros(n, SIZE, dtype=torch.half), "tail": torch.zeros(n), "group": group,
        "weights": torch.zeros(len(kinds), SIZE), "kinds": torch.tensor(kinds),
    }
    for index, (width, height) in enumerate(kinds):
        factor, samples = factor_of(teacher, width, height), 3 * width * height
        made["weights"][index] = (factor @ factor.T).diagonal() / samples
        down, across = lanczos_matrix(SIDE, height), lanczos_matrix(SIDE, width)
        for rows in (group == index).nonzero()[:, 0].split(BATCH):
            target = teacher.coefficients(pictures[rows])
            rest = pictures[rows].float() / 255 - 0.5 - teacher.linear_pixels(target + teacher.mean)
            made["tail"][rows] = (down @ rest @ across.T).square().sum((1, 2, 3)) / samples
            made["coefficients"][rows] = target.reshape(-1, SIZE).half()
            made["codes"][rows] = encode(teacher, target, factor).to(torch.int8)
    return made


def add_short(examples: dict, teacher: Decoder, decoder: InlineDecoder) -> None:
    for index, (width, height) in enumerate(examples["kinds"].tolist()):
        factor = factor_of(teacher, width, height)
        for rows in (examples["group"] == index).nonzero()[:, 0].split(BATCH):
            examples["short"][rows] = shorten(decoder, teacher, examples["codes"][rows].float(), factor).to(torch.int8)


def load_examples(cache: Path, data: Path, held_out: bool, teacher: Decoder, decoder: InlineDecoder | None) -> dict:
    """`decoder`: for which codes of 24 bytes are made, where there are none."""
    if not cache.exists():
        crops = 3 if held_out else CROPS
        cache.parent.mkdir(parents=True, exist_ok=True)
        torch.save(make_examples(thumbnails(data, held_out, crops), boxes_of(data, held_out, crops), teacher), cache)
    examples = torch.load(cache, weights_only=True)
    if decoder and not examples["short"].any():
        add_short(examples, teacher, decoder)
        torch.save(examples, cache)
    return examples


@torch.no_grad()
def usual_gates(teacher: Decoder, codes: torch.Tensor, count: int = 2000) -> torch.Tensor:
    """Root mean square of the teacher's gates in the second step, [640]."""
    bits = codes[:: max(1, len(codes) // count), :BITS].float()
    gate, lstm = teacher.gates(State(len(bits)), 0)
    words = (bits @ teacher.books()[0]).view(-1, CELLS, CHANNELS)
    state, _ = teacher.advance(State(len(bits)), gate, lstm, words)
    return teacher.gates(state, 1)[0].square().mean(0).sqrt().flatten().clamp_min(0.02)
