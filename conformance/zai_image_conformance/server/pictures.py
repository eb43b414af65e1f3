"""Pictures behind links: remembered when they are ordered, drawn when they are fetched."""

from __future__ import annotations

import io
import secrets
import zlib
from collections import OrderedDict

from attrs import frozen
from PIL import Image, ImageDraw, ImageFont

from zai_image_api.sizes import Size

_KEPT = 10_000
"""Pictures remembered; the oldest are forgotten first, so memory stays flat."""
_PROMPT_KEPT = 400
"""Characters of the prompt that are remembered and drawn."""
_INK = 255
"""Palette index of the text; the background uses the lower half of the palette."""


@frozen
class Picture:
    """What is drawn when a link is fetched."""

    prompt: str
    model: str
    quality: str
    size: Size


class PictureStore:
    """The ordered pictures by the unguessable name in their link."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._pictures: OrderedDict[str, Picture] = OrderedDict()

    def __len__(self) -> int:
        return len(self._pictures)

    def add(self, *, prompt: str, model: str, quality: str, size: Size) -> str:
        """Remember a picture and return its name, which cannot be guessed."""
        name = secrets.token_urlsafe(24)
        self._pictures[name] = Picture(prompt=prompt[:_PROMPT_KEPT], model=model, quality=quality, size=size)
        if len(self._pictures) > self._kept:
            self._pictures.popitem(last=False)
        return name

    def get(self, name: str) -> Picture | None:
        """The picture of that name, or None when there never was one or it was forgotten."""
        return self._pictures.get(name)


def draw(picture: Picture) -> bytes:
    """Draw a picture of exactly the ordered size and return it as PNG.

    One byte a pixel and a background of whole rows keep a 2048x2048 picture small and quick to make.
    """
    width, height = picture.size
    canvas = Image.linear_gradient("L").point([value // 2 for value in range(256)])
    canvas = canvas.resize((width, height), Image.Resampling.NEAREST)
    canvas.putpalette(_palette(picture.prompt))
    ink = ImageDraw.Draw(canvas)
    font_size = max(12, min(width, height) // 24)
    margin = font_size * 2
    title = ImageFont.load_default(font_size)
    small = ImageFont.load_default(max(10, font_size // 2))
    inset = min(margin, width - 1, height - 1) // 2
    ink.rectangle((inset, inset, width - inset - 1, height - inset - 1), outline=_INK)
    line_height = font_size * 3 // 2
    fitting = (height - 3 * margin) // line_height
    for row, line in enumerate(_wrap(picture.prompt, title, width - 2 * margin)[:fitting]):
        ink.text((margin, margin + row * line_height), line, fill=_INK, font=title)
    caption = f"{picture.model}  {picture.size}  {picture.quality}"
    ink.text((margin, height - margin - font_size // 2), caption, fill=_INK, font=small)
    png = io.BytesIO()
    canvas.save(png, "PNG", compress_level=1)
    return png.getvalue()


def _palette(prompt: str) -> list[int]:
    """256 RGB entries: dusk to dawn in a hue of the prompt's own, and white for the ink."""
    seed = zlib.crc32(prompt.encode("utf-8", "replace"))
    top = [(seed >> shift & 0x3F) + 16 for shift in (0, 6, 12)]
    bottom = [(seed >> shift & 0x7F) + 64 for shift in (18, 21, 24)]
    colours = [
        [start + (end - start) * step // 127 for start, end in zip(top, bottom, strict=True)] for step in range(128)
    ]
    return [channel for colour in [*colours, *[[255, 255, 255]] * 128] for channel in colour]


def _wrap(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> list[str]:
    """Break text into lines of at most `width` pixels: between words, or inside one that is too long."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if font.getlength(joined) <= width:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if font.getlength(lines[-1] + character) > width:
                lines.append("")
            lines[-1] += character
    return lines
