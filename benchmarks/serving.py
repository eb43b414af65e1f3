"""A small HTTP server in a process of its own, so that what it costs is not counted as what a client costs."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from attrs import define, field

PATH: Final = "/paas/v4/images/generations"
IMAGE_BYTES: Final = 2_000_000
# As many may knock at once as the largest row of the table has in flight.
_BACKLOG: Final = 8192
_SEPARATOR: Final = b"\r\n\r\n"


def _image(size: int) -> bytes:
    """An image by its first bytes and its last, and nothing in between that could be compressed away or decoded."""
    return b"\x89PNG\r\n\x1a\n" + bytes(size - 20) + b"\x00\x00\x00\x00IEND\xaeB\x60\x82"


def _answer(content: bytes, kind: str) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n%s" % (
        kind.encode(),
        len(content),
        content,
    )


@define(eq=False)
class _Exchange(asyncio.Protocol):
    """One connection: reads requests one after another, and answers each when the delay is over."""

    _delay: float
    _generated: bytes
    _image: bytes
    _received: bytes = field(default=b"", init=False)
    _transport: asyncio.Transport | None = field(default=None, init=False)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, rest = self._received.partition(_SEPARATOR)
        if not separator:
            return
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if len(rest) < length:
            return
        self._received = rest[length:]
        answer = self._image if head.startswith(b"GET") else self._generated
        if self._delay and not head.startswith(b"GET"):
            asyncio.get_running_loop().call_later(self._delay, self._write, answer)
        else:
            self._write(answer)

    def _write(self, answer: bytes) -> None:
        if self._transport is not None:
            self._transport.write(answer)


async def _serve(delay: float, size: int) -> None:
    loop = asyncio.get_running_loop()
    answers: list[bytes] = [b"", _answer(_image(size), "image/png")]
    server = await loop.create_server(
        lambda: _Exchange(delay, answers[0], answers[1]), "127.0.0.1", 0, backlog=_BACKLOG
    )
    port = server.sockets[0].getsockname()[1]
    link = {"created": 1760335349, "data": [{"url": f"http://127.0.0.1:{port}/image.png"}]}
    answers[0] = _answer(json.dumps(link).encode(), "application/json")
    print(port, flush=True)
    await server.serve_forever()


def open_many_files() -> None:
    """Let this process open as many files as it may: each connection is one, and the usual limit is 1,024."""
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextmanager
def serving(delay: float = 0.0, size: int = IMAGE_BYTES) -> Iterator[str]:
    """Run the server while the context lasts.

    Args:
        delay: Seconds to wait before a request for an image is answered; its link is answered at once.
        size: The bytes of each image.

    Yields:
        The base URL, such as `http://127.0.0.1:40123`.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.serving", str(delay), str(size)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


if __name__ == "__main__":
    open_many_files()
    asyncio.run(_serve(float(sys.argv[1]), int(sys.argv[2])))
