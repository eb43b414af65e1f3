"""One line on a terminal that tells how far a verdict has come, and nothing elsewhere."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from typing import Protocol

_EVERY = 0.1
"""Seconds between two versions of the line."""


class Progress(Protocol):
    """How far a verdict has come."""

    @property
    def sent(self) -> int:
        """Requests."""

    @property
    def planned(self) -> int:
        """Requests of a full verdict."""

    @property
    def images(self) -> int:
        """Requests that a paid server may have charged for."""

    @property
    def broken(self) -> int:
        """Requirements that are broken so far."""


class LiveLine:
    """The line, on standard error where that is a terminal."""

    def __init__(self) -> None:
        self.is_on = sys.stderr.isatty()
        self._lock = threading.Lock()
        self._last = 0.0

    def show(self, progress: Progress) -> None:
        """Write the line anew, unless that was done a moment ago."""
        now = time.monotonic()
        with self._lock:
            if now - self._last < _EVERY:
                return
            self._last = now
            left = max(0, progress.planned - progress.sent)
            line = (
                f"{progress.sent} requests, {left} left; {progress.images} images spent; "
                f"{progress.broken} requirements broken"
            )
            sys.stderr.write("\r\x1b[K" + line[: shutil.get_terminal_size().columns - 1])
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        with self._lock:
            if self.is_on and self._last:
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()
