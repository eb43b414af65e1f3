"""Sends one HTTP request and reads one response, within a deadline and without any interpretation."""

from __future__ import annotations

import base64
import http.client
import io
import ipaddress
import os
import selectors
import socket
import threading
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from attrs import frozen

if TYPE_CHECKING:
    import ssl

PATIENCE = 200.0
"""Seconds within which a whole response has to come: ten times as many as the page says an image takes."""
_CONNECT = 10.0
"""Seconds within which a connection has to be made."""
_REDIRECTS = 20
_ALWAYS = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate", "User-Agent": "zai-image-conformance"}


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
    """Sends over connections of its own, with Python's plain HTTP client, which changes nothing and follows nothing.

    What leads to this machine goes through no proxy of the environment.
    """

    def __init__(self) -> None:
        self._idle: dict[_Way, list[http.client.HTTPConnection]] = {}
        self._busy: set[http.client.HTTPConnection] = set()
        self._state = threading.Lock()
        self._closed = False

    def close(self) -> None:
        """Close the connections, and make no other."""
        with self._state:
            self._closed = True
            busy = list(self._busy)
        self.renew()
        for connection in busy:
            # Whoever reads from it is told at once.
            with suppress(OSError, AttributeError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    def renew(self) -> None:
        """Make new connections from now on; what is under way on the others goes on."""
        with self._state:
            idle, self._idle = self._idle, {}
        for connections in idle.values():
            for connection in connections:
                connection.close()

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
        try:
            way, target = _way_to(url)
        except ValueError as error:
            raise NoResponse(str(error), sent=False, lost=False) from None
        until = time.monotonic() + patience
        connection = self._connection(way)
        fields = {**_ALWAYS, **way.headers(), **headers}
        try:
            connection.response_class = partial(_FinalResponse, until=until)  # type: ignore[assignment]
            with suppress(BrokenPipeError, ConnectionResetError):
                # A server may answer, and close, before it has read everything.
                connection.sock.settimeout(patience)
                connection.request(method, target, content or None, fields)
            response = connection.getresponse()
            raw = response.read(limit + 1)
            if response.length and len(raw) <= limit:
                raise http.client.IncompleteRead(raw, response.length)
        except TimeoutError:
            self._give_back(way, connection, usable=False)
            raise NoResponse(f"nothing whole within {patience:g} seconds", sent=True, lost=False) from None
        except Exception as error:
            # Whatever it is, the server made Python's client raise it.
            self._give_back(way, connection, usable=False)
            raise NoResponse(str(error) or type(error).__name__, sent=True, lost=True) from None
        self._give_back(way, connection, usable=not response.will_close and len(raw) <= limit)
        return _read(response, raw, limit)

    def download(self, url: str, *, limit: int, patience: float) -> Response:
        """Get what is behind a URL, through redirects; the arguments are those of `send`."""
        for _ in range(_REDIRECTS):
            response = self.send("GET", url, {}, b"", limit=limit, patience=patience)
            location = response.headers.get("location")
            if response.status not in (301, 302, 303, 307, 308) or location is None:
                return response
            url = urljoin(url, location)
        raise NoResponse(f"more than {_REDIRECTS} redirects", sent=True, lost=False)

    def _connection(self, way: _Way) -> http.client.HTTPConnection:
        """An open connection: one that was kept, where the other side did not close it meanwhile, or a new one."""
        with self._state:
            if self._closed:
                raise NoResponse("the connections are closed", sent=False, lost=False)
            kept = self._idle.get(way, [])
            connection = kept.pop() if kept else None
        if connection is not None and _is_readable(connection.sock):
            # Nothing was asked there: it was closed.
            connection.close()
            return self._connection(way)
        if connection is None:
            connection = way.connection()
            try:
                connection.connect()
            except Exception as error:
                connection.close()
                raise NoResponse(str(error) or type(error).__name__, sent=False, lost=False) from None
        with self._state:
            self._busy.add(connection)
        return connection

    def _give_back(self, way: _Way, connection: http.client.HTTPConnection, *, usable: bool) -> None:
        with self._state:
            self._busy.discard(connection)
            if usable and not self._closed:
                self._idle.setdefault(way, []).append(connection)
                return
        connection.close()


def _is_readable(sock: socket.socket) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        return bool(selector.select(0))


class _FinalResponse(http.client.HTTPResponse):
    """A response that passes over interim ones, all of which have to come until a time."""

    def __init__(self, sock: socket.socket, *arguments: Any, until: float, **options: Any) -> None:
        super().__init__(_File(sock, until), *arguments, **options)  # type: ignore[arg-type]

    def begin(self) -> None:
        super().begin()
        while 100 <= self.status < 200 and self.status != http.client.SWITCHING_PROTOCOLS:
            self.headers = None  # type: ignore[assignment]
            super().begin()


class _File(io.RawIOBase):
    """What comes over a socket: a time-out of the socket's own would begin anew with every byte."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._socket = sock
        self._until = until
        # Keeps the socket open where the connection is given up before the body was read.
        self._bytes = sock.makefile("rb", buffering=0)

    def makefile(self, mode: str) -> io.BufferedReader:
        """As a socket has it."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        return self._bytes.readinto(buffer)

    def close(self) -> None:
        self._bytes.close()
        super().close()


class _Way(NamedTuple):
    """How a host is reached: on its own, or through a proxy."""

    scheme: str
    host: str
    port: int
    proxy: str | None = None

    def connection(self) -> http.client.HTTPConnection:
        """A connection that is not open yet."""
        proxy = urlsplit(self.proxy) if self.proxy is not None else None
        host, port = (self.host, self.port) if proxy is None else (str(proxy.hostname), proxy.port or 80)
        if self.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=_CONNECT)
        connection = http.client.HTTPSConnection(host, port, timeout=_CONNECT, context=_trust())
        if proxy is not None:
            connection.set_tunnel(self.host, self.port, _authorization(proxy))
        return connection

    def headers(self) -> Mapping[str, str]:
        """What the proxy wants to know, where it reads the request."""
        return _authorization(urlsplit(self.proxy)) if self.proxy is not None and self.scheme == "http" else {}


def _way_to(url: str) -> tuple[_Way, str]:
    """How a URL is reached, and what is asked for there.

    Raises:
        ValueError: It is no address on the web.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url[:200]!r} is no address that begins with http:// or https://")
    way = _Way(parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80), _proxy_for(parts))
    target = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
    if way.proxy is not None and way.scheme == "http":
        target = f"http://{parts.netloc.rpartition('@')[2]}{target}"
    return way, target


_SAFE = "!#$%&'()*+,/:;=?@[]~"


def _proxy_for(parts: SplitResult) -> str | None:
    """The proxy of the environment for a URL; None for a host of this machine, or one that it names as direct."""
    if is_loopback(parts.geturl()):
        return None
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not proxy.startswith("http://"):
        raise ValueError(f"a proxy of the kind {proxy.partition(':')[0]} is not supported; use one with http://")
    return proxy


def _authorization(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    credentials = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": "Basic " + base64.b64encode(credentials.encode()).decode()}


def _trust() -> ssl.SSLContext:
    """Whom to trust: the environment's SSL_CERT_FILE or SSL_CERT_DIR, else this machine's and Mozilla's."""
    import ssl

    import certifi

    context = ssl.create_default_context()
    if not any(os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")):
        context.load_verify_locations(certifi.where())
    return context


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine, to which no proxy has a way."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read(response: http.client.HTTPResponse, raw: bytes, limit: int) -> Response:
    """Decode the body here, so that a response whose encoding is a lie is a response all the same."""
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
    content, fault = _decoded(raw, headers.get("content-encoding", "").strip().lower(), limit)
    return Response(response.status, headers, content[:limit], fault)


def _decoded(raw: bytes, encoding: str, limit: int) -> tuple[bytes, str]:
    if encoding in ("", "identity") or not raw:
        return raw, ""
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return raw, f"the body is encoded as {encoding}, which was not asked for"
    for bits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        with suppress(zlib.error):
            return _inflated(raw, bits, limit), ""
    return raw, f"the body is announced as {encoding} and is not"


def _inflated(raw: bytes, bits: int, limit: int) -> bytes:
    """What was compressed, in one piece or several after another; the last need not be whole."""
    content = b""
    while raw and len(content) <= limit:
        inflating = zlib.decompressobj(bits)
        content += inflating.decompress(raw, limit + 1 - len(content))
        raw = inflating.unused_data
    return content
