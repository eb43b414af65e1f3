"""Tells what a failure means for money, and for the prompts that still wait."""

from __future__ import annotations

from typing import Final

from attrs import define

from zai_image._errors import (
    APIError,
    AuthenticationError,
    ConnectionError,
    DownloadError,
    InsufficientBalanceError,
    InvalidRequestError,
    InvalidResponseError,
    RateLimitError,
    ServerError,
    TimeoutError,
    ZaiImageError,
)

SAME_FAILURES: Final = 10
"""The same failure so often in a row stops a run: it would meet every prompt."""
UNUSABLE_ANSWERS: Final = 3
"""Answers without an image, each perhaps charged, so often in a row stop a run."""
# Of a day, of a plan: waiting a minute does not help.
_LIMIT_REACHED: Final = frozenset({1304, 1308, 1309})


def may_be_charged(error: BaseException) -> bool:
    """Return whether the request that failed so may have made an image: unless it is known that it did not."""
    match error:
        case InvalidRequestError():
            return False
        case ConnectionError() | TimeoutError():
            return error.outcome_unknown
        case ServerError():
            return True
        case APIError():
            return False
    return True


def meets_all(error: BaseException) -> bool:
    """Return whether every other prompt would fail so: all have the same key, balance and daily limit."""
    if isinstance(error, RateLimitError):
        return error.code in _LIMIT_REACHED
    return isinstance(error, AuthenticationError | InsufficientBalanceError)


def not_sent(error: BaseException) -> bool:
    """Return whether the request never reached the server."""
    return isinstance(error, ConnectionError | TimeoutError) and not error.outcome_unknown


@define
class Streak:
    """Counts failures of one kind in a row."""

    _kind: tuple[object, ...] = ()
    _length: int = 0

    def broken(self) -> None:
        """Note that something succeeded."""
        self._kind, self._length = (), 0

    def stops(self, error: ZaiImageError) -> str | None:
        """Note a failure; return why the run should stop, or None where it should go on."""
        kind = (type(error), getattr(error, "status", None), getattr(error, "code", None))
        self._length = self._length + 1 if kind == self._kind else 1
        self._kind = kind
        if isinstance(error, InvalidResponseError) and self._length >= UNUSABLE_ANSWERS:
            return f"{self._length} answers in a row held no image"
        if self._length >= SAME_FAILURES:
            what = "downloads" if isinstance(error, DownloadError) else "requests"
            return f"{self._length} {what} in a row failed alike"
        return None
