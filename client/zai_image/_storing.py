"""Decides how an image is fetched from its link and stored, whole or not at all; the waiting is done elsewhere."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, TypeAlias

from attrs import define, field

from zai_image._errors import DownloadError
from zai_image._formats import HEAD, TAIL, kind_named, kind_of
from zai_image._masking import masked, shown_by

if TYPE_CHECKING:
    import httpx

Progress: TypeAlias = Callable[[int, int | None], None]
"""Called with the bytes received so far and, where the server says, how many there will be."""

# Several times the largest documented image, without any compression; what is over this is none.
MAX_BYTES = 64 * 1024 * 1024
MAX_REDIRECTS: Final = 5

# Statuses of a host that may well answer at the next attempt.
_TRANSIENT_STATUSES: Final = frozenset({408, 425, 429, *range(500, 600)})


@define
class Link:
    """An image's link, and how one call to fetch it goes.

    Attributes:
        url: The address.
        expires: When the page lets it die, where that is known.
        key: The API key, which no error may show, even where the server put it into the link.
        attempts: How often it was tried so far.
    """

    url: str
    expires: datetime | None
    key: str = field(repr=False)
    attempts: int = 0

    def error(self, problem: str, *, transient: bool = False) -> DownloadError:
        """Return the error that says why the image could not be had from here."""
        url = masked(self.url, self.key)
        error = DownloadError(masked(f"the image at {url} {problem}", self.key), url=url, transient=transient)
        error.request, error.attempts = f"GET {url}", self.attempts
        return error

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Turn into ``DownloadError`` what Python and its sockets say of an address that is none."""
        try:
            yield
        except ValueError as error:
            raise self.error(f"could not be fetched: {error}") from self._cause(error)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn what fetching and storing can raise into ``DownloadError``."""
        import httpx

        try:
            yield
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.DecodingError) as error:
            raise self.error(f"could not be fetched: {error}") from self._cause(error)
        except httpx.HTTPError as error:
            raise self.error(f"could not be fetched: {error or type(error).__name__}", transient=True) from self._cause(
                error
            )
        except OSError as error:
            raise self.error(f"could not be stored: {error}") from self._cause(error)
        except RuntimeError as error:
            # httpx says so in a plain RuntimeError.
            if "closed" not in str(error):
                raise
            raise self.error("must be fetched before the client is closed; do so inside its `with` block") from error

    def _cause(self, error: Exception) -> Exception | None:
        return None if shown_by(error, self.key) else error

    def file(self, path: str | PathLike[str]) -> PartialFile:
        """Return a file for the image, that takes the place of the one at the path.

        Raises:
            DownloadError: No file can have that name.
            OSError: There can be no file.
        """
        try:
            return PartialFile(Path(path))
        except ValueError as error:
            raise self.error(f"could not be stored: {error}") from self._cause(error)

    def request(self, client: httpx.Client | httpx.AsyncClient, url: str) -> httpx.Request:
        """Return the request for the image at the link or where it redirects to, without any key.

        Raises:
            DownloadError: The address is not http(s).
        """
        if not url.lower().startswith(("http://", "https://")):
            raise self.error("has a link that is not an http(s) address")
        request = client.build_request("GET", url)
        if not request.url.host:
            raise self.error("has a link without a host")
        # A client that the caller made may send a key with everything; the image's host is not to have it.
        request.headers.pop("Authorization", None)
        return request

    def redirection(self, response: httpx.Response, redirects: int) -> str | None:
        """Return where a response sends on to; None where it is the last.

        Raises:
            DownloadError: It sends to another scheme, or has sent on too often.
        """
        if response.next_request is None:
            return None
        target = response.next_request.url
        if target.scheme != response.url.scheme:
            raise self.error(f"is redirected from {response.url.scheme} to {target.scheme}")
        if redirects >= MAX_REDIRECTS:
            raise self.error(f"is redirected more than {MAX_REDIRECTS} times")
        return str(target)

    def receiver(self, response: httpx.Response, file: IO[bytes], progress: Progress | None) -> Receiver:
        """Return what takes the image's bytes.

        Raises:
            DownloadError: The answer is not an image's.
        """
        status = response.status_code
        if status == 200:
            return Receiver(self, response.headers, file, progress)
        if status in _TRANSIENT_STATUSES:
            raise self.error(f"is not there: status {status}", transient=True)
        if 400 <= status < 500 and self.expires is not None and datetime.now(UTC) > self.expires:
            raise self.error(f"is gone: its link expired on {self.expires:%Y-%m-%d} (status {status})")
        raise self.error(f"is {'gone' if status == 410 else 'not there'}: status {status}")

    def received(self, content: bytes, file: IO[bytes], progress: Progress | None) -> str:
        """Take an image that came in the answer itself; return the suffix for its kind.

        Raises:
            DownloadError: It is not an image, or not all of one.
        """
        receiver = Receiver(self, {}, file, progress)
        receiver.take(content)
        return receiver.finish()


class Receiver:
    """Takes an image's bytes as they come, and refuses what is not an image, not whole, or too large."""

    def __init__(self, link: Link, headers: Mapping[str, str], file: IO[bytes], progress: Progress | None) -> None:
        self._link = link
        self._content_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        length = headers.get("Content-Length", "")
        # Of an encoded body the field gives another length than the one that arrives here.
        known = length.isdecimal() and len(length) < 16 and "Content-Encoding" not in headers
        self._total = int(length) if known else None
        self._file = file
        self._progress = progress
        self._received = 0
        self._head = self._tail = b""
        file.seek(0)
        file.truncate()

    def take(self, chunk: bytes) -> None:
        """Store one chunk."""
        self._received += len(chunk)
        if self._received > MAX_BYTES:
            raise self._link.error(f"has over {MAX_BYTES} bytes: not an image of this API")
        self._head = (self._head + chunk[:HEAD])[:HEAD]
        self._tail = (self._tail + chunk[-TAIL:])[-TAIL:]
        self._file.write(chunk)
        if self._progress is not None:
            self._progress(self._received, self._total)

    def finish(self) -> str:
        """Return the suffix for the image's kind, once all of it is here.

        Raises:
            DownloadError: It is not an image, or not all of one.
        """
        kind = kind_of(self._head)
        named = kind_named(self._content_type)
        if kind is not None and kind.complete(self._head, self._tail, self._received):
            return kind.suffix
        if kind is not None or (named is not None and self._received < named.mark):
            raise self._link.error(f"broke off after {self._received} bytes", transient=True)
        if named is not None:
            raise self._link.error(f"is not an image, though it is said to be {self._content_type}")
        # What is not known here may still be an image, and it is paid for.
        if self._received and self._content_type.startswith("image/"):
            return mimetypes.guess_extension(self._content_type) or ""
        raise self._link.error(f"is not an image but {self._content_type or 'bytes of no known kind'}")


class PartialFile:
    """A file beside its target that takes the target's place when it is complete, or disappears."""

    def __init__(self, target: Path) -> None:
        self._target = target
        # Short, since the target's name may be as long as a name can be.
        self._path = target.with_name(f".{os.urandom(4).hex()}.part")
        # A name that no file can have is refused now, and not when the image is here.
        with suppress(FileNotFoundError):
            target.lstat()
        self.file = self._path.open("xb")

    def keep(self, suffix: str) -> Path:
        """Put the file in its target's place; a target without a suffix gets the given one."""
        self.file.close()
        target = self._target if self._target.suffix else self._target.with_name(self._target.name + suffix)
        self._path.replace(target)
        return target

    def __enter__(self) -> PartialFile:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            # A full disk makes it fail.
            self.file.close()
        finally:
            self._path.unlink(missing_ok=True)
