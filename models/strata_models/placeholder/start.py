"""The start of training: codewords are fitted to the residuals, iteration by iteration, without gates and LSTM."""
import torch

from .model import BITS, ITERATIONS, SIZE, Decoder, search, successive
from .transform import forward

SAMPLE = 5000
# By the bits that a Gaussian has: the share of its variance that one more bit leaves, and the step of its quantizer.
LEFT = (0.363, 0.324, 0.294, 0.29, 0.28, 0.27, 0.26)
STEP = {1: 1.596, 2: 0.9957, 3: 0.586, 4: 0.335, 5: 0.188, 6: 0.1041, 7: 0.0569}


def _binary_expansions(variance, basis) -> torch.Tensor:
    """The largest eigenvalues get a quantizer of several bits each, whose codewords are halves of one another."""
    left = variance.clone()
    bits: list[list[int]] = [[] for _ in range(len(variance))]
    for bit in range(BITS):
        j = int(left.argmax())
        left[j] *= LEFT[min(len(bits[j]), len(LEFT) - 1)]
        bits[j].append(bit)
    words = torch.zeros(BITS, SIZE)
    for j, own in enumerate(bits):
        for k, bit in enumerate(own):
            words[bit] = basis[:, j] * STEP[min(len(own), 7)] * variance[j].sqrt() * 2**k / 2
    return words


def _random_words(variance, basis, random) -> torch.Tensor:
    """Every bit a random sign in all eigenvectors, with the variance that reverse water-filling gives each."""
    low, high = 1e-9, 10.0
    for _ in range(60):
        level = (low * high) ** 0.5
        rate = 0.5 * torch.log2(variance / level).clamp_min(0).sum()
        low, high = (level, high) if rate > BITS else (low, level)
    share = ((variance - level).clamp_min(0) / BITS).sqrt()
    return (torch.randn(BITS, SIZE, generator=random).sign() * share) @ basis.T


@torch.no_grad()
def initialise(decoder: Decoder, pictures: torch.Tensor) -> None:
    """pictures: uint8 [N, 3, 32, 32]"""
    random = torch.Generator().manual_seed(1)
    sample = pictures[torch.randperm(len(pictures), generator=random)[:SAMPLE]]
    z = forward(sample.float() / 255 - 0.5)
    spread = (z - z.mean(0)).square().mean(0).sum(0)
    decoder.selected.copy_(spread.sort(descending=True).indices[: len(decoder.selected)])
    decoder.mean.copy_(z[:, :, decoder.selected].mean(0))
    left = decoder.coefficients(sample)
    decoder.scale.copy_(left.std(0))
    left = left.reshape(len(left), -1)
    ones = torch.ones_like(left)
    for i in range(ITERATIONS):
        variance, basis = torch.linalg.eigh(left.T @ left / len(left))
        variance, basis = variance.flip(0).clamp_min(1e-9), basis.flip(1)
        words = _binary_expansions(variance, basis) if i == 0 else _random_words(variance, basis, random)
        for _ in range(8):  # alternately the bits for the words, by the encoder's search, and the words for the bits
            bits = search(left, ones, words, successive(left, ones, words), 40)
            words = torch.linalg.solve(bits.T @ bits + 0.1 * torch.eye(BITS), bits.T @ left)
        bits = search(left, ones, words, successive(left, ones, words), 40)
        left = left - bits @ words
        decoder.amplitude[i] = words.std()
        decoder.codewords[i] = words / words.std()
        print(f"start, {BITS // 8 * (i + 1)} bytes: {-10 * torch.log10(left.square().sum(1).mean() / 3072):.2f} dB", flush=True)
