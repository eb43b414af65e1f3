"""The exit codes: 0 fine, 1 the answer is no, 2 usage or connection error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from zai_image._errors import (
    AuthenticationError,
    ConnectionError,
    InvalidRequestError,
    TimeoutError,
    ZaiImageError,
)

FINE: Final = 0
ANSWER_IS_NO: Final = 1
COULD_NOT_ASK: Final = 2

_NOT_ASKED: Final = (InvalidRequestError, AuthenticationError, ConnectionError, TimeoutError)


def exit_code(error: ZaiImageError) -> int:
    """Return the code for an error: 2 for bad usage, an unreachable server or a refused key, otherwise 1."""
    return COULD_NOT_ASK if isinstance(error, _NOT_ASKED) else ANSWER_IS_NO


def exit_code_of_all(stored: int, failures: Sequence[ZaiImageError]) -> int:
    """Return the code for several prompts.

    Args:
        stored: How many images are stored.
        failures: Why the others were not.

    Returns:
        0 if all were; 2 if none was, and none even reached the server; otherwise 1.
    """
    if not failures:
        return FINE
    if stored:
        return ANSWER_IS_NO
    return min(exit_code(failure) for failure in failures)
