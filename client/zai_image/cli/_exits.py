"""The exit codes: 0 fine, 1 the answer is no, 2 the question could not be asked."""

from __future__ import annotations

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


def exit_code(error: ZaiImageError) -> int:
    """Return the code for an error: 2 for bad usage, an unreachable server or a refused key, otherwise 1."""
    not_asked = (InvalidRequestError, AuthenticationError, ConnectionError, TimeoutError)
    return COULD_NOT_ASK if isinstance(error, not_asked) else ANSWER_IS_NO
