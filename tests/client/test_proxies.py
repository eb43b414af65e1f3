"""The proxies of the environment carry requests of the API and of images, but where it or reason tells otherwise."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from tests.client.downloading import PNG
from tests.client.loopback import Connection, image_answer, peer
from zai_image import AsyncZaiImage, InvalidRequestError, ZaiImage, ZaiImageError


def fetched(base_url: str) -> object:
    with ZaiImage("a-key", base_url=base_url, max_retries=0, timeout=5) as zai:
        return zai.images.generate("kitten").download()


def fetched_async(base_url: str) -> object:
    async def run() -> object:
        async with AsyncZaiImage("a-key", base_url=base_url, max_retries=0, timeout=5) as zai:
            return await (await zai.images.generate("kitten")).download()

    return asyncio.run(run())


twins = pytest.mark.parametrize("fetch", [fetched, fetched_async])


def carries(connection: Connection) -> None:
    """Answer as API and as host of the image, whatever is asked for."""
    png = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(PNG) + PNG
    while connection.read():
        connection.send(image_answer("http://images.example/1.png") if connection.body else png)


@pytest.fixture(autouse=True)
def _every_name_is_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(
        "socket.getaddrinfo", lambda name, *arguments, **options: real("127.0.0.1", *arguments, **options)
    )


@twins
@pytest.mark.parametrize(
    ("environment", "carried"),
    [
        ({"HTTP_PROXY": "{proxy}"}, [b"POST http://api.example:{port}/", b"GET http://images.example/1.png"]),
        ({"http_proxy": "{proxy}"}, [b"POST http://api.example:{port}/", b"GET http://images.example/1.png"]),
        ({"ALL_PROXY": "{proxy}"}, [b"POST http://api.example:{port}/", b"GET http://images.example/1.png"]),
        ({"HTTP_PROXY": "{address}"}, [b"POST http://api.example:{port}/", b"GET http://images.example/1.png"]),
        (
            {"HTTP_PROXY": "{proxy}", "ALL_PROXY": "http://127.0.0.1:1"},
            [b"POST http://api.example:{port}/", b"GET http://images.example/1.png"],
        ),
        ({"HTTP_PROXY": "{proxy}", "NO_PROXY": "api.example"}, [b"GET http://images.example/1.png"]),
        ({"HTTP_PROXY": "{proxy}", "NO_PROXY": "other.example, .api.example"}, [b"GET http://images.example/1.png"]),
        (
            {"HTTP_PROXY": "{proxy}", "NO_PROXY": "pi.example"},
            [b"POST http://api.example:{port}/", b"GET http://images.example/1.png"],
        ),
    ],
)
def test_a_proxy_of_the_environment_carries_what_it_is_named_for(
    fetch: Callable[[str], object], environment: dict[str, str], carried: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with peer(carries) as proxy, peer(carries) as api:
        port = api.url.rstrip("/").rpartition(":")[2]
        for name, value in environment.items():
            address = proxy.url.removeprefix("http://").rstrip("/")
            monkeypatch.setenv(name, value.format(proxy=proxy.url, address=address))
        assert fetch(f"http://api.example:{port}") == PNG
    lines = [head.split(b"\r\n")[0] for head in proxy.requests]
    assert len(lines) == len(carried)
    for line, begin in zip(lines, carried, strict=True):
        assert line.startswith(begin.replace(b"{port}", port.encode()))
    # What the proxy did not carry went straight to its host.
    assert len(api.requests) == 2 - len(carried)


@twins
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LOCALHOST"])
def test_no_proxy_carries_what_is_for_this_machine(
    fetch: Callable[[str], object], host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with peer(carries) as proxy, peer(carries) as api:
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        assert fetch(api.url.replace("localhost", host)) == PNG
    assert [head.split()[0] for head in api.requests] == [b"POST"]
    assert [head.split()[:2] for head in proxy.requests] == [[b"GET", b"http://images.example/1.png"]]


@twins
def test_the_environment_is_read_when_connections_are_made(
    fetch: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "ftp://127.0.0.1:1")
    with pytest.raises(InvalidRequestError, match="no request can be sent: Unknown scheme for proxy URL"):
        fetch("http://api.example")


def test_closing_closes_the_connections_to_proxies_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def waits(connection: Connection) -> None:
        connection.read()
        connection.send(image_answer("http://images.example/1.png"))
        connection.wait_for_end()

    with peer(waits) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        zai: Any = ZaiImage("a-key", base_url="http://api.example")
        zai.images.generate("kitten")
        assert not proxy.ended.is_set()
        zai.close()
        assert proxy.ended.wait(5)
        with pytest.raises(ZaiImageError, match="closed"):
            zai.images.generate("kitten")
