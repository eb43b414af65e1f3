"""Decides how an image is downloaded: its own request, redirects, what is refused, and what comes of a failure."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable, Iterator, Mapping, MutableSet
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from mmap import ACCESS_READ, mmap
from typing import IO, TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import quote, urljoin

from zai_image._attempt import Attempt
from zai_image._boundary import cause, is_timeout, leaves, told
from zai_image._deadline import Deadline
from zai_image._decoding import STEP, Decoder
from zai_image._errors import DownloadError, InvalidRequestError
from zai_image._formats import Facts, facts_of, format_named
from zai_image._formats._content import Content
from zai_image._http import image_request, location, with_target
from zai_image._image_answers import ImageAnswer
from zai_image._image_hosts import ImageHosts
from zai_image._redact import Key
from zai_image._retries import retry_after
from zai_image_api.types import Unset

if TYPE_CHECKING:
    from zai_image._connections import Connections, GivenConnections
    from zai_image._http import Request, Response, Sender, Timeout

__all__ = ["STEP", "Download", "Progress", "Receiver", "RefusedAddress"]

Progress: TypeAlias = Callable[[int, int | None], None]
"""Called with the bytes received so far and, where the server says, how many there will be."""

# Several times the largest documented image, without any compression; what is over this is none.
MAX_BYTES = 64 * 1024 * 1024
MAX_REDIRECTS: Final = 5

# All that an image's host is told; it is not told to compress what is compressed.
_HEADERS: Final = {"Accept": "image/*, */*;q=0.5", "Accept-Encoding": "identity", "User-Agent": "zai-image"}
# Statuses of a host that may well answer at the next attempt.
_TRANSIENT_STATUSES: Final = frozenset({408, 425, 429, *range(500, 600)})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_GONE: Final = 410
_LINK: Final = re.compile(r"https?://(?P<authority>[^/?#]*)(?P<target>[^#]*)", re.IGNORECASE | re.DOTALL)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
# What a request line can hold as it is.
_VISIBLE: Final = "".join(map(chr, range(0x21, 0x7F)))
# What says that an address or a body is wrong: another attempt changes nothing.
_LASTING: Final = (ValueError, TypeError, ArithmeticError, RuntimeError, ImportError, MemoryError)
_LASTING_NAMES: Final = frozenset({"InvalidURL", "UnsupportedProtocol", "LocalProtocolError", "DecodingError"})


class RefusedAddress(Exception):
    """The host of an image turned out to be this machine, or to be link-local."""


class Download:
    """One call that downloads an image, with all its attempts.

    Args:
        answer: What is known of the image.
        key: The API key, which no error may show, even where the server put it into the link.
        hosts: Where images may come from.
        timeout: For each step; ``UNSET`` leaves it to the HTTP client.
        deadline: When the call has to be over.

    Attributes:
        attempts: How often it was tried so far.
        deadline: When the call has to be over.
    """

    def __init__(
        self,
        answer: ImageAnswer,
        key: Key,
        hosts: ImageHosts,
        timeout: Timeout | float | Unset | None,
        deadline: Deadline,
    ) -> None:
        self.deadline = deadline
        self.attempts = 0
        self.link = (answer.link or "").strip()
        self._shown = answer.shown.strip()
        self._expires = answer.expires
        self._key = key
        self._hosts = hosts
        self._timeout = timeout
        self._streams: MutableSet[Any] | None = None

    def error(
        self,
        problem: str,
        *,
        transient: bool = False,
        retry_after: float | None = None,
        cause: BaseException | None = None,
    ) -> DownloadError:
        """Return the error that says why the image could not be had from here."""
        url = self._shown
        error = DownloadError(
            self._key.redact(f"the image at {url} {problem}"), url=url, transient=transient, retry_after=retry_after
        )
        error.request, error.attempts = f"GET {url}", self.attempts
        error.__cause__ = cause
        return error

    def failed(self, raised: Exception) -> DownloadError:
        """Return the error for whatever was raised while the image was downloaded."""
        words, reason = told(raised, self._key), cause(raised, self._key)
        if self.deadline.is_over:
            return self.error(f"did not come within the deadline of {self.deadline.seconds:g} s", cause=reason)
        refused = next((leaf for leaf in leaves(raised) if isinstance(leaf, RefusedAddress)), None)
        if refused is not None:
            return self.error(str(refused))
        lasting = any(
            isinstance(leaf, _LASTING) or not _LASTING_NAMES.isdisjoint(kind.__name__ for kind in type(leaf).__mro__)
            for leaf in leaves(raised)
        )
        return self.error(f"could not be fetched: {words}", transient=is_timeout(raised) or not lasting, cause=reason)

    def unsaved(self, raised: Exception) -> DownloadError:
        """Return the error for whatever was raised by a file, or by what is told of the progress."""
        return self.error(f"could not be stored: {told(raised, self._key)}", cause=cause(raised, self._key))

    @contextmanager
    def leased(self, connections: Connections | GivenConnections) -> Iterator[Sender]:
        """Lend a sender for an attempt, without what the caller has one do for the API.

        Raises:
            DownloadError: There is none: it is closed, or belongs to another process or event loop.
        """
        try:
            with connections.lease() as lane:
                self._streams = lane.streams
                yield lane.plain
        except InvalidRequestError as refused:
            problem = "must be fetched before the client is closed; do so inside its `with` block"
            raise self.error(problem if connections.is_closed else f"could not be fetched: {refused}") from None

    def request(self, sender: Sender, link: str) -> Request:
        """Return the request for the image, made from nothing but a link: its query goes out byte for byte.

        Args:
            sender: What sends the request; nothing that it adds to its own requests is in this one.
            link: Where the image is, or where another link redirects to.

        Raises:
            DownloadError: No image may come from there.
        """
        parts = _LINK.match(link)
        if parts is None:
            raise self.error("has a link that is not an http(s) address")
        request = image_request(sender, link, _HEADERS, timeout=self._timeout, deadline=self.deadline)
        address = request.url
        if not address.host:
            raise self.error("has a link without a host")
        if address.port is not None and not 0 < address.port < 2**16:
            raise self.error("has a link to a port that no host has")
        if self._hosts.refuses(address.host):
            raise self.error(self._refusal(address.host))
        request.extensions["trace"] = self._trace(address.raw_host.decode("ascii"), sender.is_async)
        target = quote(parts["target"], safe=_VISIBLE)
        with_target(request, target if target.startswith("/") else f"/{target}")
        return request

    def _trace(self, host: str, is_async: bool) -> Callable[[str, Mapping[str, Any]], object]:
        """Return what is told each step of a request, and breaks it off where the host has a refused address."""
        attempt, check = Attempt(streams=self._streams), self._checks(host)

        def trace(name: str, info: Mapping[str, Any]) -> None:
            attempt.trace(name, info)
            if refused := check(name, info):
                info["return_value"].close()
                raise RefusedAddress(refused)

        async def trace_async(name: str, info: Mapping[str, Any]) -> None:
            await attempt.trace_async(name, info)
            if refused := check(name, info):
                await info["return_value"].aclose()
                raise RefusedAddress(refused)

        return trace_async if is_async else trace

    def _checks(self, host: str) -> Callable[[str, Mapping[str, Any]], str | None]:
        """Return what tells why an address that a host turned out to have is refused."""
        dialled: list[str] = []

        def check(name: str, info: Mapping[str, Any]) -> str | None:
            step = name.partition(".")[2]
            if step == "connect_tcp.started":
                dialled[:] = [info["host"]]
            # A proxy finds out the address by itself.
            elif step == "connect_tcp.complete" and dialled == [host]:
                peer = info["return_value"].get_extra_info("server_addr")
                if peer and self._hosts.refuses_address(host, str(peer[0])):
                    return self._refusal(host)
            return None

        return check

    def _refusal(self, host: str) -> str:
        return (
            f"is refused: {host} is this machine or link-local, where no link of a public API has to lead; "
            f"allow_image_hosts=[{host!r}] allows it"
        )

    def redirection(self, response: Response, link: str, redirects: int) -> str | None:
        """Return the link that a response redirects to; None where it is the last.

        Args:
            response: What the host answered.
            link: From where.
            redirects: How many there were before.

        Raises:
            DownloadError: It redirects from https to another scheme, to what is not http(s), or once too often.
        """
        to = location(response)
        if response.status_code not in _REDIRECTS or to is None:
            return None
        target = to if _SCHEME.match(to) else urljoin(link, to)
        old, new = (each.partition(":")[0].lower() for each in (link, target))
        if new != old and (old, new) != ("http", "https"):
            raise self.error(f"is redirected from {old} to {new}")
        if redirects >= MAX_REDIRECTS:
            raise self.error(f"is redirected more than {MAX_REDIRECTS} times")
        return target

    def receiver(self, response: Response, file: IO[bytes], progress: Progress | None) -> Receiver:
        """Return what takes the image's bytes.

        Raises:
            DownloadError: The answer is not an image's.
        """
        status = response.status_code
        if status == 200:
            return Receiver(self, response.headers, file, progress)
        if status in _TRANSIENT_STATUSES:
            raise self.error(
                f"is not there: status {status}", transient=True, retry_after=retry_after(response.headers)
            )
        if 400 <= status < 500 and self._expires is not None and datetime.now(UTC) > self._expires:
            raise self.error(f"is gone: its link expired on {self._expires:%Y-%m-%d} (status {status})")
        raise self.error(f"is {'gone' if status == _GONE else 'not there'}: status {status}")

    def received(self, content: bytes, file: IO[bytes], progress: Progress | None) -> Facts:
        """Take an image that came in the answer itself; return what it is.

        Raises:
            DownloadError: It is not an image, or not all of one.
        """
        receiver = Receiver(self, {}, file, progress, is_remote=False)
        receiver.store(content)
        return receiver.finish()


class Receiver:
    """Takes an image's bytes as they come, and refuses what is not an image, not whole, or too large."""

    def __init__(
        self,
        download: Download,
        headers: Mapping[str, str],
        file: IO[bytes],
        progress: Progress | None,
        *,
        is_remote: bool = True,
    ) -> None:
        self._download = download
        self._content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        length = headers.get("content-length", "")
        # Of an encoded body the field gives another length than the one that arrives here.
        known = length.isdecimal() and len(length) < 16 and "content-encoding" not in headers
        self._total = int(length) if known else None
        self._decoder = Decoder(headers)
        self._file = file
        self._progress = progress
        self._raw = self._received = 0
        self._is_remote = is_remote
        file.seek(0)
        file.truncate()

    def take(self, chunk: bytes) -> Iterator[int]:
        """Take a part of the body as it came; yield the length of each step of undoing its compression."""
        self._raw += len(chunk)
        self._limit(self._raw)
        for piece in self._decoder.decode(chunk):
            self.store(piece)
            yield len(piece)

    def store(self, piece: bytes) -> None:
        """Store a part of the image.

        Raises:
            DownloadError: It is too large, or cannot be stored.
        """
        self._received += len(piece)
        self._limit(self._received)
        try:
            self._file.write(piece)
            if self._progress is not None:
                self._progress(self._received, self._total)
        except Exception as raised:
            error = self._download.unsaved(raised)
            raise error from error.__cause__

    def _limit(self, length: int) -> None:
        if length > MAX_BYTES:
            raise self._download.error(f"has over {MAX_BYTES} bytes: not an image of this API")

    def finish(self) -> Facts:
        """Return what the image is, once all of it is here.

        Raises:
            DownloadError: It is not an image, or not all of one.
        """
        with _content(self._file) as content:
            facts = facts_of(content)
            named = format_named(self._content_type)
            broke_off = not self._decoder.is_complete or (named is not None and named.may_become(content))
        if facts is not None and facts.is_complete is not False and self._decoder.is_complete:
            return facts
        if facts is not None or broke_off:
            raise self._download.error(f"broke off after {self._received} bytes", transient=self._is_remote)
        if named is not None:
            raise self._download.error(f"is not an image, though it is said to be {self._content_type}")
        # What is not known here may still be an image, and it is paid for.
        if self._received and self._content_type.startswith("image/"):
            return Facts(self._content_type, mimetypes.guess_extension(self._content_type) or "")
        raise self._download.error(f"is not an image but {self._content_type or 'bytes of no known kind'}")


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
