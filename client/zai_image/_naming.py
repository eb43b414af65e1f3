"""Names of files that every system takes: valid on Windows too, with the letters of every script."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST: Final = 50
"""Characters of a slug."""
BYTES: Final = 200
"""Bytes of a name, which leaves room for numbers and suffixes: file systems allow 255."""
_RESERVED: Final = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"}
    | {f"{device}{digit}" for device in ("COM", "LPT") for digit in "0123456789¹²³"}
)
_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*]')


def slug(text: str) -> str:
    """Return a text as words with ``-`` between them: its letters, marks and digits; empty where it has none."""
    # Format characters, such as the joiners of Indic and Arabic script, stand inside words and show nothing themselves.
    kept = (
        char if unicodedata.category(char)[0] in "LMN" else "" if unicodedata.category(char) == "Cf" else "-"
        for char in unicodedata.normalize("NFC", text.lower())
    )
    return _safe(_cut(re.sub("-+", "-", "".join(kept)).strip("-"), LONGEST).strip("-"))


def part(text: str) -> str:
    """Return a text as one part of a path: what no system takes is ``-``, all else stays; empty where nothing does."""
    kept = "".join(char if char.isprintable() else "-" for char in unicodedata.normalize("NFC", text))
    return _safe(_cut(_FORBIDDEN.sub("-", kept).strip(" ").lstrip("."), 3 * LONGEST).rstrip(" ."))


def key(path: str) -> str:
    """Return what two paths have in common where some system takes them for one."""
    return unicodedata.normalize("NFC", path).casefold()


def _cut(text: str, longest: int) -> str:
    """Cut a text to so many characters and `BYTES`, and never between a letter and its marks."""
    end = min(len(text), longest)
    while len(text[:end].encode()) > BYTES or (0 < end < len(text) and unicodedata.category(text[end])[0] == "M"):
        end -= 1
    return text[:end]


def _safe(name: str) -> str:
    # Windows takes what stands before the first full stop for the device, whatever follows.
    device, dot, rest = name.partition(".")
    return f"{device}-image{dot}{rest}" if device.rstrip(" ").upper() in _RESERVED else name
