"""Reads one sentence of the documentation page: what it states, that it states nothing, or that it cannot be read."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

from attrs import frozen
from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput

from scripts.source.failure import PipelineError

OTHERS = "others"
"""The group of every model that is not named."""

Dimensions: TypeAlias = tuple[int, int]
"""Width and height in pixels."""

Kind: TypeAlias = Literal["size", "quality", "user_id", "link", "images", "severity"]
"""The kinds of description whose every number and code-quoted token must be read; start symbols of the grammar."""


class RulesError(PipelineError):
    """The prose gives no rules that could be relied on; one line that quotes the sentence."""


@frozen
class SizeValues:
    """The recommended sizes of some models."""

    groups: tuple[str, ...] | None
    """The models named, ``(OTHERS,)``, or None where the sentence speaks of every model."""
    values: tuple[Dimensions, ...]
    defaults: tuple[Dimensions, ...]
    """Every size that the sentence calls the default, however often it does."""


@frozen
class SizeLimits:
    """The limits of a custom size."""

    min_side: int
    max_side: int
    step: int
    max_pixels: int


@frozen
class QualityDefaults:
    """The default quality of each group named, or of all models (None)."""

    values: tuple[tuple[tuple[str, ...] | None, str], ...]


@frozen
class QualityLevel:
    """One quality, and the seconds it takes where the sentence says so."""

    name: str
    seconds: tuple[int, int] | None


@frozen
class QualitySupported:
    """The only models that take a quality."""

    models: tuple[str, ...]


@frozen
class Length:
    """The least and greatest number of characters."""

    least: int
    greatest: int


@frozen
class Days:
    """How long the link of a picture works."""

    days: int


@frozen
class Count:
    """How many pictures an answer holds; None where the sentence only says that it holds pictures."""

    count: int | None


@frozen
class Severity:
    """The range of the severity level and what its ends mean."""

    range: tuple[int, int]
    extremes: tuple[tuple[str, int], ...]
    """Pairs of ``most`` or ``least`` and a level."""


Statement: TypeAlias = (
    SizeValues | SizeLimits | QualityDefaults | QualityLevel | QualitySupported | Length | Days | Count | Severity
)

_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MAX_QUOTED = 600
_PIECE = re.compile(r"`[^`]*`|(?P<end>\.(?=\s|$)|\n[ \t]*\n)|[^`.\n]+|[`.\n]")


def sentences(description: str) -> list[str]:
    """Split a description into its sentences, each with its full stop and its white space collapsed.

    A sentence ends with a full stop before white space, with an empty line, or with the text; never within backticks.
    """
    found, begin = [], 0
    for piece in _PIECE.finditer(description):
        if piece["end"]:
            found.append(description[begin : piece.end()])
            begin = piece.end()
    return [" ".join(sentence.split()) for sentence in [*found, description[begin:]] if sentence.strip()]


def read(kind: Kind, sentence: str, where: str) -> Statement | None:
    """Read one sentence.

    Args:
        kind: What the description describes.
        sentence: The sentence, as :func:`sentences` gives it.
        where: Whose description it stands in, for the error.

    Returns:
        What the sentence states; None where it is a remark: no digit, no backtick, no word that sets or lifts a rule.

    Raises:
        RulesError: It is neither. So a number or a code-quoted token that no rule claims is never lost.
    """
    text = sentence.removesuffix(".")
    try:
        return _Statements().transform(_grammar().parse(text, start=kind))
    except UnexpectedInput as unexpected:
        unread = text[unexpected.pos_in_stream or 0 :]
    try:
        _grammar().parse(text, start="remark")
    except UnexpectedInput:
        at = f" from {quote(unread, 40)} on" if unread else " to its end"
        raise RulesError(
            f"{where}: no rule reads this sentence{at}: {quote(sentence)}; "
            "teach scripts/prose/statements.lark to read it"
        ) from None
    return None


def quote(text: str, at_most: int = _MAX_QUOTED) -> str:
    """Quote foreign text on one line: what a terminal would act on is escaped, and the very long is cut."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:at_most])
    return f'"{shown}{"…" if len(text) > at_most else ""}"'


@cache
def _grammar() -> Lark:
    return Lark(
        Path(__file__).with_suffix(".lark").read_text(encoding="utf-8"),
        start=["remark", "size", "quality", "user_id", "link", "images", "severity"],
        parser="lalr",
        maybe_placeholders=False,
        g_regex_flags=re.IGNORECASE,
    )


@v_args(inline=True)
class _Statements(Transformer[Token, Statement]):
    """Makes the grammar's trees into statements; a method for each rule or alias of the grammar."""

    def integer(self, digits: str) -> int:
        return int(digits)

    def power(self, text: str) -> int:
        base, exponent = text.split("^")
        return cast(int, int(base) ** int(exponent))

    def counted(self, word: str) -> int:
        return _COUNTED.index(word.lower()) + 1

    def dimensions(self, text: str) -> Dimensions:
        width, height = text.split("x")
        return int(width), int(height)

    def name(self, text: str) -> str:
        return str(text)

    value = name

    def named(self, *names: str) -> tuple[str, ...]:
        return names

    names = named

    def others(self) -> tuple[str, ...]:
        return (OTHERS,)

    def choice(self, size: Dimensions, default: str = "") -> tuple[Dimensions, bool]:
        return size, bool(default)

    def choices(self, *choices: tuple[Dimensions, bool]) -> tuple[tuple[Dimensions, bool], ...]:
        return choices

    def size_values(
        self, groups: tuple[str, ...] | None, choices: tuple[tuple[Dimensions, bool], ...], *defaults: Dimensions
    ) -> SizeValues:
        marked = [size for size, is_default in choices if is_default]
        return SizeValues(groups, tuple(size for size, _ in choices), (*defaults, *marked))

    def size_values_of_all(self, *parts: Any) -> SizeValues:
        *defaults, choices = parts
        return self.size_values(None, choices, *defaults)

    def side_range(self, least: int, greatest: int) -> tuple[int, int]:
        return least, greatest

    length_range = side_range

    def step(self, number: int) -> int:
        return number

    pixels = step

    def size_limits(self, sides: tuple[int, int], step: int, pixels: int) -> SizeLimits:
        return SizeLimits(*sides, step, pixels)

    def quality_default(self, groups: tuple[str, ...], value: str) -> tuple[tuple[str, ...], str]:
        return groups, value

    def quality_defaults(self, *defaults: tuple[tuple[str, ...], str]) -> QualityDefaults:
        return QualityDefaults(defaults)

    def quality_default_of_all(self, value: str) -> QualityDefaults:
        return QualityDefaults(((None, value),))

    def seconds(self, least: int, greatest: int | None = None) -> tuple[int, int]:
        return least, least if greatest is None else greatest

    def quality_level(self, name: str, seconds: tuple[int, int] | None = None) -> QualityLevel:
        return QualityLevel(name, seconds)

    def quality_supported(self, models: tuple[str, ...]) -> QualitySupported:
        return QualitySupported(models)

    def user_id(self, length: tuple[int, int]) -> Length:
        return Length(*length)

    def link(self, days: int) -> Days:
        return Days(days)

    def images_mention(self) -> Count:
        return Count(None)

    def images_count(self, count: int) -> Count:
        return Count(count)

    def extreme(self, level: int, end: str) -> tuple[str, int]:
        return end.lower(), level

    def severity(self, least: int, greatest: int, *extremes: tuple[str, int]) -> Severity:
        return Severity((least, greatest), extremes)
