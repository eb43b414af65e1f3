"""Paints the landscape of a placeholder image: the same for the same prompt, another for another."""

from __future__ import annotations

import colorsys
import math
import zlib
from random import Random

from PIL import Image, ImageDraw

INK = 255
"""Palette index of white, for what is written on the landscape."""
_SKY = 128
"""Palette indices of the sky, from the top down; the sun and the hills come after these."""
_SUN = _SKY
_HILLS = 5


def landscape(prompt: str, width: int, height: int) -> Image.Image:
    """Return a sky, a sun and hills in colours and shapes of the prompt's own, as an image with a palette.

    Few colours, and a sky of whole rows, keep even 2048x2048 small as PNG and quick to make.

    Args:
        prompt: Any text.
        width: In pixels.
        height: In pixels.
    """
    chance = Random(zlib.crc32(prompt.encode("utf-8", "replace")))
    canvas = Image.linear_gradient("L").point([value * _SKY // 256 for value in range(256)])
    canvas = canvas.resize((width, height), Image.Resampling.NEAREST)
    canvas.putpalette(_palette(chance.random()))
    brush = ImageDraw.Draw(canvas)
    x, y = chance.uniform(0.2, 0.8) * width, chance.uniform(0.3, 0.5) * height
    radius = min(width, height) * 0.09
    brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_SUN)
    for layer in range(_HILLS):
        base = (0.55 + 0.09 * layer) * height
        waves = [(chance.uniform(1, 2 + layer), chance.uniform(0, math.tau)) for _ in range(3)]
        ridge = [
            (column * width / 64, base - 0.05 * height * sum(math.sin(f * column / 10 + p) / f for f, p in waves))
            for column in range(65)
        ]
        brush.polygon([(0, height), *ridge, (width, height)], fill=_SUN + 1 + layer)
    return canvas


def _palette(hue: float) -> list[int]:
    """256 RGB entries: the sky, the sun, the hills from the far to the near, and white."""
    sky = [_rgb(hue + 0.09 * step / _SKY, 0.62 - 0.4 * step / _SKY, 0.42 + 0.53 * step / _SKY) for step in range(_SKY)]
    hills = [_rgb(hue + 0.03 * layer, 0.35 + 0.08 * layer, 0.66 - 0.13 * layer) for layer in range(_HILLS)]
    colours = [*sky, _rgb(0.12, 0.25, 1.0), *hills]
    return [channel for colour in [*colours, *[(255, 255, 255)] * (256 - len(colours))] for channel in colour]


def _rgb(hue: float, saturation: float, value: float) -> tuple[int, ...]:
    return tuple(round(255 * channel) for channel in colorsys.hsv_to_rgb(hue % 1, saturation, value))
