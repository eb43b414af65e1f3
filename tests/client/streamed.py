"""A body that comes in chunks, and tells how many of them were taken."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator

import httpx


class Streamed(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in chunks; it counts how many were asked for, and whether it was closed."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.chunks = chunks
        self.taken = 0
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.chunks:
            self.taken += 1
            yield chunk

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self:
            yield chunk

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True
