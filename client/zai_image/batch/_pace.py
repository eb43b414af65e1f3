"""How fast requests may leave, by the outcomes of those before."""

from __future__ import annotations

import random
import time
from typing import Final

from attrs import define

from zai_image._errors import APIError

_LONGEST_PAUSE: Final = 30.0
# It goes on while the machine sleeps, when others' clocks go on too.
_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", None)


def seconds() -> float:
    """Return the time by a clock that only goes forward."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)


@define
class Pace:
    """Begins with one request at once, allows one more with each answer, and half as many where the API refuses some.

    Attributes:
        limit: Requests at once, at most.
        failures: How often in a row it became slower.
        answers: Whether any request brought an image.
    """

    limit: int
    failures: int = 0
    answers: bool = False
    _window: float = 1.0
    _slower_at: float = 0.0
    _resume_at: float = 0.0

    @property
    def at_once(self) -> int:
        """How many requests may be under way."""
        return int(self._window)

    @property
    def pause(self) -> float:
        """Seconds until the next request may leave."""
        return max(0.0, self._resume_at - seconds())

    def answered(self) -> None:
        """Take note of an answer."""
        self.answers, self.failures = True, 0
        self._window = min(self.limit, self._window + 1)

    def slow_down(self, error: Exception, sent_at: float) -> bool:
        """Take note of a request that failed and waits for its next attempt; return false where that says nothing new.

        Args:
            error: How it failed; it may say how long to wait.
            sent_at: When it left. What was under way when the first failed so says nothing new.
        """
        if sent_at <= self._slower_at:
            return False
        self._slower_at = seconds()
        self._window = max(1.0, self._window / 2)
        self.failures += 1
        asked_for = error.retry_after if isinstance(error, APIError) else None
        pause = asked_for or random.uniform(0.5, 1) * min(_LONGEST_PAUSE, 2.0 ** (self.failures - 2))
        self._resume_at = self._slower_at + pause
        return True
