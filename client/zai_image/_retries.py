"""Decides whether, and after how long, a failed request is sent again: only where that cannot be charged twice."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from zai_image._errors import (
    APIError,
    ConnectionError,
    DownloadError,
    ServerError,
    TimeoutError,
    ZaiImageError,
)

# Seconds: the first pause is up to the first of these, and each later one up to twice as long.
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 8.0
LONGEST_RETRY_AFTER: Final = 60.0
"""A server that asks for a longer wait is not waited for: its error goes to the caller, who knows what else to do."""

_NUMBER: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{0,9})?")
# 429 also carries an empty account, a blocked prompt and a day's limit; these codes, or none, mean "slow down".
_SLOW_DOWN: Final[frozenset[int | str | None]] = frozenset({1302, 1303, None})


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds to wait before the next attempt, as an answer says: a number, or until a date.

    Args:
        headers: The answer's header fields.
    """
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        if _NUMBER.fullmatch(value):
            return float(value) * unit
    # Loading it takes longer than the rest of this package's modules together, and few answers hold a date.
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(headers.get("retry-after", ""))
        return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    except Exception:
        # Python's reader of dates meets many things in what is none.
        return None


def wait(seconds: float) -> None:
    """Wait before the next attempt."""
    time.sleep(seconds)


async def wait_async(seconds: float) -> None:
    """Wait before the next attempt, under any event loop that httpx runs on."""
    import anyio

    await anyio.sleep(seconds)


class RetryPolicy(NamedTuple):
    """When to try again.

    Attributes:
        max_retries: How often a request is sent again at most; 0 sends it once.
        unknown_outcome: Whether to send a paid request again though it may have been processed, and charged for.
    """

    max_retries: int
    unknown_outcome: bool = False

    def pause(self, error: ZaiImageError, attempt: int) -> float | None:
        """Return the seconds to wait before the next attempt; None where there is to be none.

        Args:
            error: How the attempt failed.
            attempt: Which it was, from 1.
        """
        if attempt > self.max_retries or not self._may_be_repeated(error):
            return None
        asked_for = error.retry_after if isinstance(error, APIError | DownloadError) else None
        if asked_for is not None:
            return asked_for if asked_for <= LONGEST_RETRY_AFTER else None
        # Full jitter: many clients that failed together do not come back together.
        return random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)))

    def _may_be_repeated(self, error: ZaiImageError) -> bool:
        match error:
            case DownloadError():
                return error.transient
            case ConnectionError() | TimeoutError():
                return self.unknown_outcome or not error.outcome_unknown
            case ServerError():
                return self.unknown_outcome
            case APIError():
                return error.status == 429 and error.code in _SLOW_DOWN
        return False
