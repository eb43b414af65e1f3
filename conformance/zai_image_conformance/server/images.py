"""Images behind links: remembered when they are wanted, drawn when they are fetched."""

from __future__ import annotations

import io
import secrets
from collections import OrderedDict

from attrs import frozen
from PIL import ImageDraw, ImageFont

from zai_image_api.sizes import Size
from zai_image_conformance.server.landscape import INK, landscape

_KEPT = 10_000
"""Images remembered; the oldest are forgotten first, so memory stays flat."""
_PROMPT_KEPT = 400
"""Characters of the prompt that are remembered and drawn."""


@frozen
class Placeholder:
    """What is drawn when a link is fetched."""

    prompt: str
    model: str
    quality: str
    size: Size


class ImageStore:
    """The requested images by the unguessable name in their link."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._images: OrderedDict[str, Placeholder] = OrderedDict()

    def __len__(self) -> int:
        return len(self._images)

    def add(self, *, prompt: str, model: str, quality: str, size: Size) -> str:
        """Remember an image and return its name, which cannot be guessed."""
        name = secrets.token_urlsafe(24)
        self._images[name] = Placeholder(prompt=prompt[:_PROMPT_KEPT], model=model, quality=quality, size=size)
        if len(self._images) > self._kept:
            self._images.popitem(last=False)
        return name

    def get(self, name: str) -> Placeholder | None:
        """The image of that name, or None when there never was one or it was forgotten."""
        return self._images.get(name)


def draw(image: Placeholder) -> bytes:
    """Draw a placeholder of exactly the requested size, marked as one, and return it as PNG."""
    width, height = image.size
    canvas = landscape(image.prompt, width, height)
    ink = ImageDraw.Draw(canvas)
    font_size = max(12, min(width, height) // 24)
    margin = font_size * 2
    title = ImageFont.load_default(font_size)
    small = ImageFont.load_default(max(10, font_size // 2))
    inset = min(margin, width - 1, height - 1) // 2
    ink.rectangle((inset, inset, width - inset - 1, height - inset - 1), outline=INK)
    line_height = font_size * 3 // 2
    fitting = (height - 3 * margin) // line_height
    for row, line in enumerate(_wrap(image.prompt, title, width - 2 * margin)[:fitting]):
        ink.text((margin, margin + row * line_height), line, fill=INK, font=title)
    caption = f"placeholder  {image.model}  {image.size}  {image.quality}"
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
