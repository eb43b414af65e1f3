"""Draws the placeholders that stand for images."""

from __future__ import annotations

import io
import zlib

from PIL import ImageDraw

from zai_image_conformance.server.landscape import INK, landscape
from zai_image_conformance.server.lettering import Lettering, drawable
from zai_image_conformance.server.requests import Accepted


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
