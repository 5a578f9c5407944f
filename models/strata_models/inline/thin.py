"""Makes a trained decoder smaller without training: leaves out entries of codewords that cost many bits for what they show."""
import torch

from .model import QUANTA, InlineDecoder
from .train import WORDS

STEP = 60  # bytes that are left out at once


@torch.no_grad()
def _scores(decoder: InlineDecoder, name: str) -> tuple[torch.Tensor, torch.Tensor]:
    """For each entry of 1 quantum, its squared error as 0 for each bit that this saves (infinite for all others); and the bits,
    from the share of zeros in the entry's column."""
    quanta, integers = getattr(decoder, name).abs() / QUANTA[name], decoder.integers()[name].abs()
    share = (integers > 0).float().mean(0).clamp(1 / 256, 1 - 1 / 256)
    bits = ((1 - share).log2() - share.log2() + 1).clamp_min(0.1).expand_as(quanta)
    return torch.where(integers == 1, (2 * quanta - 1) * QUANTA[name] ** 2 / bits, torch.inf), bits


@torch.no_grad()
def thin(decoder: InlineDecoder, size: int) -> bytes:
    """-> the packed file, of at most `size` bytes; `decoder` changes. Raises ValueError when entries of 1 quantum are too few."""
    data = decoder.write()
    while len(data) > size:
        scores, bits = (torch.cat([part.flatten() for part in parts])
                        for parts in zip(*(_scores(decoder, name) for name in WORDS), strict=True))
        order = scores.argsort()
        limit = scores[order[int((bits[order].cumsum(0) < 8 * STEP).sum())]]
        if limit == torch.inf:
            raise ValueError(f"inline.bin: expected at most {size} bytes, got {len(data)}")
        for name in WORDS:
            getattr(decoder, name)[_scores(decoder, name)[0] <= limit] = 0
        data = decoder.write()
    return data
