"""Pools are made as they are needed, filled evenly, limited together, and given back once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from zai_image import _pools
from zai_image._pools import POOLS, AsyncPooledTransport, Once, PooledTransport, Pools, most_connections, trusted

REQUEST = httpx.Request("GET", "http://a.example")


class Inner(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Stands for a transport of httpx: notes with what it was made and how often it was closed."""

    made: list[Inner]

    def __init__(self, **settings: Any) -> None:
        self.settings = settings
        self.closed = 0
        self.made.append(self)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Stream())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Stream())

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body whose closing fails."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"ab"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"ab"

    def close(self) -> None:
        raise httpx.ReadError("while closing")

    async def aclose(self) -> None:
        raise httpx.ReadError("while closing")


@pytest.fixture
def inner(monkeypatch: pytest.MonkeyPatch) -> list[Inner]:
    """All transports that stand for those of httpx, in the order of their making."""
    made: list[Inner] = []
    monkeypatch.setattr(Inner, "made", made, raising=False)
    monkeypatch.setattr(httpx, "HTTPTransport", Inner)
    monkeypatch.setattr(httpx, "AsyncHTTPTransport", Inner)
    return made


@pytest.mark.parametrize(("most", "each"), [(1, 1), (POOLS, 1), (3 * POOLS - 1, 2), (10_000, 10_000 // POOLS)])
def test_the_pools_of_a_client_share_its_connections(monkeypatch: pytest.MonkeyPatch, most: int, each: int) -> None:
    monkeypatch.setattr(_pools, "most_connections", lambda: most)
    limits: list[httpx.Limits] = []
    Pools(limits.append).take()
    # Each keeps one connection to the API and one to the pictures' host.
    assert limits == [httpx.Limits(max_connections=each, max_keepalive_connections=2)]


def test_a_pool_is_made_only_where_all_others_are_busy_and_there_are_few() -> None:
    numbers = iter(range(10_000))
    pools = Pools(lambda limits: next(numbers))
    first = pools.take()
    pools.give_back(first)
    assert pools.take() is first
    taken = [pools.take() for _ in range(2 * POOLS - 1)]
    assert pools.in_flight == [2] * POOLS
    assert {pool.transport for pool in taken} == set(range(POOLS))
    pools.give_back(taken[5])
    assert pools.take() is taken[5]
    assert pools.remove_all() == list(range(POOLS))
    assert pools.in_flight == []
    assert pools.take().transport == POOLS


def test_a_thing_is_made_once_and_not_before_it_is_asked_for() -> None:
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    once = Once(make)
    assert made == []
    assert [once() is thing for thing in (once(), once())] == [True, True]
    assert len(made) == 1


def test_a_system_without_limits_on_files_has_the_greatest_number_of_connections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)
    monkeypatch.setattr(sys, "platform", "win32")
    assert most_connections() == 10_000


def test_certificates_that_cannot_be_read_are_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpx, "create_ssl_context", lambda: (_ for _ in ()).throw(FileNotFoundError("no such file")))
    with pytest.raises(httpx.ConnectError, match=r"^the certificates to trust cannot be read: no such file$"):
        trusted()


def test_each_pool_trusts_the_same_certificates_read_once(inner: list[Inner], monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []

    def trusted() -> object:
        read.append(object())
        return read[-1]

    monkeypatch.setattr(_pools, "trusted", trusted)
    for transport in (PooledTransport(), AsyncPooledTransport()):
        assert len(read) == 0
        pools: Pools[Any] = transport.pools
        pools.take()
        pools.take()
        assert len(read) == 1
        assert [made.settings["verify"] for made in inner] == read * 2
        assert [made.settings["limits"] for made in inner] == [pools._limits] * 2
        read.clear()
        inner.clear()


def test_a_pool_is_given_back_once_even_where_closing_fails(inner: list[Inner]) -> None:
    async def ask() -> None:
        transport = AsyncPooledTransport()
        response = await transport.handle_async_request(REQUEST)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        assert [chunk async for chunk in response.stream] == [b"ab"]
        assert transport.pools.in_flight == [1]
        for _ in range(2):
            with pytest.raises(httpx.ReadError):
                await response.stream.aclose()
            assert transport.pools.in_flight == [0]
        await transport.aclose()

    transport = PooledTransport()
    response = transport.handle_request(REQUEST)
    assert isinstance(response.stream, httpx.SyncByteStream)
    assert list(response.stream) == [b"ab"]
    assert transport.pools.in_flight == [1]
    for _ in range(2):
        with pytest.raises(httpx.ReadError):
            response.stream.close()
        assert transport.pools.in_flight == [0]
    transport.close()
    asyncio.run(ask())
    assert [made.closed for made in inner] == [1, 1]
