"""Downloads the image behind a URL, at once and again later, and looks whether it is one."""

from __future__ import annotations

import hashlib
import threading

from attrs import frozen

from zai_image_conformance.sizes import Sides
from zai_image_conformance.suite.session import Session
from zai_image_conformance.suite.transport import NoResponse

_LIMIT = 64 * 2**20
"""Bytes of an image that are read: several times what any documented size takes without compression."""


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
        # Pillow is loaded with the first image: no request before has to wait for it.
        from zai_image_conformance.suite import pixels

        decoded = pixels.decode(response.content)
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
    from zai_image_conformance.suite import pixels

    return pixels.are_alike(one.thumbnail, other.thumbnail)
