"""Requests are carried alike by httpx in small pools and by pyreqwest, and neither surprises."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import respx

from tests.client import loopback
from tests.client.loopback import peer
from zai_image import AsyncZaiImage, ZaiImage, _pools, _transports
from zai_image._pools import POOLS, AsyncPooledTransport, PooledTransport
from zai_image.fast import AsyncFastTransport, FastTransport
from zai_image_api.client import AuthenticatedClient
from zai_image_api.types import UNSET, Unset

Transport = type[httpx.BaseTransport] | type[httpx.AsyncBaseTransport]

# The time-outs that are not at stake in a test are too long for the test to pass by them.
PATIENT = httpx.Timeout(30)
HASTY = httpx.Timeout(30, read=0.2)
PICTURE = {"created": 1760335349, "data": [{"url": "https://pictures.example/1.png"}]}


@pytest.fixture(params=[PooledTransport, FastTransport, AsyncPooledTransport, AsyncFastTransport])
def carrier(request: pytest.FixtureRequest) -> Transport:
    """Each of the transports in turn."""
    kind: Transport = request.param
    return kind


def post(carrier: Transport, url: str, *, times: int = 1, timeout: httpx.Timeout = PATIENT) -> httpx.Response:
    """Post so many times, one after another, and return the last answer, read to its end."""
    if issubclass(carrier, httpx.BaseTransport):
        with httpx.Client(transport=carrier(), timeout=timeout) as client:
            return [client.post(url, json={}) for _ in range(times)][-1]
    asynchronous = carrier

    async def posting() -> httpx.Response:
        async with httpx.AsyncClient(transport=asynchronous(), timeout=timeout) as client:
            return [await client.post(url, json={}) for _ in range(times)][-1]

    return asyncio.run(posting())


def test_an_answer_arrives_as_it_was_sent(carrier: Transport) -> None:
    answer = (
        b"HTTP/1.1 418 Teapot\r\nvia: a\r\nvia: b\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    with peer(loopback.answers_with(answer)) as server:
        response = post(carrier, server.url)
    assert (response.status_code, response.content) == (418, b"abcde")
    assert response.headers.get_list("via") == ["a", "b"]


def test_a_connection_is_used_again(carrier: Transport) -> None:
    with peer(loopback.answers) as server:
        post(carrier, server.url, times=3)
        assert (server.connections, len(server.requests)) == (1, 3)


def test_a_redirect_is_not_followed(carrier: Transport) -> None:
    with peer(loopback.answers_with(b"HTTP/1.1 307 On\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n")) as server:
        assert post(carrier, server.url).status_code == 307
        assert len(server.requests) == 1


def test_compression_is_undone_once_and_a_lie_about_it_is_an_error_of_httpx(carrier: Transport) -> None:
    packed = gzip.compress(b"a picture")
    for body in (packed, b"a picture"):
        head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(body)
        with peer(loopback.answers_with(head + body)) as server:
            if body is packed:
                assert post(carrier, server.url).content == b"a picture"
            else:
                with pytest.raises(httpx.DecodingError):
                    post(carrier, server.url)


def test_a_header_field_outside_ascii_loses_no_answer(carrier: Transport) -> None:
    answer = b"HTTP/1.1 200 OK\r\nx-name: caf\xe9\r\nx-id: 7\r\ncontent-length: 2\r\n\r\n{}"
    with peer(loopback.answers_with(answer)) as server:
        response = post(carrier, server.url)
    assert (response.headers["x-id"], response.content) == ("7", b"{}")


@pytest.mark.parametrize(
    ("script", "errors"),
    [
        (loopback.says_nothing, (httpx.ReadTimeout,)),
        (loopback.stalls_midway, (httpx.ReadTimeout,)),
        (loopback.stalls_after_much, (httpx.ReadTimeout,)),
        (loopback.stops_after_much, (httpx.ReadError, httpx.RemoteProtocolError)),
        (loopback.hangs_up, (httpx.ReadError, httpx.RemoteProtocolError)),
        (loopback.resets, (httpx.ReadError, httpx.RemoteProtocolError)),
        (loopback.stops_midway, (httpx.ReadError, httpx.RemoteProtocolError)),
        (loopback.speaks_another_protocol, (httpx.RemoteProtocolError,)),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_failure_after_sending_is_never_told_as_one_before(
    carrier: Transport, script: loopback.Script, errors: tuple[type[httpx.RequestError], ...]
) -> None:
    with peer(script) as server:
        with pytest.raises(httpx.RequestError) as caught:
            post(carrier, server.url, timeout=HASTY)
        assert isinstance(caught.value, errors)
        assert caught.value.request.url == server.url
        assert len(server.requests) == 1


def test_a_refused_connection_is_told_as_one(carrier: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(httpx.ConnectError):
        post(carrier, f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("timeout", [httpx.Timeout(30, connect=0.2), httpx.Timeout(0.6)])
def test_a_server_that_cannot_be_reached_in_time_was_not_asked(carrier: Transport, timeout: httpx.Timeout) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, socket.socket() as first:
        first.connect(listener.getsockname())
        with pytest.raises(httpx.ConnectTimeout):
            post(carrier, f"http://127.0.0.1:{listener.getsockname()[1]}/", timeout=timeout)


def test_a_request_lost_on_a_used_connection_is_not_sent_again(carrier: Transport) -> None:
    with peer(loopback.answers_once) as server:
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            post(carrier, server.url, times=2)
        assert (server.connections, len(server.requests)) == (1, 2)


def test_an_address_that_cannot_be_asked_is_an_error_of_httpx(carrier: Transport) -> None:
    with pytest.raises((httpx.ConnectError, httpx.UnsupportedProtocol)):
        post(carrier, "gopher://127.0.0.1/")


def test_the_certificates_that_httpx_trusts_are_trusted_and_no_others(
    carrier: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = Path(__file__).with_name("localhost.pem")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(pem)
    with peer(loopback.answers, tls=tls) as server:
        with pytest.raises(httpx.ConnectError):
            post(carrier, server.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        assert post(carrier, server.url).content == b"{}"


def test_certificates_that_cannot_be_read_are_an_error_of_httpx(
    carrier: Transport, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(httpx.ConnectError):
        post(carrier, "https://localhost:9/")


def test_closing_an_answer_before_its_end_closes_its_connection(carrier: Transport) -> None:
    async def with_async(transport: httpx.AsyncBaseTransport, url: str) -> None:
        async with httpx.AsyncClient(transport=transport) as client, client.stream("GET", url):
            pass

    with peer(loopback.stalls_after_much) as server:
        if issubclass(carrier, httpx.BaseTransport):
            with httpx.Client(transport=carrier()) as client, client.stream("GET", server.url):
                pass
        else:
            asyncio.run(with_async(carrier(), server.url))
        assert server.ended.wait(loopback.PATIENCE)


@pytest.mark.parametrize("kind", [PooledTransport, FastTransport])
def test_threads_share_a_transport(kind: type[PooledTransport | FastTransport]) -> None:
    with peer(loopback.answers_when_permitted) as server, httpx.Client(transport=kind(), timeout=PATIENT) as client:
        with ThreadPoolExecutor(8) as threads:
            waiting = [threads.submit(client.post, server.url) for _ in range(8)]
            server.wait_until_asked(8)
            server.permission.set()
        assert [answer.result().content for answer in waiting] == [b"{}"] * 8
        assert server.connections == 8


def test_requests_in_flight_are_spread_evenly_over_pools_and_all_are_given_back() -> None:
    async def main(server: loopback.Peer) -> tuple[list[int], list[int]]:
        transport = AsyncPooledTransport()
        async with httpx.AsyncClient(transport=transport, timeout=PATIENT) as client:
            waiting = [asyncio.create_task(client.post(server.url)) for _ in range(3 * POOLS)]
            await asyncio.to_thread(server.wait_until_asked, 3 * POOLS)
            before = transport.pools.in_flight
            server.permission.set()
            await asyncio.gather(*waiting)
            return before, transport.pools.in_flight

    with peer(loopback.answers_when_permitted) as server:
        before, after = asyncio.run(main(server))
    assert before == [3] * POOLS
    assert after == [0] * POOLS


def test_a_pool_is_given_back_after_a_failure() -> None:
    transport = PooledTransport()
    with peer(loopback.hangs_up) as server, httpx.Client(transport=transport) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(server.url)
        assert transport.pools.in_flight == [0]


def test_no_more_connections_are_opened_than_files_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pools, "most_connections", lambda: POOLS)

    async def main(server: loopback.Peer) -> None:
        async with httpx.AsyncClient(transport=AsyncPooledTransport(), timeout=PATIENT) as client:
            waiting = [asyncio.create_task(client.post(server.url)) for _ in range(2 * POOLS)]
            await asyncio.to_thread(server.wait_until_asked, POOLS)
            server.permission.set()
            await asyncio.gather(*waiting)

    with peer(loopback.answers_when_permitted) as server:
        asyncio.run(main(server))
        assert (len(server.requests), server.connections <= POOLS + POOLS // 2) == (2 * POOLS, True)


@pytest.mark.parametrize(
    ("files", "connections"), [(256, 224), (1001, 875), (1024, 896), (-1, 10_000), (1_000_000, 10_000)]
)
def test_the_files_that_a_process_may_open_limit_its_connections(
    monkeypatch: pytest.MonkeyPatch, files: int, connections: int
) -> None:
    limits = SimpleNamespace(RLIMIT_NOFILE=7, RLIM_INFINITY=-1, getrlimit=lambda which: (files, files))
    monkeypatch.setitem(sys.modules, "resource", limits)
    assert _pools.most_connections() == connections


def cancelled_while_waiting(transport: httpx.AsyncBaseTransport, then: Callable[[loopback.Peer], None]) -> None:
    async def main(server: loopback.Peer) -> None:
        async with httpx.AsyncClient(transport=transport, timeout=PATIENT) as client:
            waiting = asyncio.create_task(client.post(server.url))
            await asyncio.to_thread(server.wait_until_asked)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            await asyncio.to_thread(then, server)

    with peer(loopback.says_nothing) as server:
        asyncio.run(main(server))


def test_cancelling_closes_the_connection_and_gives_the_pool_back() -> None:
    transport = AsyncPooledTransport()
    ended: list[bool] = []
    cancelled_while_waiting(transport, lambda server: ended.append(server.ended.wait(loopback.PATIENCE)))
    assert ended == [True]
    assert transport.pools.in_flight == []


def test_cancelling_lets_go_at_once_with_pyreqwest_too() -> None:
    cancelled_while_waiting(AsyncFastTransport(), lambda server: None)


def test_only_so_many_combinations_of_timeouts_keep_a_client() -> None:
    transport = FastTransport()
    with peer(loopback.answers) as server, httpx.Client(transport=transport) as client:
        for seconds in range(30, 40):
            client.post(server.url, timeout=seconds)
        client.post(server.url, timeout=39)
        assert server.connections == 10
        client.post(server.url, timeout=30)
        assert server.connections == 11


def test_respx_stands_in_for_the_default_transport_sync_and_async() -> None:
    async def ask() -> str:
        async with AsyncZaiImage("a-key") as zai:
            return (await zai.images.generate("kitten")).url

    with respx.mock(base_url="https://api.z.ai") as mock:
        route = mock.post("/api/paas/v4/images/generations").respond(json=PICTURE)
        with ThreadPoolExecutor(1) as threads, ZaiImage("a-key") as zai:
            answers = [zai.images.generate("kitten").url, threads.submit(zai.images.generate, "kitten").result().url]
        answers.append(asyncio.run(ask()))
    assert answers == ["https://pictures.example/1.png"] * 3
    assert route.call_count == 3


@pytest.mark.parametrize("pooled", [True, False])
def test_a_client_carries_its_requests_in_pools_unless_it_is_given_another_transport(pooled: bool) -> None:
    with ZaiImage("a-key", transport=None if pooled else FastTransport()) as zai:
        assert isinstance(zai._http_client._transport, PooledTransport if pooled else FastTransport)


def test_no_cookie_is_kept() -> None:
    answer = b"HTTP/1.1 200 OK\r\nset-cookie: session=1\r\ncontent-length: 2\r\n\r\n{}"
    with peer(loopback.answers_with(answer)) as server:
        with _transports.Client(timeout=9, transport=PooledTransport()) as client:
            client.post(server.url)
            client.post(server.url)
        assert not any(b"cookie" in head.lower() for head in server.requests)


def test_a_given_client_adds_what_it_adds_to_all_its_requests() -> None:
    seen: list[str] = []
    hooks = {"request": [lambda request: seen.append("asked")], "response": [lambda answer: seen.append("answered")]}
    with (
        respx.mock(base_url="https://api.z.ai") as mock,
        httpx.Client(event_hooks=hooks, headers={"x-team": "art"}, cookies={"a": "b"}, params={"trace": "1"}) as client,
    ):
        route = mock.post("/api/paas/v4/images/generations").respond(json=PICTURE)
        ZaiImage("a-key", http_client=client).images.generate("kitten")
    request = route.calls.last.request
    assert seen == ["asked", "answered"]
    assert request.headers["authorization"] == "Bearer a-key"
    assert (request.headers["x-team"], request.headers["cookie"], request.url.query) == ("art", "a=b", b"trace=1")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"headers": {"content-type": "text/plain", "X-Team": "art"}, "timeout": 7},
        {"headers": {"Host": "images.example"}},
        {"params": {"trace": "1"}},
        {"cookies": {"a": "b"}},
    ],
)
@pytest.mark.parametrize("timeout", [UNSET, None, 3.0])
def test_a_request_is_the_one_that_httpx_would_build(settings: dict[str, Any], timeout: float | Unset | None) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200)

    own = {"Content-Type": "application/json"}
    with httpx.Client(transport=httpx.MockTransport(answer), **settings) as client:
        sender = AuthenticatedClient("http://localhost:8080/api/", token="a-key").set_httpx_client(client)
        sender.request("post", "/paas", timeout=timeout, headers=dict(own), content=b"{}")
        expected = client.build_request(
            "POST",
            "http://localhost:8080/api/paas",
            headers={"Authorization": "Bearer a-key", **own},
            content=b"{}",
            timeout=client.timeout if isinstance(timeout, Unset) else timeout,
        )
    (request,) = sent
    assert (request.method, request.url, request.content) == (expected.method, expected.url, expected.content)
    assert sorted(request.headers.multi_items()) == sorted(expected.headers.multi_items())
    assert request.headers.raw[0][0] == expected.headers.raw[0][0]
    assert request.extensions == expected.extensions
