"""What the command line says on standard error: one line a message, which no terminal takes for a command."""

from __future__ import annotations

import sys
from contextlib import suppress

from zai_image._errors import InvalidRequestError, ZaiImageError


def printable(text: str) -> str:
    r"""Return the text with everything that does not print spelt out, such as ``\n`` and ``\x1b``.

    Prompts, models and a server's words are others' text: an escape sequence in them could rewrite the screen, a line
    end could forge a message.
    """
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def tell(message: object) -> None:
    """Print one line on standard error, if it takes one: a message that is lost must not cost an image too."""
    with suppress(OSError):
        print(f"zai-image: {printable(str(message))}", file=sys.stderr, flush=True)


def explained(error: ZaiImageError) -> str:
    """Return an error's message with what to do first: the nearest valid size, where the size is what is wrong."""
    if isinstance(error, InvalidRequestError) and error.nearest is not None:
        return f"{error.nearest} is the nearest valid size: {'; '.join(error.problems)}"
    return str(error)
