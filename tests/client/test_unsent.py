"""What a proxy, a handshake or HTTP/2 keeps from the server is known not to have been sent, and is sent again."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from collections.abc import Callable
from typing import Any

import h2.config
import h2.connection
import h2.events
import httpx
import pytest

import zai_image
from tests.client import loopback
from tests.client.loopback import Connection, peer
from zai_image import AsyncZaiImage, Image, InvalidRequestError, ServerError, ZaiImage, ZaiImageError


def generate(url: str, **options: Any) -> Any:
    with ZaiImage("a-key", base_url=url, **options) as zai:
        try:
            return zai.images.generate("kitten")
        except ZaiImageError as error:
            return error


def generate_async(url: str, **options: Any) -> Any:
    async def run() -> object:
        async with AsyncZaiImage("a-key", base_url=url, **options) as zai:
            try:
                return await zai.images.generate("kitten")
            except ZaiImageError as error:
                return error

    return asyncio.run(run())


twins = pytest.mark.parametrize("outcome_of", [generate, generate_async])


def refuses(answer: bytes) -> Callable[[Connection], None]:
    def script(connection: Connection) -> None:
        connection.read()
        connection.send(answer)

    return script


@twins
@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 407 Who\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 502 Bad\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",  # and then no TLS
        b"SSH-2.0-no\r\n",
        b"",
    ],
)
def test_a_failure_at_a_proxy_s_connect_is_not_sent(
    outcome_of: Callable[..., Any], answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with peer(refuses(answer)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("http://", "http://me:proxy-password@"))
        error = outcome_of("https://api.example")
    assert isinstance(error, zai_image.ConnectionError)
    assert not error.outcome_unknown
    assert (error.attempts, len(proxy.requests)) == (3, 3)
    assert all(head.startswith(b"CONNECT api.example:443 ") for head in proxy.requests)
    assert "proxy-password" not in f"{error} {error!r} {vars(error)} {error.__cause__}"


@twins
def test_what_a_proxy_answers_to_the_request_itself_is_an_answer(
    outcome_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with peer(refuses(b"HTTP/1.1 502 Bad\r\ncontent-length: 0\r\n\r\n")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        error = outcome_of("http://api.example")
    assert isinstance(error, ServerError)
    assert (error.status, error.attempts, len(proxy.requests)) == (502, 1, 1)


@twins
def test_a_handshake_that_fails_is_not_sent(outcome_of: Callable[..., Any]) -> None:
    def hangs_up(connection: Connection) -> None:
        connection.wait_for_end_within(5)

    with peer(hangs_up) as server:
        error = outcome_of(server.url.replace("http", "https"), timeout=5)
    assert isinstance(error, zai_image.ConnectionError | zai_image.TimeoutError)
    assert (error.outcome_unknown, error.attempts) == (False, 3)


@twins
@pytest.mark.parametrize(
    ("proxy", "problem"),
    [
        ("foo://127.0.0.1:1", "no request can be sent: Unknown scheme for proxy URL"),
        ("http://me:proxy-password@[bad", "no request can be sent: "),
        ("http://me:proxy-password@127.0.0.1:99999", "no request can be sent: "),
    ],
)
def test_a_proxy_that_is_none_is_told_before_anything_is_sent(
    outcome_of: Callable[..., Any], proxy: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    error = outcome_of("http://api.example")
    assert isinstance(error, ZaiImageError)
    assert not error.outcome_unknown
    assert "proxy-password" not in f"{error} {error!r} {error.__cause__}"


@twins
def test_a_socks_proxy_without_its_extra_says_what_installs_it(
    outcome_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "socksio", None)
    error = outcome_of("http://api.example")
    assert isinstance(error, InvalidRequestError)
    assert str(error).endswith("pip install 'zai-image[socks]' brings it")


@twins
def test_certificates_that_cannot_be_read_are_told(
    outcome_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file")
    error = outcome_of("http://api.example")
    assert isinstance(error, InvalidRequestError)
    assert str(error).startswith("no request can be sent: the certificates to trust cannot be read: ")


@twins
def test_a_free_connection_that_does_not_come_in_time_is_not_sent(outcome_of: Callable[..., Any]) -> None:
    limits = httpx.Limits(max_connections=1)

    def sync(url: str) -> Any:
        with httpx.Client(limits=limits) as given, ZaiImage("a-key", base_url=url, http_client=given) as zai:
            zai.images.generate("kitten")
            with given.stream("GET", url):
                return error_of(lambda: zai.images.generate("kitten", timeout=httpx.Timeout(5, pool=0.05)))

    async def run(url: str) -> Any:
        async with httpx.AsyncClient(limits=limits) as given:
            zai = AsyncZaiImage("a-key", base_url=url, http_client=given)
            await zai.images.generate("kitten")
            async with given.stream("GET", url):
                try:
                    await zai.images.generate("kitten", timeout=httpx.Timeout(5, pool=0.05))
                except ZaiImageError as error:
                    return error

    def script(connection: Connection) -> None:
        while connection.read():
            connection.send(loopback.image_answer("https://images.example/1.png"))

    with peer(script) as server:
        error = sync(server.url) if outcome_of is generate else asyncio.run(run(server.url))
    assert isinstance(error, zai_image.TimeoutError)
    assert (error.outcome_unknown, error.attempts) == (False, 3)
    assert sum(head.startswith(b"POST") for head in server.requests) == 1


def error_of(act: Callable[[], object]) -> ZaiImageError | None:
    try:
        act()
    except ZaiImageError as error:
        return error
    return None


class Http2:
    """A server of HTTP/2 that does something with each request, and counts them."""

    def __init__(self, act: Callable[[h2.connection.H2Connection, int, int], None]) -> None:
        self.act = act
        self.requests = 0

    def __call__(self, connection: Connection) -> None:
        state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        state.initiate_connection()
        connection.send(state.data_to_send())
        while (data := connection.receive()) and state.state_machine.state is not h2.connection.ConnectionState.CLOSED:
            for event in state.receive_data(data):
                if isinstance(event, h2.events.StreamEnded):
                    assert event.stream_id is not None
                    self.requests += 1
                    self.act(state, event.stream_id, self.requests)
            connection.send(state.data_to_send())


def answer(state: h2.connection.H2Connection, stream: int, number: int) -> None:
    body = loopback.image_answer("https://images.example/1.png").partition(b"\r\n\r\n")[2]
    state.send_headers(stream, [(":status", "200"), ("content-length", str(len(body)))])
    state.send_data(stream, body, end_stream=True)


def refuse(state: h2.connection.H2Connection, stream: int, number: int) -> None:
    state.reset_stream(stream, 7)


def refuse_first(state: h2.connection.H2Connection, stream: int, number: int) -> None:
    (refuse if number == 1 else answer)(state, stream, number)


def cancel(state: h2.connection.H2Connection, stream: int, number: int) -> None:
    state.reset_stream(stream, 8)


def go_away_before(state: h2.connection.H2Connection, stream: int, number: int) -> None:
    state.close_connection(last_stream_id=0)


def go_away_after(state: h2.connection.H2Connection, stream: int, number: int) -> None:
    state.close_connection(last_stream_id=stream)


def over_http2(url: str, twin: Callable[..., Any]) -> Any:
    kind = httpx.HTTPTransport if twin is generate else httpx.AsyncHTTPTransport
    return twin(url, transport=kind(http1=False, http2=True, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)))


@twins
@pytest.mark.parametrize(
    ("act", "unknown", "requests"),
    [(refuse, False, 3), (go_away_before, False, 3), (cancel, True, 1), (go_away_after, True, 1)],
)
def test_what_http_2_refuses_is_not_sent_and_what_it_breaks_off_may_be(
    outcome_of: Callable[..., Any], act: Any, unknown: bool, requests: int
) -> None:
    script = Http2(act)
    with peer(script) as server:
        error = over_http2(server.url, outcome_of)
    assert isinstance(error, zai_image.ConnectionError)
    assert (error.outcome_unknown, error.attempts, script.requests) == (unknown, requests, requests)


@twins
def test_a_request_that_http_2_refused_succeeds_at_the_next_attempt(outcome_of: Callable[..., Any]) -> None:
    script = Http2(refuse_first)
    with peer(script) as server:
        image = over_http2(server.url, outcome_of)
    assert isinstance(image, Image | zai_image.AsyncImage)
    assert script.requests == 2


@twins
def test_an_address_that_nobody_listens_on_is_not_sent(outcome_of: Callable[..., Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    error = outcome_of(url)
    assert isinstance(error, zai_image.ConnectionError)
    assert (error.outcome_unknown, error.attempts) == (False, 3)
