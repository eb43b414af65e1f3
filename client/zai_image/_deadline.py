"""When a call must be over, retries and bodies included, whatever trickles meanwhile."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextvars import ContextVar, Token
from typing import Any, Final

# A server that reads slowly gets a request in pieces, each with what is left of the time.
_PIECE: Final = 64 * 1024


class Deadline:
    """The end of one call's time.

    Args:
        seconds: How long the call may take; None for as long as it takes.
    """

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self._end = None if seconds is None else time.monotonic() + seconds
        self._outer: Token[Deadline | None]

    @property
    def remaining(self) -> float | None:
        """The seconds left, down to 0; None where there is no end."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return self.remaining == 0

    def within(self, timeout: float | None) -> float | None:
        """Return a time-out in seconds that ends with the deadline at the latest.

        Raises:
            TimeoutError: No time is left.
        """
        remaining = self.remaining
        if remaining is None:
            return timeout
        if not remaining:
            raise TimeoutError("the deadline is over")
        return remaining if timeout is None else min(timeout, remaining)

    def each_within(self, timeouts: Mapping[str, float | None]) -> dict[str, float | None]:
        """Return the time-outs of several steps, each in seconds, so that they end with the deadline at the latest.

        Raises:
            TimeoutError: No time is left.
        """
        most = self.within(None)
        if most is None:
            return dict(timeouts)
        return {step: most if seconds is None or seconds > most else seconds for step, seconds in timeouts.items()}

    def __enter__(self) -> None:
        """Let each read and write on the streams of this thread end with the deadline."""
        self._outer = _CURRENT.set(self)

    def __exit__(self, *_: object) -> None:
        _CURRENT.reset(self._outer)


_CURRENT: Final[ContextVar[Deadline | None]] = ContextVar("zai_image_deadline", default=None)


def bound(stream: Any) -> None:
    """Let a synchronous network stream of httpcore heed the deadline of whichever call uses it.

    httpcore gives the same time-out to each of its reads, of which a head that trickles takes any number.
    """
    read, write = stream.read, stream.write

    def read_in_time(max_bytes: int, timeout: float | None = None) -> bytes:
        deadline = _CURRENT.get()
        received: bytes = read(max_bytes, timeout if deadline is None else deadline.within(timeout))
        return received

    def write_in_time(buffer: bytes, timeout: float | None = None) -> None:
        deadline = _CURRENT.get()
        if deadline is None or len(buffer) <= _PIECE:
            write(buffer, timeout if deadline is None else deadline.within(timeout))
            return
        for begin in range(0, len(buffer), _PIECE):
            write(buffer[begin : begin + _PIECE], deadline.within(timeout))

    stream.read, stream.write = read_in_time, write_in_time
