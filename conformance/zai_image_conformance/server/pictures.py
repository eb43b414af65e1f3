"""Pictures behind links: remembered when they are ordered, drawn when they are fetched."""

from __future__ import annotations

import io
import secrets
from collections import OrderedDict

from attrs import frozen
from PIL import ImageDraw, ImageFont

from zai_image_api.sizes import Size
from zai_image_conformance.server.landscape import INK, landscape

_KEPT = 10_000
"""Pictures remembered; the oldest are forgotten first, so memory stays flat."""
_PROMPT_KEPT = 400
"""Characters of the prompt that are remembered and drawn."""


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
    """Draw a placeholder of exactly the ordered size, marked as one, and return it as PNG."""
    width, height = picture.size
    canvas = landscape(picture.prompt, width, height)
    ink = ImageDraw.Draw(canvas)
    font_size = max(12, min(width, height) // 24)
    margin = font_size * 2
    title = ImageFont.load_default(font_size)
    small = ImageFont.load_default(max(10, font_size // 2))
    inset = min(margin, width - 1, height - 1) // 2
    ink.rectangle((inset, inset, width - inset - 1, height - inset - 1), outline=INK)
    line_height = font_size * 3 // 2
    fitting = (height - 3 * margin) // line_height
    for row, line in enumerate(_wrap(picture.prompt, title, width - 2 * margin)[:fitting]):
        ink.text((margin, margin + row * line_height), line, fill=INK, font=title)
    caption = f"placeholder  {picture.model}  {picture.size}  {picture.quality}"
    ink.text((margin, height - margin - font_size // 2), caption, fill=INK, font=small)
    png = io.BytesIO()
    canvas.save(png, "PNG", compress_level=1)
    return png.getvalue()


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
