"""pyreqwest is set to do what httpx does and no more, and its errors are told as httpx's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from pyreqwest.client import ClientBuilder, SyncClientBuilder
from pyreqwest.exceptions import (
    BuilderError,
    ConnectError,
    ConnectTimeoutError,
    PoolTimeoutError,
    ReadError,
    ReadTimeoutError,
    RequestError,
)

from zai_image import fast

SECOND = timedelta(seconds=1)


class Builder:
    """Stands for a builder of pyreqwest: notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Callable[..., Builder]:
        def tell(*arguments: Any) -> Builder:
            self.told.append((name, arguments))
            return self

        return tell


def configured(connect: float | None, read: float | None, pool: float | None, *certificates: bytes) -> Any:
    builder: Any = Builder()
    assert fast._configured(builder, fast._Timeouts(connect, read, pool), certificates) is builder
    return builder.told


def test_redirects_compression_and_proxies_are_left_to_httpx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "most_connections", lambda: 77)
    assert sorted(configured(None, None, None)) == [
        *(("brotli", (False,)), ("deflate", (False,)), ("follow_redirects", (False,)), ("gzip", (False,))),
        *(("max_connections", (77,)), ("no_proxy", ()), ("pool_idle_timeout", (5 * SECOND,))),
        *(("referer", (False,)), ("zstd", (False,))),
    ]


def test_what_httpx_trusts_is_trusted_too() -> None:
    told = configured(None, None, None, b"one", b"two")
    assert [arguments for name, arguments in told if name == "add_root_certificate_der"] == [(b"one",), (b"two",)]


@pytest.mark.parametrize(
    ("connect", "read", "pool", "told"),
    [
        (10, 120, 7, {"connect_timeout": 10, "read_timeout": 120, "pool_timeout": 7}),
        (10, 10, None, {"connect_timeout": 9, "read_timeout": 10}),
        (None, 10, None, {"connect_timeout": 9, "read_timeout": 10}),
        (3, None, None, {"connect_timeout": 3}),
        (None, None, 3, {"pool_timeout": 3}),
        (None, None, None, {}),
    ],
)
def test_connecting_ends_before_reading_does(connect: Any, read: Any, pool: Any, told: dict[str, float]) -> None:
    set_to = {name: arguments for name, arguments in configured(connect, read, pool) if name.endswith("t_timeout")}
    set_to |= {name: arguments for name, arguments in configured(connect, read, pool) if name in told}
    assert set_to == {name: (seconds * SECOND,) for name, seconds in told.items()}


@pytest.mark.parametrize(
    ("extensions", "timeouts"),
    [
        ({}, (None, None, None)),
        ({"timeout": None}, (None, None, None)),
        ({"timeout": {"connect": 1, "read": 2, "write": 3, "pool": 4}}, (1, 2, 4)),
        ({"timeout": {"read": 2}}, (None, 2, None)),
    ],
)
def test_the_time_outs_of_a_request_are_httpx_s(extensions: dict[str, Any], timeouts: tuple[Any, ...]) -> None:
    assert fast._timeouts(httpx.Request("GET", "http://a.example", extensions=extensions)) == timeouts


def test_the_least_recently_used_of_too_many_clients_gives_way() -> None:
    made: list[fast._Timeouts] = []

    def build(timeouts: fast._Timeouts) -> fast._Timeouts:
        made.append(timeouts)
        return timeouts

    clients = fast._Clients(build)
    kinds = [fast._Timeouts(number, None, None) for number in range(9)]
    for kind in kinds[:8]:
        assert clients.get(kind) is kind
    clients.get(kinds[0])
    clients.get(kinds[8])
    assert made == kinds
    clients.get(kinds[0])
    assert made == kinds
    clients.get(kinds[1])
    assert made == [*kinds, kinds[1]]
    assert len(clients.remove_all()) == 8
    assert clients.remove_all() == []


def test_certificates_are_read_for_the_first_client_and_not_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []
    told: list[Any] = []

    def configured(builder: object, timeouts: fast._Timeouts, certificates: object) -> Any:
        told.append((type(builder), timeouts, certificates))
        return SimpleNamespace(build=lambda: "a client")

    def certificates() -> list[bytes]:
        read.append(b"der")
        return [b"der"]

    monkeypatch.setattr(fast, "_certificates", certificates)
    monkeypatch.setattr(fast, "_configured", configured)
    for transport, builder in (
        (fast.FastTransport(), SyncClientBuilder),
        (fast.AsyncFastTransport(), ClientBuilder),
    ):
        assert read == []
        kinds = [fast._Timeouts(number, None, None) for number in range(2)]
        clients: Any = transport._clients
        assert [clients.get(kind) for kind in kinds] == ["a client"] * 2
        assert told == [(builder, kind, [b"der"]) for kind in kinds]
        assert read == [b"der"]
        told.clear()
        read.clear()


def test_closing_closes_each_client() -> None:
    closed: list[str] = []

    async def aclose() -> None:
        closed.append("async")

    transport, asynchronous = fast.FastTransport(), fast.AsyncFastTransport()
    stands_for: Any = SimpleNamespace(close=lambda: closed.append("sync"))
    transport._clients = fast._Clients(lambda timeouts: stands_for)
    stands_for_async: Any = SimpleNamespace(close=aclose)
    asynchronous._clients = fast._Clients(lambda timeouts: stands_for_async)
    for number in range(2):
        transport._clients.get(fast._Timeouts(number, None, None))
        asynchronous._clients.get(fast._Timeouts(number, None, None))
    transport.close()
    asyncio.run(asynchronous.aclose())
    assert closed == ["sync", "sync", "async", "async"]


class Exchange(Builder):
    """Stands for what pyreqwest makes of a request, from the client on; notes how often it is left."""

    answer = SimpleNamespace(status=200, headers={}, body_reader=None)

    def __init__(self) -> None:
        super().__init__()
        self.left = 0

    def __enter__(self) -> SimpleNamespace:
        return self.answer

    def __exit__(self, *_: object) -> None:
        self.left += 1

    async def __aenter__(self) -> SimpleNamespace:
        return self.answer

    async def __aexit__(self, *_: object) -> None:
        self.left += 1


def test_an_answer_that_is_closed_leaves_its_exchange_once() -> None:
    request = httpx.Request("GET", "http://a.example")
    exchange: Any = Exchange()
    transport, asynchronous = fast.FastTransport(), fast.AsyncFastTransport()
    transport._clients = fast._Clients(lambda timeouts: exchange)
    asynchronous._clients = fast._Clients(lambda timeouts: exchange)
    response = transport.handle_request(request)
    assert exchange.left == 0
    response.close()
    response.close()
    assert exchange.left == 1

    async def close() -> None:
        response = await asynchronous.handle_async_request(request)
        assert exchange.left == 1
        await response.aclose()
        await response.aclose()

    asyncio.run(close())
    assert exchange.left == 2


NOT_SENT: Any = {
    "causes": [{"message": "error sending request"}, {"message": "client error (Connect)"}, {"message": "why"}]
}
SENT: Any = {"causes": [{"message": "error sending request"}, {"message": "why"}]}


@pytest.mark.parametrize(
    ("raised", "kind", "told"),
    [
        (PoolTimeoutError("busy", {"causes": None}), httpx.PoolTimeout, "busy"),
        (PoolTimeoutError("busy", NOT_SENT), httpx.PoolTimeout, "why"),
        (ConnectTimeoutError("slow", NOT_SENT), httpx.ConnectTimeout, "why"),
        (ReadTimeoutError("slow", NOT_SENT), httpx.ConnectTimeout, "why"),
        (ConnectError("refused", NOT_SENT), httpx.ConnectError, "why"),
        (ConnectTimeoutError("slow", SENT), httpx.ReadTimeout, "why"),
        (ReadTimeoutError("slow", {"causes": []}), httpx.ReadTimeout, "slow"),
        (ReadError("reset", SENT), httpx.ReadError, "why"),
        (ConnectError("reset", SENT), httpx.ReadError, "why"),
        (RequestError("not HTTP", SENT), httpx.RemoteProtocolError, "why"),
        (BuilderError("no address", {"causes": None}), httpx.ConnectError, "no address"),
        (ValueError("no address"), httpx.ConnectError, "no address"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else type(value).__name__,
)
def test_an_error_says_truly_whether_the_request_may_have_been_sent(
    raised: Any, kind: type[httpx.RequestError], told: str
) -> None:
    with pytest.raises(httpx.RequestError) as caught:
        fast._raise(raised)
    assert type(caught.value) is kind
    assert str(caught.value) == told
    assert caught.value.__cause__ is raised
