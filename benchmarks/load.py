"""What the embedded server bears: error responses a second, a crowd at once, and the memory it takes."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from attrs import frozen

from benchmarks.pairs import Comparison
from benchmarks.serving import PATH, open_many_files

_KEY: Final = "a.key"
_ROUNDS: Final = 5
_REFUSALS: Final = 1_000
_CONNECTIONS: Final = 20
_CROWD: Final = 500
_LATENCY: Final = 1.0
_LONG_RUN: Final = 20_000


@frozen
class _Embedded:
    """`zai-image serve` in a process of its own."""

    url: str
    process: int

    @property
    def mebibytes(self) -> float:
        """The memory that it holds; only Linux tells."""
        status = Path(f"/proc/{self.process}/status").read_text("ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def request(self, **fields: str) -> bytes:
        """A request as it stands on the wire."""
        body = json.dumps(fields).encode()
        head = (
            f"POST {urlsplit(self.url).path}{PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {_KEY}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def seconds_for(self, request: bytes, *, connections: int, each: int) -> float:
        """How long it takes to answer a request so many times on each of so many connections."""
        parts = urlsplit(self.url)

        async def ask() -> None:
            # Plain sockets: a client of any comfort would cost more than the server.
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            for _ in range(each):
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split()[0]))
            writer.close()

        async def ask_all() -> float:
            started = time.perf_counter()
            await asyncio.gather(*(ask() for _ in range(connections)))
            return time.perf_counter() - started

        return asyncio.run(ask_all())


@contextmanager
def _embedded(latency: float = 0.0) -> Iterator[_Embedded]:
    command = [sys.executable, "-m", "zai_image", "serve", "--port", "0", "--api-key", _KEY, "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield _Embedded(process.stdout.readline().removeprefix("listening on ").strip(), process.pid)
        finally:
            process.terminate()


def comparisons() -> Iterator[Comparison]:
    """Yield what it bears, each over what it should."""
    open_many_files()
    with _embedded() as server:
        refused = server.request(model="glm-image", prompt="kitten", size="1000x1000")
        rounds = [
            server.seconds_for(refused, connections=_CONNECTIONS, each=_REFUSALS // _CONNECTIONS)
            for _ in range(_ROUNDS + 1)
        ][1:]
        what = f"seconds for {_REFUSALS:,} error responses of the embedded server, over 1"
        yield Comparison(what, rounds, [_REFUSALS / seconds for seconds in rounds], unit="a second")
    with _embedded(_LATENCY) as server:
        order = server.request(model="glm-image", prompt="kitten")
        rounds = [server.seconds_for(order, connections=_CROWD, each=1) for _ in range(_ROUNDS)]
        what = f"{_CROWD} requests in flight, answered after {_LATENCY:.0f} s, over {_LATENCY:.0f} s"
        yield Comparison(what, [seconds / _LATENCY for seconds in rounds], [seconds * 1e3 for seconds in rounds])
    if sys.platform == "linux":
        with _embedded() as server:
            order = server.request(model="glm-image", prompt="kitten")
            before = _memory_after(server, order)
            after = _memory_after(server, order)
        what = f"memory after {2 * _LONG_RUN:,} requests, over that after {_LONG_RUN:,}"
        yield Comparison(what, [after / before], [after], unit="MiB")


def _memory_after(server: _Embedded, order: bytes) -> float:
    server.seconds_for(order, connections=_CONNECTIONS, each=_LONG_RUN // _CONNECTIONS)
    return server.mebibytes
