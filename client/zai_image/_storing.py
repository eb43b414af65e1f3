"""Decides how an image is fetched from its link and stored, whole or not at all; the waiting is done elsewhere."""

from __future__ import annotations

import mimetypes
import os
import stat
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import BytesIO
from mmap import ACCESS_READ, mmap
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Final, TypeAlias

from attrs import define, field

from zai_image._errors import DownloadError, SuffixWarning
from zai_image._formats import SUFFIXES, Facts, facts_of, format_named, mismatch
from zai_image._formats._content import Content
from zai_image._masking import masked, shown_by

if TYPE_CHECKING:
    import httpx

Progress: TypeAlias = Callable[[int, int | None], None]
"""Called with the bytes received so far and, where the server says, how many there will be."""

# Several times the largest documented image, without any compression; what is over this is none.
MAX_BYTES = 64 * 1024 * 1024
MAX_REDIRECTS: Final = 5

_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)

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
            if str(path).endswith(("/", os.sep)):
                raise ValueError(f"{str(path)!r} names a folder; name a file")
            return PartialFile(Path(path), SUFFIXES)
        except (ValueError, TypeError) as error:
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

    def received(self, content: bytes, file: IO[bytes], progress: Progress | None) -> Facts:
        """Take an image that came in the answer itself; return what it is.

        Raises:
            DownloadError: It is not an image, or not all of one.
        """
        receiver = Receiver(self, {}, file, progress, is_remote=False)
        receiver.take(content)
        return receiver.finish()


class Receiver:
    """Takes an image's bytes as they come, and refuses what is not an image, not whole, or too large."""

    def __init__(
        self,
        link: Link,
        headers: Mapping[str, str],
        file: IO[bytes],
        progress: Progress | None,
        *,
        is_remote: bool = True,
    ) -> None:
        self._link = link
        self._content_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        length = headers.get("Content-Length", "")
        # Of an encoded body the field gives another length than the one that arrives here.
        known = length.isdecimal() and len(length) < 16 and "Content-Encoding" not in headers
        self._total = int(length) if known else None
        self._file = file
        self._progress = progress
        self._received = 0
        self._is_remote = is_remote
        file.seek(0)
        file.truncate()

    def take(self, chunk: bytes) -> None:
        """Store one chunk."""
        self._received += len(chunk)
        if self._received > MAX_BYTES:
            raise self._link.error(f"has over {MAX_BYTES} bytes: not an image of this API")
        self._file.write(chunk)
        if self._progress is not None:
            self._progress(self._received, self._total)

    def finish(self) -> Facts:
        """Return what the image is, once all of it is here.

        Raises:
            DownloadError: It is not an image, or not all of one.
        """
        with _content(self._file) as content:
            facts = facts_of(content)
            named = format_named(self._content_type)
            broke_off = named is not None and named.may_become(content)
        if facts is not None and facts.is_complete is not False:
            return facts
        if facts is not None or broke_off:
            raise self._link.error(f"broke off after {self._received} bytes", transient=self._is_remote)
        if named is not None:
            raise self._link.error(f"is not an image, though it is said to be {self._content_type}")
        # What is not known here may still be an image, and it is paid for.
        if self._received and self._content_type.startswith("image/"):
            return Facts(self._content_type, mimetypes.guess_extension(self._content_type) or "")
        raise self._link.error(f"is not an image but {self._content_type or 'bytes of no known kind'}")


@contextmanager
def _content(file: IO[bytes]) -> Iterator[Content]:
    """Lend what is in a file, without taking it into memory."""
    if isinstance(file, BytesIO):
        yield file.getvalue()
        return
    file.flush()
    if not file.tell():
        # Nothing cannot be mapped.
        yield b""
        return
    with mmap(file.fileno(), 0, access=ACCESS_READ) as mapped:
        yield mapped


def warn_of_suffix(path: Path, facts: Facts) -> None:
    """Warn the caller of the caller where the suffix of a path says another format than the image has."""
    said = mismatch(path, facts)
    if said is not None:
        warnings.warn(f"{str(path)!r} says {said}, and the image is {facts.media_type}", SuffixWarning, stacklevel=3)


class PartialFile:
    """A file beside its target that takes the target's place when it is complete, or disappears.

    Args:
        target: The file to write; through a symbolic link, what the link leads to.
        suffixes: What may be put behind the name of a target that has no suffix.

    Raises:
        OSError: No regular file can be there.
        ValueError: No file can have that name.
    """

    def __init__(self, target: Path, suffixes: Iterable[str] = ()) -> None:
        if not target.name:
            raise ValueError(f"{str(target)!r} is no name of a file")
        self._target = target
        # A link that is there already is the whole name, suffix or not.
        self._is_named = bool(target.suffix) or target.is_symlink()
        names = [target] if self._is_named else [target, *(self._named(suffix) for suffix in suffixes)]
        # What cannot be stored is refused now, and not when the image is here.
        existing = [_existing(name) for name in names]
        real = _real(target)
        self._path = real.with_name(f".{os.urandom(4).hex()}.part")
        mode = 0o666 if not self._is_named or existing[0] is None else stat.S_IMODE(existing[0].st_mode) & 0o777
        # Nobody may read the new content who may not read the old one.
        self.file: BinaryIO = os.fdopen(os.open(self._path, _FLAGS, mode), "w+b")

    def keep(self, suffix: str) -> Path:
        """Put the file in its target's place, with its mode and owner; a target without a suffix gets the given one.

        Returns:
            The path, as it was given or with the suffix.
        """
        target = self._target if self._is_named else self._named(suffix)
        existing = _existing(target)
        self.file.flush()
        if existing is not None:
            _take_over(self.file, self._path, existing)
        self.file.close()
        self._path.replace(_real(target))
        return target

    def _named(self, suffix: str) -> Path:
        return self._target.with_name(self._target.name + suffix)

    def __enter__(self) -> PartialFile:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            # A full disk makes it fail.
            self.file.close()
        finally:
            self._path.unlink(missing_ok=True)


def _existing(path: Path) -> os.stat_result | None:
    """Return what is known of the regular file at a path; None where there is nothing yet.

    Raises:
        OSError: There is something else, or nothing can be there.
        ValueError: No file can have that name.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        if path.is_symlink():
            # A link may lead to where nothing is, but something can be.
            _real(path).parent.stat()
        return None
    if not stat.S_ISREG(found.st_mode):
        kind = next((kind for test, kind in _KINDS if test(found.st_mode)), "no file")
        raise OSError(f"{str(path)!r} is {kind}; name a file")
    return found


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _take_over(file: BinaryIO, path: Path, existing: os.stat_result) -> None:
    """Give the new file the owner and the mode of the old one, as far as the system lets us."""
    if hasattr(os, "fchown"):
        made = os.fstat(file.fileno())
        if (made.st_uid, made.st_gid) != (existing.st_uid, existing.st_gid):
            with suppress(OSError):
                os.fchown(file.fileno(), existing.st_uid, existing.st_gid)
    with suppress(OSError):
        # After the owner, since a change of owner takes bits out of the mode.
        path.chmod(stat.S_IMODE(existing.st_mode))
