"""The 64 frequency tables of the entropy coder, as integers.

Table i is a density of scale sigma_i integrated over unit bins and rounded to 16-bit frequencies. The density is a
mixture of two Gaussians: latents minus their means under one scale index are not Gaussian, because the scale is never
predicted exactly (2 % fewer bits than with one Gaussian, on held-out pictures). The sigmas are log-spaced from .11 to 64,
each moved by SHIFTS. A table covers k in [-R_i, R_i] and one escape symbol.

Training estimates rates with the unmoved sigmas. The runtimes read
src/entropy/tables-data.ts, which `python -m strata_models compass tables` writes. The committed file is the truth:
a libm whose erf differs in the last bit must not change a stored stream. Only `math` is used, so that the module can be
imported without torch.
"""
import base64
import itertools
import math
import struct

COUNT = 64
TOTAL = 1 << 16
SIGMA_MIN = 0.11
SIGMA_MAX = 64.0
# Real residuals have heavier tails than a Gaussian, so an escape gets at least this frequency out of TOTAL.
MIN_ESCAPE = 8

# (index, shift): by how many indexes the width of a table lies above its index's, with straight lines between. Training sees
# latents with noise, the coder sees rounded ones: small scales must be wider than the network was taught, large ones narrower.
# Fitted to histograms of rounded latents on training pictures; .9 % fewer bits.
SHIFTS = ((0, 0.0), (1, 0.0), (4, 1.0), (10, 1.5), (14, 1.25), (18, 1.0), (24, 0.0), (30, -1.25), (50, -2.0), (63, -3.5))


def shift(index: int) -> float:
    for (i, low), (j, high) in itertools.pairwise(SHIFTS):
        if i <= index <= j:
            return low + (high - low) * (index - i) / (j - i)
    raise ValueError(f"expected an index from 0 to {COUNT - 1}, got {index}")


SIGMAS = [SIGMA_MIN * math.exp((i + shift(i)) * math.log(SIGMA_MAX / SIGMA_MIN) / (COUNT - 1)) for i in range(COUNT)]


# (part, standard deviation over sigma) of each Gaussian.
MIXTURE = ((0.8, 0.9), (0.2, 1.7))


def radius(index: int) -> int:
    """Largest |k| that table `index` codes without an escape."""
    return min(math.ceil(6.5 * SIGMAS[index]) + 2, 255)


def _upper(x: float, sigma: float) -> float:
    """P(X > x) of the mixture, accurate in the tail."""
    return sum(0.5 * part * math.erfc(x / (sigma * width * math.sqrt(2.0))) for part, width in MIXTURE)


def half_table(index: int) -> tuple[int, list[int]]:
    """(escape frequency, frequencies of k = 0..R): the table is symmetric, f(-k) = f(k).

    escape + f(0) + 2 * sum(f(1..R)) == TOTAL and every frequency is at least 1. Rounding is by largest remainder
    over the pairs (-k, k); the centre takes what is left.
    """
    sigma, r = SIGMAS[index], radius(index)
    tail = 2.0 * _upper(r + 0.5, sigma)
    escape = max(round(tail * TOTAL), MIN_ESCAPE)
    mass = [1.0 - 2.0 * _upper(0.5, sigma)]
    mass += [_upper(k - 0.5, sigma) - _upper(k + 0.5, sigma) for k in range(1, r + 1)]
    scale = (TOTAL - escape) / (mass[0] + 2.0 * sum(mass[1:]))
    ideal = [m * scale for m in mass]
    freq = [max(1, math.floor(t)) for t in ideal]
    spare = TOTAL - escape - freq[0] - 2 * sum(freq[1:])
    by_remainder = sorted(range(1, r + 1), key=lambda k: (freq[k] - ideal[k], k))
    for k in by_remainder[: max(0, spare // 2)]:
        if ideal[k] > freq[k]:
            freq[k] += 1
            spare -= 2
    freq[0] += spare
    assert escape + freq[0] + 2 * sum(freq[1:]) == TOTAL
    assert min(freq) >= 1
    return escape, freq


def frequencies(index: int) -> list[int]:
    """Frequencies of k = -R..R, then of the escape; their sum is TOTAL."""
    escape, half = half_table(index)
    return half[:0:-1] + half + [escape]


def costs(index: int, limit: int) -> list[float]:
    """Bits of |k| = 0..limit under table `index`, escapes included (index 0 codes nothing and costs nothing)."""
    if index == 0:
        return [0.0] + [math.inf] * limit
    escape, half = half_table(index)
    r = len(half) - 1
    out = [-math.log2(f / TOTAL) for f in half[: limit + 1]]
    for k in range(r + 1, limit + 1):
        # Four bits of length n, n bits of mantissa, the sign.
        out.append(-math.log2(escape / TOTAL) + 4 + math.floor(math.log2(k - r)) + 1)
    return out


def typescript() -> str:
    """Source of src/entropy/tables-data.ts: per table u16 R, escape, f(0)..f(R), little-endian, base64."""
    packed = b""
    for index in range(COUNT):
        escape, half = half_table(index)
        packed += struct.pack(f"<{len(half) + 2}H", len(half) - 1, escape, *half)
    text = base64.b64encode(packed).decode("ascii")
    lines = [f"  '{text[at : at + 100]}'," for at in range(0, len(text), 100)]
    return "\n".join(
        [
            "// Written by models/strata_models/compass/entropy_tables.py; stored streams depend on every number, never edit.",
            "// Per table, as little-endian u16: R, frequency of the escape, frequencies of k = 0..R.",
            "export const TABLES_BASE64 = [",
            *lines,
            "].join('')",
            "",
        ]
    )

