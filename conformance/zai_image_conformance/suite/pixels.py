"""Decodes an image to its last pixel, and tells whether two are the same."""

from __future__ import annotations

import io

from attrs import frozen
from PIL import Image

from zai_image_conformance.sizes import Sides
from zai_image_conformance.suite.image_data import jpeg_fault, png_fault, without_text

_EDGE = 192
"""Pixels that the longer side of a thumbnail takes."""
_MOST = 2**26
"""Pixels that are decoded: sixteen times what the largest documented size has."""
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000")
"""What images come in. Of all that Pillow knows, some run programs over what they are given."""
_ALIKE = 8.0
"""Mean difference of two small versions, of 255, up to which two images count as the same, encoded differently."""


@frozen
class Decoded:
    """What the bytes of an image hold."""

    sides: Sides | None
    fault: str
    thumbnail: bytes


def are_alike(one: bytes, other: bytes) -> bool:
    """Whether two thumbnails show nearly the same pixels."""
    first, second = (
        Image.open(io.BytesIO(thumbnail)).convert("L").resize((32, 32), Image.Resampling.BOX).tobytes()
        for thumbnail in (one, other)
    )
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) / len(first) <= _ALIKE


def decode(content: bytes) -> Decoded:
    """Decode an image to its last pixel.

    Returns:
        Its sides and a thumbnail, or why it is not complete.
    """
    try:
        fault = png_fault(content) or jpeg_fault(content)
        if fault:
            return Decoded(None, fault, b"")
        # What is written beside the pixels may be longer than Pillow bears, and is no part of the image.
        with Image.open(io.BytesIO(without_text(content)), formats=_FORMATS) as image:
            if image.width * image.height > _MOST:
                return Decoded(None, f"{image.width}x{image.height} pixels are more than are decoded", b"")
            image.load()
            return Decoded(Sides(*image.size), "", _thumbnail(image))
    except Exception as error:  # Pillow's decoders raise anything over malformed bytes.
        return Decoded(None, str(error) or type(error).__name__, b"")


def _thumbnail(image: Image.Image) -> bytes:
    try:
        # Few pixels first: turning all of them into RGB takes longer than the rest.
        image.thumbnail((2 * _EDGE, 2 * _EDGE), Image.Resampling.NEAREST)
        small = image.convert("RGB")
        small.thumbnail((_EDGE, _EDGE), Image.Resampling.BOX)
        jpeg = io.BytesIO()
        # What a server wrote into the image beside its pixels is no part of it.
        small.info.clear()
        small.save(jpeg, "JPEG", quality=75)
        return jpeg.getvalue()
    except Exception:  # Some kinds of images have no way to RGB; they are complete all the same.
        return b""
