"""Downloads what is at a link, sync and async, from a host that follows a script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.client.loopback import Connection, Peer, peer, replies
from tests.client.test_formats import FILES
from zai_image import AsyncZaiImage, ZaiImage

PNG = FILES["PNG"]
KEY = "sk-0123456789abcdef"
Download = Callable[..., bytes]


def head(status: str, *fields: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *fields, "", ""]).encode()


def redirects_to(location: str) -> bytes:
    return head("302 Found", f"location: {location}", "content-length: 0")


def replying(*answers: bytes) -> Callable[[Connection], None]:
    """Return a script that gives these answers, on whatever connections, one after the other; the last for ever."""
    left = list(answers)

    def script(connection: Connection) -> None:
        while connection.read():
            connection.send(left.pop(0) if len(left) > 1 else left[0])

    return script


WHOLE = head("200 OK", "content-type: image/png", f"content-length: {len(PNG)}") + PNG


@pytest.fixture(params=["sync", "async"])
def download(request: pytest.FixtureRequest) -> Download:
    """Download what is at a link with either client; ``client`` holds settings of a client of httpx."""

    def download_sync(link: str, client: dict[str, Any] | None = None, **options: Any) -> bytes:
        options = {"base_url": "http://127.0.0.1:1", **options}
        with httpx.Client(**client or {}) as given:
            zai = ZaiImage(KEY, http_client=None if client is None else given, **options)
            with zai:
                return zai.image_at(link, created=datetime.now(UTC)).download()

    def download_async(link: str, client: dict[str, Any] | None = None, **options: Any) -> bytes:
        async def run() -> bytes:
            async with httpx.AsyncClient(**asynchronous(client or {})) as given:
                zai = AsyncZaiImage(KEY, http_client=None if client is None else given, **options)
                async with zai:
                    return await zai.image_at(link, created=datetime.now(UTC)).download()

        options = {"base_url": "http://127.0.0.1:1", **options}
        return asyncio.run(run())

    return download_sync if request.param == "sync" else download_async


def asynchronous(client: dict[str, Any]) -> dict[str, Any]:
    """Return settings of a client with hooks that are awaited."""
    if "event_hooks" not in client:
        return client

    def awaited(hook: Callable[[Any], None]) -> Callable[[Any], Any]:
        async def run(subject: Any) -> None:
            hook(subject)

        return run

    hooks = {when: [awaited(hook) for hook in given] for when, given in client["event_hooks"].items()}
    return {**client, "event_hooks": hooks}


@pytest.fixture
def host() -> Iterator[Peer]:
    """Where the image is."""
    with peer(replies(PNG, "image/png")) as server:
        yield server
