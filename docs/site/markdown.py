"""Writes the parts of Markdown that generated pages are made of, so that text from data stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|$~^@-])")


def text(words: object) -> str:
    """Return words as Markdown that shows them as they are; line breaks become spaces."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(words).split()))


def code(words: object) -> str:
    """Return words as inline code, whatever backticks they hold."""
    plain = " ".join(str(words).split()).replace("|", "\\|")
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{plain}{space}{fence}"


def prose(words: str) -> str:
    """Return words whose backticks mark code, with everything else shown as it is."""
    parts = words.split("`")
    if len(parts) % 2 == 0:
        return text(words)
    return "".join(code(part) if number % 2 else _spaced(part) for number, part in enumerate(parts) if part)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table.

    Args:
        head: The names of the columns.
        rows: Cells, as Markdown.
    """
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _spaced(part: str) -> str:
    lead, trail = part[:1].isspace(), part[-1:].isspace()
    return f"{' ' if lead else ''}{text(part)}{' ' if trail and part.strip() else ''}"
