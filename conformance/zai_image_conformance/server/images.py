"""Images behind links: remembered when they are wanted, drawn when they are fetched."""

from __future__ import annotations

import io
import secrets
import zlib
from collections import OrderedDict

from attrs import evolve
from PIL import ImageDraw

from zai_image_conformance.server.landscape import INK, landscape
from zai_image_conformance.server.lettering import Lettering, drawable
from zai_image_conformance.server.requests import Accepted

_KEPT = 10_000
"""Images remembered; the oldest are forgotten first, so memory stays flat."""
_PROMPT_KEPT = 400
"""Characters of the prompt that are remembered and drawn."""


class ImageStore:
    """The requested images by the unguessable name in their link."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._images: OrderedDict[str, Accepted] = OrderedDict()

    def __len__(self) -> int:
        return len(self._images)

    def add(self, image: Accepted) -> str:
        """Remember an image and return its name, which cannot be guessed."""
        name = secrets.token_urlsafe(24)
        self._images[name] = evolve(image, prompt=image.prompt[:_PROMPT_KEPT])
        if len(self._images) > self._kept:
            self._images.popitem(last=False)
        return name

    def get(self, name: str) -> Accepted | None:
        """The image of that name, or None when there never was one or it was forgotten."""
        return self._images.get(name)


def draw(image: Accepted) -> bytes:
    """Draw a placeholder of exactly the requested size, marked as one, and return it as PNG."""
    width, height = image.size
    canvas = landscape(f"{image.seed} {image.prompt}", width, height)
    ink = ImageDraw.Draw(canvas)
    font_size = max(12, min(width, height) // 24)
    margin = font_size * 2
    title, small = Lettering(font_size), Lettering(max(10, font_size * 2 // 3))
    inset = min(margin, width - 1, height - 1) // 2
    ink.rectangle((inset, inset, width - inset - 1, height - inset - 1), outline=INK)
    line_height = font_size * 3 // 2
    fitting = (height - 3 * margin) // line_height
    for row, line in enumerate(title.lines(image.prompt, width - 2 * margin)[:fitting]):
        title.write(ink, margin, margin + row * line_height, line, INK)
    caption = f"PLACEHOLDER  {image.model}  {image.size}  {image.quality}"
    if image.seed:
        caption += f"  seed {image.seed}"
    small.write(ink, margin, height - margin - font_size * 2 // 3, drawable(caption), INK)
    png = io.BytesIO()
    # Most pixels are like their neighbour.
    canvas.save(png, "PNG", compress_level=1, compress_type=zlib.Z_RLE)
    return png.getvalue()
