"""Undoes the compression of a body in bounded steps, so that no answer takes more memory than it may have bytes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Final, Protocol

ACCEPTED: Final = "gzip, deflate"
"""What requests say in Accept-Encoding: what is undone here."""
STEP: Final = 64 * 1024
"""The most bytes that one step returns."""


class UndecodableBody(ValueError):
    """A body is compressed in a way that was not asked for, or is damaged."""


class _Engine(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes: ...


class Decoder:
    """Undoes the one encoding that a body may have.

    Args:
        headers: The answer's header fields; their names in lower case.

    Raises:
        UndecodableBody: There is more than one encoding, or one that was not asked for.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        named = headers.get("content-encoding", "").lower().split(",")
        encodings = [name for name in map(str.strip, named) if name not in ("", "identity")]
        if not encodings:
            self._make: Callable[[bytes], _Engine] | None = None
        elif encodings in (["gzip"], ["x-gzip"]):
            self._make = lambda begin: zlib.decompressobj(16 + zlib.MAX_WBITS)
        elif encodings == ["deflate"]:
            self._make = _inflater
        else:
            raise UndecodableBody(f"its encoding {', '.join(encodings)!r} is none of {ACCEPTED}")
        self._engine: _Engine | None = None
        self._begin = b""

    @property
    def is_complete(self) -> bool:
        """Whether the compressed body has come to its end; always, where it is not compressed."""
        return self._make is None or (self._engine is not None and self._engine.eof)

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        """Return the next bytes of the body, ``STEP`` at a time where they were compressed.

        Raises:
            UndecodableBody: The compressed bytes are damaged.
        """
        if self._make is None:
            if chunk:
                yield chunk
            return
        chunk = self._begin + chunk
        try:
            while chunk:
                if self._engine is None or self._engine.eof:
                    # Two bytes tell what begins: a stream, another one behind it, or what is to be left alone.
                    if len(chunk) < 2:
                        break
                    if self._engine is not None and chunk[:2] != b"\x1f\x8b":
                        chunk = b""
                        break
                    self._engine = self._make(chunk)
                piece = self._engine.decompress(chunk, STEP)
                chunk = self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail
                if piece:
                    yield piece
                while len(piece) == STEP and not chunk and not self._engine.eof:
                    piece = self._engine.decompress(b"", STEP)
                    if piece:
                        yield piece
        except zlib.error as error:
            raise UndecodableBody(f"its compression is damaged: {error}") from None
        self._begin = chunk


def _inflater(begin: bytes) -> _Engine:
    """Return what undoes deflate, with the wrapper that the standard asks for, or bare as many servers send it."""
    is_wrapped = begin[0] & 0x0F == 8 and int.from_bytes(begin[:2]) % 31 == 0
    return zlib.decompressobj(zlib.MAX_WBITS if is_wrapped else -zlib.MAX_WBITS)
