"""Fonts to draw text with: those of the system, and the one that comes with Pillow."""
import os
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

FOLDERS = (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "/Library/Fonts", "/System/Library/Fonts", "C:/Windows/Fonts"
)
LARGEST_LIST = 60
BUILT_IN = ""  # the path that stands for Pillow's own font

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=1)
def system_fonts() -> tuple[str, ...]:
    """Paths of fonts that can draw Latin letters, sorted by name; only the built-in one when the system has none."""
    found = [path for folder in FOLDERS for path in sorted(Path(os.path.expanduser(folder)).rglob("*.[to]tf"))]
    return tuple(str(path) for path in found[:LARGEST_LIST] if draws_letters(str(path))) or (BUILT_IN,)


def draws_letters(path: str) -> bool:
    """Whether the font loads and its letters differ: fonts of symbols show one box for each."""
    try:
        masks = [bytes(ImageFont.truetype(path, 16).getmask(letter)) for letter in "Agx"]
    except OSError:
        return False
    return len(set(masks)) == len(masks) and all(map(any, masks))


@lru_cache(maxsize=512)
def font(path: str, size: int) -> Font:
    """Opens a font. Without FreeType, Pillow's built-in font has one size only."""
    return ImageFont.load_default(size) if path == BUILT_IN else ImageFont.truetype(path, size)
