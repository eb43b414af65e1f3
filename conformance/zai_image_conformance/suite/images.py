"""Downloads the image behind a URL, at once and again later, and decodes it to its last pixel."""

from __future__ import annotations

import hashlib
import io
import threading

from attrs import frozen
from PIL import Image

from zai_image_conformance.sizes import Sides
from zai_image_conformance.suite.image_data import jpeg_fault, png_fault, without_text
from zai_image_conformance.suite.session import Session
from zai_image_conformance.suite.transport import NoResponse

_EDGE = 192
"""Pixels that the longer side of a thumbnail takes."""
_LIMIT = 64 * 2**20
"""Bytes of an image that are read: several times what any documented size takes without compression."""
_MOST = 2**26
"""Pixels that are decoded: sixteen times what the largest documented size has."""
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000")
"""What images come in. Of all that Pillow knows, some run programs over what they are given."""
_ALIKE = 8.0
"""Mean difference of two small versions, of 255, up to which two images count as the same, encoded differently."""


@frozen
class View:
    """What a URL led to."""

    sides: Sides | None
    """Width and height of the image; None where there is no complete one."""
    fault: str = ""
    """Why there is none."""
    media_type: str = ""
    """What it was announced as, in lower case, without parameters and fit for a report."""
    thumbnail: bytes = b""
    """The image made small, as JPEG; empty where that failed."""
    digest: str = ""
    """Of the bytes that came."""
    limited: bool = False
    """Whether its host limits the rate, so that nothing can be said of it."""


@frozen
class Decoded:
    """What the bytes of an image hold."""

    sides: Sides | None
    fault: str
    thumbnail: bytes


class Viewer:
    """Looks behind each URL once at once, and once again later."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._views: dict[tuple[str, bool], View] = {}
        self._state = threading.Lock()

    def view(self, url: str, *, later: bool = False) -> View:
        """Download and decode an image, in whatever format it is.

        Args:
            url: Where it is.
            later: Whether to look once more, after the first time.

        Raises:
            Unreachable: The URL leads nowhere, and the server itself is gone as well.
        """
        with self._state:
            known = self._views.get((url, later))
        if known is None:
            known = self._downloaded(url, self.recall(url) if later else None)
            with self._state:
                self._views[url, later] = known
        return known

    def recall(self, url: str, *, later: bool = False) -> View | None:
        """What was behind a URL, where it was followed."""
        return self._views.get((url, later))

    def _downloaded(self, url: str, before: View | None) -> View:
        shown = self._session.shown(url)
        try:
            response = self._session.download(url, _LIMIT)
        except NoResponse as error:
            # Where the server itself is gone, its URL proves nothing.
            self._session.reach()
            return View(None, f"{shown}: {self._session.shown(str(error))}")
        if response.status != 200:
            return View(None, f"{shown}: status {response.status}", limited=response.status == 429)
        if response.fault:
            return View(None, f"{shown}: {response.fault}")
        digest = hashlib.sha256(response.content).hexdigest()
        if before is not None and digest == before.digest:
            return before
        decoded = decode(response.content)
        if decoded.sides is None:
            reason = self._session.shown(decoded.fault)
            fault = f"{shown}: {len(response.content)} bytes that are no complete image ({reason})"
            return View(None, fault, digest=digest)
        announced = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return View(
            decoded.sides, media_type=self._session.shown(announced), thumbnail=decoded.thumbnail, digest=digest
        )


def is_same(one: View, other: View) -> bool:
    """Whether two views show the same image: the same bytes, or the same sides and nearly the same pixels."""
    if one.digest == other.digest:
        return True
    if one.sides != other.sides:
        return False
    if not one.thumbnail or not other.thumbnail:
        return True
    first, second = (
        Image.open(io.BytesIO(view.thumbnail)).convert("L").resize((32, 32), Image.Resampling.BOX).tobytes()
        for view in (one, other)
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
