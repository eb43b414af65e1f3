"""The transports of the extra ``fast``: pyreqwest behind httpx's interface, held to what httpx promises.

::

    ZaiImage(transport=FastTransport())
    AsyncZaiImage(transport=AsyncFastTransport())

They are chosen by name and are no default, because pyreqwest has limits that httpx has not: a call that waits on the
main thread cannot be interrupted, a cancelled call keeps its connection until the answer comes, and its threads neither
survive a fork nor always end with the interpreter.

pyreqwest ships such a transport itself. This one keeps what that one gives up, and what a paid request needs: each of
httpx's time-outs instead of their sum, redirects and compression left to httpx, and above all errors that tell whether
the request may have been sent: pyreqwest reports a silent server as a connection that could not be made in time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import timedelta
from threading import Lock
from typing import Final, Generic, NamedTuple, NoReturn, TypeVar

import httpx
from pyreqwest.client import BaseClientBuilder, ClientBuilder, SyncClientBuilder
from pyreqwest.exceptions import (
    BuilderError,
    DetailedPyreqwestError,
    NetworkError,
    PoolTimeoutError,
    PyreqwestError,
    RequestTimeoutError,
)
from pyreqwest.request import StreamRequest, SyncStreamRequest
from pyreqwest.response import BaseResponse, ResponseBodyReader, SyncResponseBodyReader

from zai_image._pools import Once, most_connections, trusted

# What hyper, at the bottom of pyreqwest, says of a request that got no connection. Should it ever say it otherwise,
# such a request counts as one that may have been sent, which is not repeated: the safe side.
_NOT_SENT: Final = "client error (Connect)"
# pyreqwest's time-out of reading runs from the start of the request. Connecting must end before it, or a server that
# cannot be reached would look like one that went silent.
_OF_READING_TO_CONNECT: Final = 0.9
# httpx's own, for how long an unused connection is kept.
_IDLE_SECONDS: Final = 5.0
# A client of pyreqwest has fixed time-outs, so there is one for each combination; few programs use more at a time.
_CLIENTS: Final = 8

C = TypeVar("C")
B = TypeVar("B", bound=BaseClientBuilder)


class _Timeouts(NamedTuple):
    """The time-outs that tell pyreqwest's clients apart, in seconds; None waits for ever."""

    connect: float | None
    read: float | None
    pool: float | None


def _timeouts(request: httpx.Request) -> _Timeouts:
    wanted = request.extensions.get("timeout") or {}
    return _Timeouts(wanted.get("connect"), wanted.get("read"), wanted.get("pool"))


def _certificates() -> list[bytes]:
    return trusted().get_ca_certs(binary_form=True)


def _configured(builder: B, timeouts: _Timeouts, certificates: Iterable[bytes]) -> B:
    builder = (
        builder.follow_redirects(False)
        .referer(False)
        .gzip(False)
        .deflate(False)
        .brotli(False)
        .zstd(False)
        .no_proxy()
        .max_connections(most_connections())
        .pool_idle_timeout(timedelta(seconds=_IDLE_SECONDS))
    )
    # What httpx trusts, in addition to what the system trusts: a small container may have no certificates of its own.
    for certificate in certificates:
        builder = builder.add_root_certificate_der(certificate)
    connect, read, pool = timeouts
    if read is not None:
        builder = builder.read_timeout(timedelta(seconds=read))
        connect = min(read if connect is None else connect, read * _OF_READING_TO_CONNECT)
    if connect is not None:
        builder = builder.connect_timeout(timedelta(seconds=connect))
    if pool is not None:
        builder = builder.pool_timeout(timedelta(seconds=pool))
    return builder


class _Clients(Generic[C]):
    """pyreqwest's clients, one for each combination of time-outs; the least recently used gives way."""

    def __init__(self, build: Callable[[_Timeouts], C]) -> None:
        self._build = build
        self._clients: OrderedDict[_Timeouts, C] = OrderedDict()
        self._lock = Lock()

    def get(self, timeouts: _Timeouts) -> C:
        with self._lock:
            client = self._clients.get(timeouts)
            if client is None:
                client = self._clients[timeouts] = self._build(timeouts)
                if len(self._clients) > _CLIENTS:
                    # Not closed: its requests under way end as they would have.
                    self._clients.popitem(last=False)
            else:
                self._clients.move_to_end(timeouts)
            return client

    def remove_all(self) -> list[C]:
        with self._lock:
            clients = list(self._clients.values())
            self._clients.clear()
        return clients


class FastTransport(httpx.BaseTransport):
    """Sends with pyreqwest; to be shared between threads, but not for the main one: Ctrl-C does not end its waiting."""

    def __init__(self) -> None:
        """Open nothing yet."""
        certificates = Once(_certificates)
        self._clients = _Clients(lambda timeouts: _configured(SyncClientBuilder(), timeouts, certificates()).build())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the answer, its body to be read."""
        content = request.read()
        try:
            client = self._clients.get(_timeouts(request))
            exchange = (
                client.request(request.method, str(request.url))
                .headers(request.headers.multi_items())
                .body_bytes(content)
                .build_streamed()
            )
            answer = exchange.__enter__()
        except (PyreqwestError, ValueError) as error:
            _raise(error)
        return httpx.Response(answer.status, headers=_headers(answer), stream=_Body(exchange, answer.body_reader))

    def close(self) -> None:
        """Close all connections that are not in use."""
        for client in self._clients.remove_all():
            client.close()


class AsyncFastTransport(httpx.AsyncBaseTransport):
    """Sends with pyreqwest; to be shared between tasks of asyncio.

    A cancelled request ends at once for who waits for it, but pyreqwest keeps its connection until the server answers
    or the time-out of reading is over.
    """

    def __init__(self) -> None:
        """Open nothing yet."""
        certificates = Once(_certificates)
        self._clients = _Clients(lambda timeouts: _configured(ClientBuilder(), timeouts, certificates()).build())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the answer, its body to be read."""
        content = await request.aread()
        try:
            client = self._clients.get(_timeouts(request))
            exchange = (
                client.request(request.method, str(request.url))
                .headers(request.headers.multi_items())
                .body_bytes(content)
                .build_streamed()
            )
            answer = await exchange.__aenter__()
        except (PyreqwestError, ValueError) as error:
            _raise(error)
        return httpx.Response(answer.status, headers=_headers(answer), stream=_AsyncBody(exchange, answer.body_reader))

    async def aclose(self) -> None:
        """Close all connections that are not in use."""
        for client in self._clients.remove_all():
            await client.close()


class _Body(httpx.SyncByteStream):
    """The body of an answer, as it comes."""

    def __init__(self, exchange: SyncStreamRequest, reader: SyncResponseBodyReader) -> None:
        self._exchange: SyncStreamRequest | None = exchange
        self._reader = reader

    def __iter__(self) -> Iterator[bytes]:
        try:
            while (chunk := self._reader.read()) is not None:
                yield bytes(chunk)
        except PyreqwestError as error:
            _raise(error)

    def close(self) -> None:
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.__exit__(None, None, None)


class _AsyncBody(httpx.AsyncByteStream):
    """The body of an answer, as it comes."""

    def __init__(self, exchange: StreamRequest, reader: ResponseBodyReader) -> None:
        self._exchange: StreamRequest | None = exchange
        self._reader = reader

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while (chunk := await self._reader.read()) is not None:
                yield bytes(chunk)
        except PyreqwestError as error:
            _raise(error)

    async def aclose(self) -> None:
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            await exchange.__aexit__(None, None, None)


def _headers(answer: BaseResponse) -> list[tuple[str, str]]:
    """Return the header fields; pyreqwest cannot give one that is not ASCII, and no picture is lost for it."""
    try:
        return list(answer.headers.items())
    except ValueError:
        fields: list[tuple[str, str]] = []
        for name in answer.headers:
            try:
                fields += [(name, value) for value in answer.get_header_all(name)]
            except ValueError:
                continue
        return fields


def _raise(error: PyreqwestError | ValueError) -> NoReturn:
    """Raise the error of httpx that says the same, and says truly whether the request may have been sent.

    The client of httpx adds the request.
    """
    messages = [str(error.args[0])]
    if isinstance(error, DetailedPyreqwestError):
        messages += [cause["message"] for cause in error.details.get("causes") or ()]
    kind: type[httpx.RequestError]
    if isinstance(error, PoolTimeoutError):
        kind = httpx.PoolTimeout
    elif _NOT_SENT in messages:
        kind = httpx.ConnectTimeout if isinstance(error, RequestTimeoutError) else httpx.ConnectError
    elif isinstance(error, RequestTimeoutError):
        kind = httpx.ReadTimeout
    elif isinstance(error, NetworkError):
        kind = httpx.ReadError
    elif isinstance(error, BuilderError) or not isinstance(error, PyreqwestError):
        kind = httpx.ConnectError
    else:
        kind = httpx.RemoteProtocolError
    raise kind(messages[-1]) from error
