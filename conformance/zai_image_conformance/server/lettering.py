"""Writes text onto a placeholder image in any script: a character that the font lacks becomes a mark of its own."""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby

from PIL import Image, ImageDraw, ImageFont

_CELLS = 5
"""Cells of a mark, across and down; its right half mirrors the left."""


class Lettering:
    """Pillow's own font in one size, and marks for what it lacks.

    Args:
        size: In pixels.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._font = ImageFont.load_default(size)
        self._mark = size * 4 // 5

    def lines(self, text: str, width: int) -> list[str]:
        """Break a text into lines: between words, or inside one that is too long.

        Args:
            text: Any text.
            width: Pixels that a line may have.
        """
        lines = [""]
        for word in drawable(text).split():
            joined = f"{lines[-1]} {word}" if lines[-1] else word
            if self._width(joined) <= width:
                lines[-1] = joined
                continue
            if lines[-1]:
                lines.append("")
            for character in word:
                if self._width(lines[-1] + character) > width:
                    lines.append("")
                lines[-1] += character
        return lines

    def write(self, brush: ImageDraw.ImageDraw, x: float, y: float, line: str, ink: int) -> None:
        """Write one of these lines, from its upper left corner on.

        Args:
            brush: What draws on the image.
            x: Pixels from the left.
            y: Pixels from the top.
            line: The text.
            ink: The palette index to write with.
        """
        for known, run in _runs(line):
            if known:
                brush.text((x, y), run, fill=ink, font=self._font)
            else:
                for place, character in enumerate(run):
                    brush.bitmap(
                        (round(x) + place * self._size, round(y) + self._size // 5),
                        _mark(character, self._mark),
                        fill=ink,
                    )
            x += self._run_width(known, run)

    def _width(self, line: str) -> float:
        return sum(self._run_width(known, run) for known, run in _runs(line))

    def _run_width(self, known: bool, run: str) -> float:
        return self._font.getlength(run) if known else self._size * len(run)


def drawable(text: str) -> str:
    """Return a text with letters for accented letters that the font lacks, and only with what can be seen."""
    plain = (c if _is_known(c) else unicodedata.normalize("NFKD", c) for c in text)
    return "".join(c if unicodedata.category(c)[0] in "LNPS" else " " * c.isspace() for part in plain for c in part)


def _runs(line: str) -> Iterator[tuple[bool, str]]:
    return ((known, "".join(characters)) for known, characters in groupby(line, _is_known))


@cache
def _lacking() -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, bytes]:
    """A font, and the box that it draws for each character that it lacks."""
    font = ImageFont.load_default(12)
    return font, bytes(font.getmask("\uffff"))


@lru_cache(1 << 14)
def _is_known(character: str) -> bool:
    font, box = _lacking()
    return character.isascii() or bytes(font.getmask(character)) != box


@lru_cache(1 << 10)
def _mark(character: str, side: int) -> Image.Image:
    chosen = zlib.crc32(character.encode())
    mark = Image.new("1", (_CELLS, _CELLS))
    for cell in range(_CELLS * _CELLS):
        row, column = divmod(cell, _CELLS)
        mark.putpixel((column, row), chosen >> (row * 3 + min(column, _CELLS - 1 - column)) & 1)
    return mark.resize((side, side), Image.Resampling.NEAREST)
