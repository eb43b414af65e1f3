"""A proxy that the environment names carries the requests, but for those to this machine."""

from __future__ import annotations

import asyncio
import socket

import httpx
import pytest

from tests.client import loopback
from tests.client.loopback import peer
from zai_image import AsyncZaiImage, ZaiImage, _transports
from zai_image._pools import AsyncPooledTransport, PooledTransport


@pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_left_to_httpx(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert _transports.transport() is None
    assert _transports.async_transport() is None


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that names a proxy which nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, address)


@pytest.mark.usefixtures("proxied")
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_what_is_asked_of_this_machine_goes_through_no_proxy(host: str) -> None:
    content = b'{"created": 1760335349, "data": [{"url": "https://pictures.example/1.png"}]}'
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(content) + content

    async def ask_async(url: str) -> str:
        async with AsyncZaiImage("a-key", base_url=url) as zai:
            return (await zai.images.generate("kitten")).url

    with peer(loopback.answers_with(answer)) as server:
        url = server.url.replace("localhost", host)
        with ZaiImage("a-key", base_url=url) as zai:
            assert zai.images.generate("kitten").url == "https://pictures.example/1.png"
        assert asyncio.run(ask_async(url)) == "https://pictures.example/1.png"
        assert len(server.requests) == 2


@pytest.mark.usefixtures("proxied")
@pytest.mark.parametrize(
    ("host", "direct"),
    [
        ("localhost", True),
        ("LOCALHOST:8000", True),
        ("127.0.0.1:1", True),
        ("[::1]", True),
        ("[::1]:8000", True),
        ("localhost.example", False),
        ("a.localhost", False),
        ("127.0.0.1.example", False),
        ("api.z.ai", False),
        ("[::2]", False),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_is_asked_of_any_other_machine_goes_through_the_proxy(host: str, direct: bool, scheme: str) -> None:
    for zai in (ZaiImage("a-key"), AsyncZaiImage("a-key")):
        client = zai._http_client
        assert isinstance(client, httpx.Client | httpx.AsyncClient)
        carrier = client._transport_for_url(httpx.URL(f"{scheme}://{host}/"))
        assert (carrier is client._transport) is direct


def test_without_a_proxy_there_is_a_transport_of_ours() -> None:
    assert isinstance(_transports.transport(), PooledTransport)
    assert isinstance(_transports.async_transport(), AsyncPooledTransport)
