"""Drawn pictures: text, charts, shapes, lines, codes, gradients, pixel art, saturated colours.

A picture is uint8 [H, W, 3]. It follows from the generator's state and, for text, from the fonts of the machine.
"""
from collections.abc import Callable, Sequence

import numpy as np
import torch
from PIL import Image, ImageDraw

from .fonts import BUILT_IN, font, system_fonts

Random = np.random.Generator
Colour = tuple[int, int, int]
LETTERS = "etaoinshrdlucmfwygpbvkjxqz"
OFTEN = np.linspace(12, 1, len(LETTERS)) / np.linspace(12, 1, len(LETTERS)).sum()
SIGNS = ".,;:!?-()/%&@#+=0123456789"
PRIMARIES = [(r, g, b) for r in (0, 255) for g in (0, 255) for b in (0, 255)]


def colour(random: Random) -> Colour:
    """A primary colour with a probability of 1/4, else any colour."""
    if random.random() < 0.25:
        return PRIMARIES[random.integers(len(PRIMARIES))]
    red, green, blue = random.integers(0, 256, 3).tolist()
    return red, green, blue


def pick(random: Random, fonts: Sequence[str]) -> str:
    return fonts[int(random.integers(len(fonts)))]


def luma(c: Colour) -> float:
    return 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2]


def pair(random: Random) -> tuple[Colour, Colour]:
    """Paper and ink: black on white or the reverse in half of the cases, else two colours that differ in brightness."""
    if random.random() < 0.5:
        return ((255, 255, 255), (0, 0, 0)) if random.random() < 0.7 else ((0, 0, 0), (255, 255, 255))
    while True:
        paper, ink = colour(random), colour(random)
        if abs(luma(paper) - luma(ink)) > 60:
            return paper, ink


def words(random: Random, count: int) -> str:
    out = []
    for _ in range(count):
        word = "".join(random.choice(list(LETTERS), int(random.integers(1, 10)), p=OFTEN))
        style = random.random()
        word = word.upper() if style < 0.1 else word.capitalize() if style < 0.3 else word
        out.append(word + (SIGNS[random.integers(len(SIGNS))] if random.random() < 0.25 else ""))
    return " ".join(out)


def canvas(height: int, width: int, paper: Colour) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (width, height), paper)
    return image, ImageDraw.Draw(image)


def text(random: Random, height: int, width: int, fonts: Sequence[str]) -> Image.Image:
    """Lines of one or several sizes, from 7 pixels on."""
    paper, ink = pair(random)
    image, draw = canvas(height, width, paper)
    top, size = int(random.integers(-8, 8)), int(7 + 40 * random.random() ** 3)
    path = pick(random, fonts)
    draw.fontmode = "1" if random.random() < 0.15 else "L"
    while top < height:
        if random.random() < 0.2:
            size, path = int(7 + 40 * random.random() ** 3), pick(random, fonts)
            ink = pair(random)[1] if random.random() < 0.3 else ink
            ink = ink if abs(luma(paper) - luma(ink)) > 60 else pair(random)[1]
        line = words(random, 1 + 2 * width // (size * 3))
        draw.text((int(random.integers(-size, size)), top), line, fill=ink, font=font(path, size))
        top += int(size * random.uniform(1.0, 1.6)) + 1
    return image


def box(random: Random, height: int, width: int, largest: float) -> list[int]:
    w, h = (max(2, int(side * largest * random.random())) for side in (width, height))
    left, top = int(random.integers(-w // 2, width)), int(random.integers(-h // 2, height))
    return [left, top, left + w, top + h]


def shapes(random: Random, height: int, width: int, fonts: Sequence[str]) -> Image.Image:
    """Flat rectangles, ellipses and polygons; in half of the pictures with smoothed edges."""
    scale = 2 if random.random() < 0.5 else 1
    image, draw = canvas(height * scale, width * scale, colour(random))
    for _ in range(int(random.integers(4, 16))):
        place, kind = box(random, height * scale, width * scale, 0.8), random.integers(3)
        fill = colour(random)
        outline, thick = colour(random) if random.random() < 0.4 else None, int(random.integers(1, 5)) * scale
        if kind == 0:
            draw.rectangle(place, fill, outline, thick)
        elif kind == 1:
            draw.ellipse(place, fill, outline, thick)
        else:
            corners = random.integers([[width * scale, height * scale]] * int(random.integers(3, 6)))
            draw.polygon([tuple(corner) for corner in corners.tolist()], fill)
    return image.resize((width, height), Image.Resampling.BOX) if scale > 1 else image


def lines(random: Random, height: int, width: int, fonts: Sequence[str]) -> Image.Image:
    """Thin lines in all directions, or stripes and grids of one to four pixels."""
    paper, ink = pair(random)
    image, draw = canvas(height, width, paper)
    if random.random() < 0.4:
        y, x = np.mgrid[0:height, 0:width]
        step = int(random.integers(1, 5))
        mask = [x // step % 2, y // step % 2, (x + y) // step % 2, (x // step + y // step) % 2][random.integers(4)]
        return Image.fromarray(np.where(mask[..., None] == 1, np.array(ink, np.uint8), np.array(paper, np.uint8)))
    for _ in range(int(random.integers(5, 30))):
        ends = random.integers(0, [width, height, width, height]).tolist()
        if random.random() < 0.4:
            ends[random.integers(2, 4)] = ends[0] if random.random() < 0.5 else ends[1]
        draw.line(ends, colour(random) if random.random() < 0.3 else ink, int(random.integers(1, 4)))
    return image


def chart(random: Random, height: int, width: int, fonts: Sequence[str]) -> Image.Image:
    """Axes, a grid, bars or curves, labels."""
    paper, ink = ((255, 255, 255), (40, 40, 40)) if random.random() < 0.7 else ((24, 26, 32), (220, 220, 220))
    image, draw = canvas(height, width, paper)
    grid = tuple((p + (i - p) // 5) for p, i in zip(paper, ink))
    step = int(random.integers(12, 40))
    for y in range(int(random.integers(step)), height, step):
        draw.line([0, y, width, y], grid)
        draw.text((2, y - 10), f"{int(random.integers(0, 2000))}", fill=ink, font=font(pick(random, fonts), 9))
    count = int(random.integers(4, 20))
    for _ in range(int(random.integers(1, 4))):
        values = np.clip(height * (0.5 + np.cumsum(random.normal(0, 0.12, count))), 0, height - 1)
        across, fill = np.linspace(24, width, count), colour(random)
        if random.random() < 0.4:
            half = max(1, (width - 24) // count // 3)
            for x, y in zip(across, values):
                draw.rectangle([int(x) - half, int(y), int(x) + half, height], fill)
        else:
            points = [(float(x), float(y)) for x, y in zip(across, values)]
            draw.line(points, fill, int(random.integers(1, 4)), joint="curve")
    draw.line([24, 0, 24, height], ink)
    draw.line([0, height - 12, width, height - 12], ink)
    return image


def code(random: Random, height: int, width: int, fonts: Sequence[str]) -> Image.Image:
    """Black and white modules of one to eight pixels, as in a QR code, or bars."""
    module = int(random.integers(1, 9))
    rows, columns = height // module + 1, width // module + 1
    bits = random.integers(0, 2, (rows, columns))
    if random.random() < 0.25:
        bits = np.broadcast_to(bits[:1], bits.shape)
    cells = np.kron(bits, np.ones((module, module), int))[:height, :width, None]
    paper, ink = pair(random)
    return Image.fromarray(np.where(cells == 1, np.array(ink, np.uint8), np.array(paper, np.uint8)))


def gradient(random: Random, height: int, width: int, fonts: Sequence[str]) -> Image.Image:
    """Linear and round gradients between two to four colours, in steps or dithered or smooth."""
    y, x = np.mgrid[0:height, 0:width]
    angle = random.uniform(0, 2 * np.pi)
    t = np.cos(angle) * x / width + np.sin(angle) * y / height
    if random.random() < 0.4:
        t = np.hypot(x / width - random.random(), y / height - random.random())
    t = (t - t.min()) / max(float(np.ptp(t)), 1e-6)
    if random.random() < 0.3:
        t = np.floor(t * random.integers(3, 16)) / 16
    stops = np.array([colour(random) for _ in range(int(random.integers(2, 5)))], float)
    planes = [np.interp(t, np.linspace(0, 1, len(stops)), stops[:, c]) for c in range(3)]
    dither = random.uniform(-0.5, 0.5, (height, width)) * (random.random() < 0.3)
    return Image.fromarray((np.stack(planes, 2) + dither[..., None] + 0.5).clip(0, 255).astype(np.uint8))


def pixels(random: Random, height: int, width: int, fonts: Sequence[str]) -> Image.Image:
    """Blobs of a small palette in cells of two to eight pixels."""
    cell = int(random.integers(2, 9))
    rows, columns = height // cell + 1, width // cell + 1
    palette = np.array([colour(random) for _ in range(int(random.integers(2, 12)))], np.uint8)
    field = random.random((rows, columns))
    for axis in (0, 1):
        field = (field + np.roll(field, 1, axis) + np.roll(field, -1, axis)) / 3 if random.random() < 0.8 else field
    order = field.ravel().argsort().argsort().reshape(field.shape) * len(palette) // field.size
    return Image.fromarray(palette[np.kron(order, np.ones((cell, cell), int))[:height, :width]])


def saturated(random: Random, height: int, width: int, fonts: Sequence[str]) -> Image.Image:
    """Pure colours side by side, in blocks or with writing on them."""
    side = int(random.integers(3, 40))
    choice = random.integers(0, len(PRIMARIES), (height // side + 1, width // side + 1))
    cells = np.kron(choice, np.ones((side, side), int))[:height, :width]
    image = Image.fromarray(np.array(PRIMARIES, np.uint8)[cells])
    if random.random() < 0.5:
        draw, size = ImageDraw.Draw(image), int(random.integers(9, 40))
        for top in range(0, height, size + 4):
            line = words(random, 1 + width // (size * 2))
            draw.text((0, top), line, PRIMARIES[random.integers(8)], font(pick(random, fonts), size))
    return image


KINDS: dict[str, Callable[[Random, int, int, Sequence[str]], Image.Image]] = {
    f.__name__: f for f in (text, shapes, lines, chart, code, gradient, pixels, saturated)
}
SHARES = {
    "text": 0.4, "chart": 0.15, "shapes": 0.1, "lines": 0.1, "code": 0.05, "gradient": 0.05, "pixels": 0.05, "saturated": 0.1
}


def drawing(random: Random, height: int, width: int, kind: str | None = None, fonts: Sequence[str] | None = None) -> np.ndarray:
    """One picture. Without `kind`, the kind is drawn by SHARES; without `fonts`, the fonts of the system are used."""
    kind = kind or str(random.choice(list(SHARES), p=list(SHARES.values())))
    return np.asarray(KINDS[kind](random, height, width, fonts or system_fonts()), np.uint8)


def drawn_set(kind: str, count: int, height: int, width: int, seed: int = 1) -> list[torch.Tensor]:
    """The same uint8 [3, H, W] on every machine that has the same Pillow: text is in Pillow's own font."""
    random = np.random.default_rng(seed)
    pictures = [drawing(random, height, width, kind, (BUILT_IN,)) for _ in range(count)]
    return [torch.from_numpy(picture.copy()).permute(2, 0, 1) for picture in pictures]


class DrawnCrops:
    """Replaces a share of a sampler's crops by drawings, [batch, 3, side, side] in [0, 1]. `drawn` [batch] says which."""

    def __init__(self, sampler, share: float, seed: int):
        self.sampler, self.share, self.random = sampler, share, np.random.default_rng([seed, 1])
        self.drawn = torch.zeros(0, dtype=torch.bool)

    def next(self) -> torch.Tensor:
        crops = self.sampler.next()
        # The same number in each batch, rounded at random.
        count = min(len(crops), int(len(crops) * self.share + self.random.random()))
        chosen = self.random.permutation(len(crops))[:count]
        self.drawn = torch.zeros(len(crops), dtype=torch.bool)
        for index in chosen.tolist():
            picture = drawing(self.random, crops.shape[2], crops.shape[3])
            crops[index] = torch.from_numpy(picture.copy()).permute(2, 0, 1).to(crops.device) / 255
            self.drawn[index] = True
        return crops
