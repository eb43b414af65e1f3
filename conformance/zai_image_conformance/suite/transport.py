"""Sends one HTTP request with httpx and reads one response, within a deadline and without any interpretation."""

from __future__ import annotations

import ipaddress
import queue
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import httpx
from attrs import frozen

T = TypeVar("T")

PATIENCE = 200.0
"""Seconds within which a whole response has to come: ten times as many as the page says an image takes."""
_CONNECT = 10.0
"""Seconds within which a connection has to be made."""


@frozen
class Response:
    """A response as it came."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    content: bytes
    """At most as many bytes as were asked for, without their Content-Encoding."""
    fault: str = ""
    """Why the body cannot be read as it is announced; empty where it can."""


class NoResponse(Exception):
    """No whole response came.

    Attributes:
        sent: Whether the request may have arrived.
        lost: Whether the connection ended, where otherwise it took too long.
    """

    def __init__(self, message: str, *, sent: bool, lost: bool) -> None:
        super().__init__(message)
        self.sent = sent
        self.lost = lost


class Transport(Protocol):
    """What a session sends its requests with."""

    def send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes, *, limit: int, patience: float
    ) -> Response:
        """Send a request to the endpoint; raises NoResponse."""

    def download(self, url: str, *, limit: int, patience: float) -> Response:
        """Get what is behind a URL, through redirects; raises NoResponse."""

    def renew(self) -> None:
        """Keep no connection: one that was kept may have been closed by the other side."""

    def close(self) -> None:
        """Close the connections."""


class Clock(Protocol):
    """What a session reads the time from, and waits with."""

    def now(self) -> float:
        """Unix seconds."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class RealClock:
    """The clock of this machine."""

    def now(self) -> float:
        """Unix seconds."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class HttpTransport:
    """Sends over real connections; those to this machine go through no proxy of the environment."""

    def __init__(self) -> None:
        self._opened: list[httpx.Client] = []
        self._state = threading.Lock()
        self._closed = False
        self.renew()

    def close(self) -> None:
        """Close the connections, and make no other."""
        with self._state:
            self._closed = True
        for client in self._opened:
            client.close()

    def renew(self) -> None:
        """Make new connections from now on, whatever the thread; what is under way on the others goes on."""
        with self._state:
            if self._closed:
                return
            # A client of which `_opened` does not know would never be closed.
            self._direct, self._by_environment = _connections(trust_env=False), _connections(trust_env=True)
            self._opened += [self._direct, self._by_environment]

    def send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes, *, limit: int, patience: float
    ) -> Response:
        """Send a request to the endpoint.

        Args:
            method: The method.
            url: Where to.
            headers: The header fields.
            content: The body.
            limit: Bytes of the response that are read.
            patience: Seconds within which the whole response has to come.

        Raises:
            NoResponse: It did not come.
        """
        return self._exchange(method, url, headers, content, limit, patience, redirects=False)

    def download(self, url: str, *, limit: int, patience: float) -> Response:
        """Get what is behind a URL, through redirects; the arguments are those of `send`."""
        return self._exchange("GET", url, {}, b"", limit, patience, redirects=True)

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes,
        limit: int,
        patience: float,
        *,
        redirects: bool,
    ) -> Response:
        client = self._direct if is_loopback(url) else self._by_environment

        def exchange() -> Response:
            with client.stream(
                method, url, content=content, headers=dict(headers), follow_redirects=redirects, timeout=patience
            ) as response:
                return _read(response, limit)

        try:
            return _within(patience, exchange)
        except TimeoutError:
            raise NoResponse(f"nothing whole within {patience:g} seconds", sent=True, lost=False) from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            lost = isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError)
            raise NoResponse(
                str(error) or type(error).__name__, sent=not isinstance(error, _NEVER_SENT), lost=lost
            ) from None


_NEVER_SENT = (
    *(httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol, httpx.InvalidURL),
    *(ValueError, OSError),
)


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine, to which no proxy has a way."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _connections(*, trust_env: bool) -> httpx.Client:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=16)
    client = httpx.Client(timeout=httpx.Timeout(PATIENCE, connect=_CONNECT), trust_env=trust_env, limits=limits)
    client.headers["Accept-Encoding"] = "gzip, deflate"
    # No request knows of another: a cookie would be a second key, and no curl line could send the same again.
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return client


def _within(patience: float, call: Callable[[], T]) -> T:
    """Call in a thread that is left alone where it takes too long: interim responses without end reset every time-out.

    Raises:
        TimeoutError: It took too long.
    """
    done: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((call(), None))
        except BaseException as error:
            done.put((None, error))

    threading.Thread(target=run, name="zai-image request", daemon=True).start()
    try:
        result, error = done.get(timeout=patience)
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return result  # type: ignore[return-value]


def _read(response: httpx.Response, limit: int) -> Response:
    """Read raw bytes and decode them here, so that a response whose encoding is a lie is a response all the same."""
    raw = bytearray()
    for part in response.iter_raw():
        raw += part
        if len(raw) > limit:
            break
    headers = {name.lower(): value for name, value in response.headers.items()}
    content, fault = _decoded(bytes(raw), headers.get("content-encoding", "").strip().lower(), limit)
    return Response(response.status_code, headers, content[:limit], fault)


def _decoded(raw: bytes, encoding: str, limit: int) -> tuple[bytes, str]:
    if encoding in ("", "identity") or not raw:
        return raw, ""
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return raw, f"the body is encoded as {encoding}, which was not asked for"
    for bits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        try:
            return zlib.decompressobj(bits).decompress(raw, limit + 1), ""
        except zlib.error:
            continue
    return raw, f"the body is announced as {encoding} and is not"
