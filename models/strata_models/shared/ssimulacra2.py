"""SSIMULACRA2 as a differentiable distance: the weighted sum of its error norms, and the score that it stands for.

Definition and constants: SSIMULACRA 2.1, Jon Sneyers, Cloudinary (libjxl, tools/ssimulacra2.cc). There are six scales, with
2x2 means of linear light between them. At each scale pictures are converted to XYB, shifted to positive values. With a
Gaussian of sigma 1.5, each channel has three error maps: SSIM without its luminance denominator, ringing, blurring. Each
map has two norms: its mean and its 4-norm. The reference blurs recursively (Charalampidis, 2016) with zeros around the
picture; the impulse response of that filter ends after four samples, so a band matrix of nine diagonals is the same filter.
"""
import math
from functools import lru_cache

import torch
import torch.nn.functional as F

SMALLEST = 8  # pixels: a scale that would be made from a smaller side is left out
SIGMA = 1.5
C2 = 0.0009
# sRGB with a continuous first derivative, as the reference tool decodes it.
SRGB_ALPHA, SRGB_BETA = 1.0550107, 0.0030412825
OPSIN = ((0.30, 0.622, 0.078), (0.23, 0.692, 0.078), (0.24342269, 0.20476745, 0.55180986))
OPSIN_BIAS = 0.0037930734
X, Y, B = range(3)
SSIM, RINGING, BLURRING = range(3)
# (scale, channel) -> weights of the means of the three maps, then of their 4-norms. Of the 108 weights those below .01 are
# left out, which together move no score by .05. The sixth scale has no weights above that.
WEIGHTS = {
    (0, Y): ((0, 0, 0), (7.466890328078848, 0, 17.445833984131262)),
    (1, X): ((0, 0, 0), (1.1041726426657346, 0, 0)),
    (1, Y): ((0, 0, 0), (6.683678146179332, 0, 1.027889937768264)),
    (2, X): ((0, 0, 0), (1.8422455520539298, 11.441172603757666, 0)),
    (2, Y): ((225.20515300849274, 0, 0), (19.213238186143016, 0, 0)),
    (3, X): ((0, 0, 0), (1.8787594979546387, 10.94906990605142, 0)),
    (3, Y): ((176.39317598450694, 0, 0), (24.43300999870476, 0.28520802612117757, 0)),
    (3, B): ((0, 0, 0), (8.826982764996862, 23.19243343998926, 0)),
    (4, X): ((0, 0.9677937080626833, 0), (0, 0.9981766977854967, 0)),
    (4, Y): ((0, 0, 0), (34.77906344483772, 44.835625328877896, 0)),
    (4, B): ((95.1080498811086, 0.9863978034400682, 0.9834382792465353), (0, 171.2667255897307, 0.9807858872435379)),
}
SCALES = 1 + max(scale for scale, _ in WEIGHTS)
# Values are raised to these before a root is taken: the slope of a root at zero is infinite, and the change is invisible.
DARKEST, SMALLEST_POWER = 1e-6, 1e-15


@lru_cache(maxsize=1)
def gaussian_taps() -> tuple[float, ...]:
    """Impulse response of the reference's recursive filter at 0..4 samples (Charalampidis, eq. 33-57)."""
    radius = round(3.2795 * SIGMA + 0.2546)
    omega = [k * math.pi / (2 * radius) for k in (1, 3, 5)]
    p = [sign / math.tan(0.5 * w) for sign, w in zip((1, -1, 1), omega)]
    r = [sign * a * a / math.sin(w) for sign, a, w in zip((1, -1, 1), p, omega)]
    rho = [math.exp(-0.5 * SIGMA**2 * w * w) / radius for w in omega]
    cross = lambda i, j: p[i] * r[j] - r[i] * p[j]
    zeta = (cross(1, 2) / cross(0, 1), cross(2, 0) / cross(0, 1), 1.0)
    system = torch.tensor([p, r, zeta], dtype=torch.float64)
    target = torch.tensor([1.0, radius**2 - SIGMA**2, sum(a * b for a, b in zip(zeta, rho))], dtype=torch.float64)
    beta = torch.linalg.solve(system, target).tolist()
    return tuple(sum(b * math.cos(w * k) for b, w in zip(beta, omega)) for k in range(radius))


@lru_cache(maxsize=64)
def blur_matrix(size: int) -> torch.Tensor:
    """[size, size]: the Gaussian along one axis, zeros beyond the ends."""
    matrix = torch.zeros(size, size)
    for distance, tap in enumerate(gaussian_taps()):
        count = size - distance
        if count > 0:
            matrix += tap * torch.diag(torch.ones(count), distance)
            if distance:
                matrix += tap * torch.diag(torch.ones(count), -distance)
    return matrix


def blur(x: torch.Tensor) -> torch.Tensor:
    return blur_matrix(x.shape[-2]).to(x.device) @ x @ blur_matrix(x.shape[-1]).to(x.device)


def to_linear(picture: torch.Tensor) -> torch.Tensor:
    x = picture.clamp(DARKEST, 1)
    curve = ((x + (SRGB_ALPHA - 1)) / SRGB_ALPHA) ** 2.4
    return torch.where(x < 12.92 * SRGB_BETA, x / 12.92, curve)


def halve(linear: torch.Tensor) -> torch.Tensor:
    height, width = linear.shape[-2:]
    return F.avg_pool2d(F.pad(linear, (0, width % 2, 0, height % 2), mode="replicate"), 2)


def positive_xyb(linear: torch.Tensor, channels: list[int]) -> torch.Tensor:
    """[B, 3, H, W] linear RGB -> the requested channels of X, Y, B - Y, shifted to about 0..1."""
    rows = OPSIN if B in channels else OPSIN[:2]
    mixed = torch.einsum("oc,bchw->bohw", linear.new_tensor(rows), linear) + OPSIN_BIAS
    roots = mixed.clamp_min(DARKEST) ** (1 / 3) - OPSIN_BIAS ** (1 / 3)
    y = (roots[:, 0] + roots[:, 1]) / 2
    planes = {Y: lambda: y + 0.01, X: lambda: (roots[:, 0] - roots[:, 1]) * 7 + 0.42, B: lambda: roots[:, 2] - y + 0.55}
    return torch.stack([planes[c]() for c in channels], 1)


def error_maps(a: torch.Tensor, b: torch.Tensor, mean_a: torch.Tensor) -> list[torch.Tensor]:
    """SSIM, ringing and blurring of `b` against `a`; `mean_a`: `a` blurred."""
    mean_b = blur(b)
    difference = (mean_a - mean_b).square()
    covariance = blur(a * b) - mean_a * mean_b
    variances = blur(a * a + b * b) - mean_a.square() - mean_b.square()
    ssim = (1 - (1 - difference) * (2 * covariance + C2) / (variances + C2)).clamp_min(0)
    edges = (1 + (b - mean_b).abs()) / (1 + (a - mean_a).abs()) - 1
    return [ssim, edges.clamp_min(0), (-edges).clamp_min(0)]


def norm_of(error: torch.Tensor, fourth: bool, smallest_power: float) -> torch.Tensor:
    """Mean or 4-norm of each map, [B, H, W] -> [B]; `smallest_power` is added under the root."""
    return (error**4).mean((1, 2)).add(smallest_power) ** 0.25 if fourth else error.mean((1, 2))


def distance(picture: torch.Tensor, reference: torch.Tensor, smallest_power: float = SMALLEST_POWER) -> torch.Tensor:
    """Weighted sum of error norms [B] of pictures [B, 3, H, W] in [0, 1]: 1 to 30 for coded pictures.

    Equal pictures have a distance of .07, which is what `smallest_power` leaves of each 4-norm; without it they have
    none, but no gradient either.
    """
    with torch.autocast(picture.device.type, enabled=False):
        a, b = to_linear(reference.float()), to_linear(picture.float())
        total = torch.zeros(len(a), device=a.device)
        for scale in range(SCALES):
            if scale:
                if min(a.shape[-2:]) < SMALLEST:
                    break
                a, b = halve(a), halve(b)
            channels = [channel for channel in (X, Y, B) if (scale, channel) in WEIGHTS]
            planes_a, planes_b = positive_xyb(a, channels), positive_xyb(b, channels)
            maps = error_maps(planes_a, planes_b, blur(planes_a))
            for index, channel in enumerate(channels):
                for fourth, weights in enumerate(WEIGHTS[scale, channel]):
                    for error, weight in zip(maps, weights):
                        if weight:
                            total = total + weight * norm_of(error[:, index], bool(fourth), smallest_power)
        return total


def score_of(distance: torch.Tensor) -> torch.Tensor:
    """Weighted sum of norms -> SSIMULACRA2 score: 100 for equal pictures, 70 high quality, 50 visibly degraded."""
    x = distance * 0.9562382616834844
    x = 2.326765642916932 * x - 0.020884521182843837 * x**2 + 6.248496625763138e-05 * x**3
    return 100 - 10 * x.clamp_min(0) ** 0.6276336467831387


@torch.no_grad()
def score(picture: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Score [B] of pictures [B, 3, H, W] in [0, 1], as the reference tool gives it; not for training."""
    return score_of(distance(picture, reference, 0.0))
