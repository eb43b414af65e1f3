"""Puts what a stranger wrote into messages: on one line, cut if long, and without what a terminal would act on."""

from __future__ import annotations

import json

NOT_TEXT = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""What YAML 1.1, which most tools still read, takes for something other than text where it stands without quotes."""
LONGEST = 600
"""Characters of a quoted text."""


def printable(text: str, keep: str = "") -> str:
    """Return a text with every character that is not printable escaped, but those to keep."""
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)


def shown(value: object, at_most: int = LONGEST) -> str:
    """Return a text as it is, and any other value as JSON, printable and cut."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = printable(text[: 2 * at_most])
    return text if len(text) <= at_most else f"{text[: at_most - 1]}…"


def quote(value: object, at_most: int = LONGEST) -> str:
    """Return a text in double quotes, and any other value as JSON, printable and cut."""
    return f'"{shown(value, at_most)}"' if isinstance(value, str) else shown(value, at_most)


def in_backticks(value: object, at_most: int = 240) -> str:
    """Return a value as Markdown that cannot be more than that: on one line, in backticks."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = shown(" ".join(text.replace("`", "'").split()), at_most)
    return f"`{text}`" if text else "an empty text"
