"""Fetches the picture behind a link, once, and measures it."""

from __future__ import annotations

import io
import warnings

import httpx
from attrs import field, frozen
from PIL import Image

from zai_image_conformance.sizes import Sides
from zai_image_conformance.suite.session import Asker

_EDGE = 192
"""Pixels that the longer side of a thumbnail takes."""
_LIMIT = 64 * 2**20
"""Bytes of a picture that are read: several times what any documented size takes without compression."""
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000")
"""What pictures come in. Of all that Pillow knows, some run programs over what they are given."""


@frozen
class View:
    """What a link led to."""

    sides: Sides | None
    """Width and height of the picture; None where there is no complete one."""
    fault: str = ""
    """Why there is none."""
    media_type: str = ""
    """What it was announced as, in lower case, without parameters and fit for a report."""
    thumbnail: bytes = field(default=b"", repr=False)
    """The picture made small, as JPEG; empty where that failed."""


class Viewer:
    """Looks behind each link once."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._views: dict[str, View] = {}

    def view(self, link: str) -> View:
        """Fetch and decode a picture, in whatever format it is.

        Raises:
            Unasked: The link leads nowhere, and the server itself is gone as well.
        """
        if link not in self._views:
            self._views[link] = self._fetched(link)
        return self._views[link]

    def recall(self, link: str) -> View | None:
        """What was behind a link, where it was followed."""
        return self._views.get(link)

    def _fetched(self, link: str) -> View:
        shown = self._asker.shown(link)
        try:
            status, announced, content = self._asker.fetch(link, _LIMIT)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            # Where the server itself is gone, its link proves nothing.
            self._asker.reach()
            return View(None, f"{shown}: {self._asker.shown(str(error)) or type(error).__name__}")
        if status != 200:
            return View(None, f"{shown}: status {status}")
        try:
            sides, thumbnail = _decoded(content)
        except Exception as error:  # Pillow's decoders raise anything over hostile bytes.
            reason = self._asker.shown(str(error)) or type(error).__name__
            return View(None, f"{shown}: {len(content)} bytes that are no complete picture ({reason})")
        media_type = self._asker.shown(announced.partition(";")[0].strip().lower())
        return View(sides, media_type=media_type, thumbnail=thumbnail)


def _decoded(content: bytes) -> tuple[Sides, bytes]:
    """The sides of a complete picture, and the picture made small."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            picture.load()
            return Sides(*picture.size), _thumbnail(picture)


def _thumbnail(picture: Image.Image) -> bytes:
    try:
        # Few pixels first: turning all of them into RGB takes longer than the rest.
        picture.thumbnail((2 * _EDGE, 2 * _EDGE), Image.Resampling.NEAREST)
        small = picture.convert("RGB")
        small.thumbnail((_EDGE, _EDGE), Image.Resampling.BOX)
        jpeg = io.BytesIO()
        # What a server wrote into the picture beside its pixels is no part of it.
        small.info.clear()
        small.save(jpeg, "JPEG", quality=75)
        return jpeg.getvalue()
    except Exception:  # Some kinds of pictures have no way to RGB; they are complete all the same.
        return b""
