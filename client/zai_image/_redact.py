"""The API key as a value that shows itself redacted, and takes itself out of texts, however they spell it."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

REDACTED: Final = "***"

# Characters that one search goes through: nothing else runs meanwhile, not even another thread.
_PIECE: Final = 64 * 1024
# Characters that one of the key may be spelled with, line breaks of base64 included.
LONGEST_SPELLING: Final = 64

T = TypeVar("T")


class Hidden(Generic[T]):
    """A value that nothing shows: not its own representation, nor that of what holds it, nor the locals of a frame.

    Args:
        value: The value; it is held by a closure, which shows nothing of it, unlike an attribute.
    """

    def __init__(self, value: T) -> None:
        self._reveal: Callable[[], T] = lambda: value

    def reveal(self) -> T:
        """Return the value; keep it out of the variables of functions that can raise."""
        return self._reveal()

    def __repr__(self) -> str:
        return REDACTED

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a secret is not written to files or sent to other processes")


class Key(Hidden[str]):
    """An API key, which takes itself out of texts.

    Args:
        secret: The key; ``ZAI_API_KEY`` of the environment where None. It is not judged here, since a frame that
            raises shows its arguments: :attr:`problem` says what is wrong with it.
    """

    def __init__(self, secret: str | None) -> None:
        super().__init__(os.environ.get("ZAI_API_KEY", "") if secret is None else secret)

    @property
    def problem(self) -> str | None:
        """Why no request can be sent with the key; None where one can."""
        secret: object = self.reveal()
        if not secret:
            return "there is no API key: pass api_key=..., or set ZAI_API_KEY in the environment"
        if not isinstance(secret, str):
            return f"the API key must be a string, not {type(secret).__name__}"
        if not secret.isascii() or not secret.isprintable() or " " in secret:
            return "the API key holds spaces, line ends or characters outside ASCII; copy it again"
        return None

    def redact(self, text: str) -> str:
        """Return the text without the key: plain, or in percent, base64, hexadecimal, HTML, JSON or UTF-16 spelling."""
        longest = len(self.reveal()) * LONGEST_SPELLING
        for pattern in self._patterns():
            text = _replaced(pattern, text, longest)
        return text

    @cached_property
    def _patterns(self) -> Callable[[], tuple[re.Pattern[str], ...]]:
        # Loaded only where something has gone wrong. The patterns spell the key, so they are hidden like it.
        from zai_image._spellings import patterns

        found = patterns(self.reveal())
        return lambda: found


def _replaced(pattern: re.Pattern[str], text: str, longest: int) -> str:
    """Return a text without what a pattern finds in it, which has at most so many characters."""
    kept: list[str] = []
    begin = at = 0
    while at < len(text):
        found = pattern.search(text, at, at + _PIECE + longest)
        if found is None or found.start() >= at + _PIECE:
            at += _PIECE
        else:
            kept += text[begin : found.start()], REDACTED
            begin = at = found.end()
    # Where there is nothing to replace, nothing is copied.
    return "".join([*kept, text[begin:]]) if kept else text
