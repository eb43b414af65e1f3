"""The exit codes: 0 fine, 1 the answer is no, 2 the question could not be asked."""

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


def exit_code_of_all(came: int, failures: Sequence[ZaiImageError]) -> int:
    """Return the code for several questions.

    Args:
        came: How many were answered with what was asked for.
        failures: Why the others were not.

    Returns:
        0 if all were; 2 if none was, and none could even be asked; otherwise 1.
    """
    if not failures:
        return FINE
    if came:
        return ANSWER_IS_NO
    return min(exit_code(failure) for failure in failures)
