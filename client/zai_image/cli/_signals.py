"""Tells a running event loop of the signals by which people and systems end a process."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

# Windows has no SIGHUP.
_SIGNALS: Final = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def told_of_signals(act: Callable[[], None]) -> Iterator[None]:
    """Call a function, in the running loop, for each SIGINT, SIGTERM and SIGHUP that the process does not ignore."""
    loop = asyncio.get_running_loop()
    before: dict[int, Any] = {}
    for number in _SIGNALS:
        handler = signal.getsignal(number)
        # As under nohup, and for SIGINT in a shell's background job.
        if handler is not signal.SIG_IGN:
            before[number] = handler
            # Not the loop's own handler, which Windows has not.
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(act))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
