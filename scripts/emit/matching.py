"""Makes texts that patterns of JSON Schema match."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from re import _constants as code
from re import _parser as parser
from typing import Any

from scripts.runtime.checking import compiled


def matching(pattern: str, variant: int = 0) -> str:
    """Return a text that a pattern of JSON Schema finds itself in, as far as the pattern is a simple one."""
    choices = count(variant)
    return "".join(_text_of(parser.parse(compiled(pattern).pattern, re.ASCII), choices))


def _text_of(parts: Iterable[tuple[Any, Any]], choices: Iterator[int]) -> Iterator[str]:
    for operation, argument in parts:
        if operation is code.LITERAL:
            yield chr(argument)
        elif operation is code.NOT_LITERAL:
            yield "b" if argument == ord("a") else "a"
        elif operation is code.ANY:
            yield "a"
        elif operation is code.IN:
            yield _member(argument, next(choices))
        elif operation in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
            least, most, repeated = argument
            for _ in range(max(least, min(1, most))):
                yield from _text_of(repeated, choices)
        elif operation is code.SUBPATTERN:
            yield from _text_of(argument[-1], choices)
        elif operation is code.BRANCH:
            yield from _text_of(argument[1][next(choices) % len(argument[1])], choices)
        elif operation is code.ATOMIC_GROUP:
            yield from _text_of(argument, choices)


def _member(members: Sequence[tuple[Any, Any]], variant: int) -> str:
    """Return a character of a set."""
    letters = "abcXYZ0123_- .:/\u00e9"
    named = [
        chr(value if operation is code.LITERAL else value[0])
        for operation, value in members
        if operation in (code.LITERAL, code.RANGE)
    ]
    usable = [letter for letter in [*named, *letters] if re.fullmatch(_set(members), letter, re.ASCII)] or ["a"]
    return str(usable[variant % len(usable)])


def _set(members: Sequence[tuple[Any, Any]]) -> str:
    """Return a set of characters as a pattern again."""
    categories = {
        code.CATEGORY_DIGIT: r"\d",
        code.CATEGORY_NOT_DIGIT: r"\D",
        code.CATEGORY_SPACE: r"\s",
        code.CATEGORY_NOT_SPACE: r"\S",
        code.CATEGORY_WORD: r"\w",
        code.CATEGORY_NOT_WORD: r"\W",
    }
    written = ""
    for operation, value in members:
        if operation is code.NEGATE:
            written += "^"
        elif operation is code.LITERAL:
            written += re.escape(chr(value))
        elif operation is code.RANGE:
            written += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        elif operation is code.CATEGORY:
            written += categories[value]
    return f"[{written}]"
