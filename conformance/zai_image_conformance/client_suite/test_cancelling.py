"""A cancelled call ends at once and as cancelled: its connection is closed, and nothing is sent again or left over."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import define, field

from zai_image import AsyncZaiImage, _retries
from zai_image_conformance.client_suite.downloading import PNG, hosting, transport
from zai_image_conformance.client_suite.sending import KEY

PATIENCE = 10.0
"""Seconds after which what should have happened is taken not to."""


@define
class Stalling:
    """A server and a host of images in one, which stops in the middle of the first answer to a method."""

    stalled: str
    url: str = ""
    requests: list[str] = field(factory=list)
    asked: asyncio.Event = field(factory=asyncio.Event)
    ended: asyncio.Event = field(factory=asyncio.Event)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await reader.readexactly(_length(head))
                method = head.split()[0].decode()
                self.requests.append(method)
                body = PNG if method == "GET" else self._answer()
                answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
                if method == self.stalled and not self.asked.is_set():
                    writer.write(answer[:-8])
                    self.asked.set()
                    with suppress(ConnectionError):
                        await reader.read()
                    self.ended.set()
                    return
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    def _answer(self) -> bytes:
        return json.dumps({"created": 4_000_000_000, "data": [{"url": f"{self.url}/1.png"}]}).encode()


def _length(head: bytes) -> int:
    fields = dict(line.lower().split(b": ", 1) for line in head.strip().split(b"\r\n")[1:])
    return int(fields.get(b"content-length", b"0"))


Call = Callable[[AsyncZaiImage, Path], Any]


async def _download(zai: AsyncZaiImage, target: Path) -> bytes:
    return await (await zai.images.generate("A kitten.")).download()


async def _save(zai: AsyncZaiImage, target: Path) -> Path:
    return await (await zai.images.generate("A kitten.")).save(target)


CALLS: Mapping[str, tuple[Call, list[str]]] = {
    "a request": (_download, ["POST"]),
    "a download": (_download, ["POST", "GET"]),
    "an image that is being saved": (_save, ["POST", "GET"]),
}
"""What is cancelled, and the requests that reach the server until then: the last is the one whose answer stalls."""


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("unknown", [False, True], ids=["by-default", "retry_unknown_outcome"])
def test_a_cancelled_call_is_cancelled_closes_its_connection_and_sends_nothing_more(
    name: str, unknown: bool, tmp_path: Path
) -> None:
    call, asked = CALLS[name]
    target = tmp_path / "kitten.png"
    target.write_bytes(b"the old image")

    async def run() -> Stalling:
        server = Stalling(asked[-1])
        async with await asyncio.start_server(server.answer, "127.0.0.1", 0) as listening:
            host, port = listening.sockets[0].getsockname()
            server.url = f"http://{host}:{port}"
            async with AsyncZaiImage(KEY, base_url=server.url, retry_unknown_outcome=unknown) as zai:
                task = asyncio.create_task(call(zai, target))
                await asyncio.wait_for(server.asked.wait(), PATIENCE)
                task.cancel()
                await asyncio.wait([task], timeout=PATIENCE)
                assert task.cancelled()
                # The client is open still: this connection was closed by itself.
                await asyncio.wait_for(server.ended.wait(), PATIENCE)
        return server

    assert asyncio.run(run()).requests == asked
    assert target.read_bytes() == b"the old image"
    assert list(tmp_path.iterdir()) == [target]


def test_a_call_that_is_cancelled_between_two_attempts_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    server = hosting(httpx.Response(503))

    async def run() -> None:
        waiting = asyncio.Event()

        async def wait(seconds: float) -> None:
            waiting.set()
            await asyncio.sleep(PATIENCE)

        monkeypatch.setattr(_retries, "wait_async", wait)
        async with AsyncZaiImage(KEY, transport=transport(server)) as zai:
            task = asyncio.create_task(_download(zai, Path()))
            await asyncio.wait_for(waiting.wait(), PATIENCE)
            task.cancel()
            await asyncio.wait([task], timeout=PATIENCE)
            assert task.cancelled()

    asyncio.run(run())
    assert [call.request.method for call in server.calls] == ["POST", "GET"]
