"""Fixtures for tests of applications that request images; imports nothing else, since every pytest loads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from zai_image import AsyncZaiImage, ZaiImage
    from zai_image_conformance.server import RunningServer


@pytest.fixture(scope="session")
def _zai_session_server() -> Iterator[RunningServer]:
    try:
        from zai_image_conformance.server import running
    except ModuleNotFoundError as error:
        pytest.fail(
            f"zai_server needs the extra `conformance` ({error.name} is missing): pip install 'zai-image[conformance]'",
            pytrace=False,
        )
    with running() as server:
        yield server


@pytest.fixture
def zai_server(_zai_session_server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningServer]:
    """The embedded server, with no request recorded and no fault switched on yet.

    It has `.url`, `.api_key`, `.requests`, and `.fault(name, times=None)`. While a test uses it, `ZAI_API_KEY` and
    `ZAI_BASE_URL` lead to it, so that no client that the tested application makes reaches a paid server instead.
    """
    _zai_session_server.reset()
    monkeypatch.setenv("ZAI_API_KEY", _zai_session_server.api_key)
    monkeypatch.setenv("ZAI_BASE_URL", _zai_session_server.url)
    yield _zai_session_server
    _zai_session_server.reset()


@pytest.fixture
def zai_client(zai_server: RunningServer) -> Iterator[ZaiImage]:
    """A client of `zai_server`."""
    from zai_image import ZaiImage

    with ZaiImage(zai_server.api_key, base_url=zai_server.url) as client:
        yield client


@pytest.fixture
def async_zai_client(zai_server: RunningServer) -> Iterator[AsyncZaiImage]:
    """An asynchronous client of `zai_server`, for a test in whatever event loop."""
    import asyncio

    import httpx

    from zai_image import AsyncZaiImage

    # The test's loop has ended when the fixture does, and cannot close a connection then: so none is kept.
    transport = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))
    client = AsyncZaiImage(zai_server.api_key, base_url=zai_server.url, transport=transport)
    yield client
    # A loop of its own, since asyncio.run() would take away one that the thread has set.
    loop = asyncio.new_event_loop()
    loop.run_until_complete(client.close())
    loop.close()
