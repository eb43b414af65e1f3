"""What a size is, what a rule of sizes is, and which part of a rule a size breaks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias, overload

from .constraints import Condition, Constraint, Violation
from .types import UNSET, Unset

_FORM: Final = re.compile(r"(0|[1-9][0-9]{0,8})x(0|[1-9][0-9]{0,8})")
_FORM_SENTENCE: Final = "WIDTHxHEIGHT: two plain decimal integers joined by a lower-case x, such as 1024x1024"


class Size(NamedTuple):
    """Width and height of an image in pixels; ``str()`` gives the form the API takes, ``WIDTHxHEIGHT``."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @classmethod
    def parse(cls, text: str) -> Size:
        """Read ``"1280x1280"``.

        Args:
            text: Two decimal integers of at most nine digits, without sign, space or leading zero, joined by ``x``.

        Returns:
            The size; whether a model accepts it is for :func:`check` to say.

        Raises:
            ValueError: The text has any other form.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(f"{shown(text)} is not a size: write {_FORM_SENTENCE}")
        return cls(int(match[1]), int(match[2]))


SizeLike: TypeAlias = "Size | tuple[int, int] | str"
"""What is taken for a size: a :class:`Size`, a pair of integers (width, height in pixels) or ``"WIDTHxHEIGHT"``."""


class SizeRule(NamedTuple):
    """The sizes one group of models accepts: the recommended ones, and whatever keeps the custom limits.

    A recommended size is valid even where it lies outside the custom limits.
    """

    recommended: tuple[Size, ...]
    """In the page's order."""
    default: Size
    """What the server draws when a request names no size."""
    min_side: int
    """Least width and height, in pixels."""
    max_side: int
    """Greatest width and height, in pixels."""
    step: int
    """Width and height are multiples of this many pixels."""
    max_pixels: int
    """Greatest width times height."""
    recommended_sentence: str
    """The sentence of the page that lists the recommended sizes."""
    custom_sentence: str
    """The sentence of the page that states the custom limits."""
    models: tuple[str, ...] | None = None
    """The models that it holds for; None for every model."""
    excluded: bool = False
    """Whether it holds for every model but these."""

    def covers(self, model: str) -> bool:
        """Whether it holds for a model."""
        return self.models is None or (model in self.models) != self.excluded

    @property
    def sides(self) -> range:
        """Every width, and every height, that the custom limits allow, ascending, in pixels."""
        return range(-(-self.min_side // self.step) * self.step, self.max_side + 1, self.step)

    def keeps_limits(self, width: int, height: int) -> bool:
        """Whether a size keeps the custom limits (a recommended size is valid without keeping them)."""
        # `&` and not `and`, so that one call can also judge whole numpy arrays: the tests walk every pair through it.
        return (
            (self.min_side <= width)
            & (width <= self.max_side)
            & (width % self.step == 0)
            & (self.min_side <= height)
            & (height <= self.max_side)
            & (height % self.step == 0)
            & (width * height <= self.max_pixels)
        )


def violations(rule: SizeRule, size: SizeLike) -> list[Violation]:
    """Return every part of a rule that a size breaks, the width's before the height's.

    Args:
        rule: The rule of a model.
        size: ``"WIDTHxHEIGHT"``, or width and height in pixels. A recommended size is valid.
    """
    pair = _pair(size)
    if pair is None:
        given = shown(size)
        message = f"{given} is not a size: write {_FORM_SENTENCE}"
        return [Violation("form", given, "WIDTHxHEIGHT", rule.recommended_sentence, message)]
    if rule.keeps_limits(*pair) or pair in rule.recommended:
        return []
    width, height = pair
    return [
        *_side_violations(rule, "width", width),
        *_side_violations(rule, "height", height),
        *_pixel_violations(rule, width, height),
    ]


def rules_of(constraints: Sequence[Constraint]) -> Mapping[str, SizeRule]:
    """Return the rules of sizes by the models they hold for, in words.

    Args:
        constraints: All of a document. Where several places rule sizes, the one counts that tells most models apart.
    """
    conditions: dict[str, list[Condition | None]] = {}
    for constraint in constraints:
        if constraint.keyword == "recommended":
            conditions.setdefault(constraint.place, []).append(constraint.when)
    place, held = max(conditions.items(), key=lambda found: len(found[1]), default=("", []))
    rules = {when: rule_of([rule for rule in constraints if (rule.place, rule.when) == (place, when)]) for when in held}
    return MappingProxyType({str(when or "every model"): rule for when, rule in rules.items() if rule is not None})


def rule_of(constraints: Sequence[Constraint]) -> SizeRule | None:
    """Return the rule that the constraints of one place make for one model; None where they are about no sizes."""
    stated = {constraint.keyword: constraint for constraint in constraints}
    if "recommended" not in stated:
        return None
    when = stated["recommended"].when
    return SizeRule(
        recommended=tuple(map(Size.parse, stated["recommended"].value)),
        default=Size.parse(stated["default"].value),
        min_side=stated["minSide"].value,
        max_side=stated["maxSide"].value,
        step=stated["sideMultipleOf"].value,
        max_pixels=stated["maxPixels"].value,
        recommended_sentence=stated["recommended"].sentence,
        custom_sentence=stated["maxPixels"].sentence,
        models=when.models if when else None,
        excluded=when is not None and when.excluded,
    )


@overload
def text(size: SizeLike) -> str: ...
@overload
def text(size: SizeLike | Unset | None) -> str | Unset | None: ...
def text(size: SizeLike | Unset | None) -> str | Unset | None:
    """The form the API takes, ``WIDTHxHEIGHT``; what is not a size is spelt as it is, for others to judge."""
    if isinstance(size, str) or size is None or size is UNSET:
        return size
    pair = _pair(size)
    if pair is not None:
        return str(Size(*pair))
    try:
        return str(size)
    except ValueError:  # an integer of more digits than Python prints
        return shown(size)


def _side_violations(rule: SizeRule, name: str, side: int) -> list[Violation]:
    found = []
    sentence = rule.custom_sentence
    if side < rule.min_side:
        message = f"{name} {side} is too small: at least {rule.min_side} pixels"
        found.append(Violation("min_side", side, rule.min_side, sentence, message))
    if side > rule.max_side:
        message = f"{name} {side} is too large: at most {rule.max_side} pixels"
        found.append(Violation("max_side", side, rule.max_side, sentence, message))
    if side % rule.step:
        sides = rule.sides
        nearest = min(max((side + rule.step // 2) // rule.step * rule.step, sides[0]), sides[-1])
        message = f"{name} {side} is not divisible by {rule.step}: {nearest} is the nearest that works"
        found.append(Violation("step", side, rule.step, sentence, message))
    return found


def _pixel_violations(rule: SizeRule, width: int, height: int) -> list[Violation]:
    pixels = width * height
    if pixels <= rule.max_pixels:
        return []
    message = f"{width}x{height} has {pixels} pixels: at most {rule.max_pixels}, so a smaller width or height works"
    return [Violation("max_pixels", pixels, rule.max_pixels, rule.custom_sentence, message)]


def _pair(size: object) -> tuple[int, int] | None:
    """Width and height of anything given for a size; None for what is not one."""
    if isinstance(size, str):
        match = _FORM.fullmatch(size)
        return None if match is None else (int(match[1]), int(match[2]))
    if isinstance(size, tuple) and len(size) == 2 and all(_is_side(side) for side in size):
        return size
    return None


def _is_side(value: object) -> bool:
    # Python counts True as 1, and cannot print integers of thousands of digits.
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9


def shown(value: object) -> str:
    """What was given, on one short line."""
    try:
        shown = ascii(value)
    except ValueError:  # an integer of more digits than Python prints
        shown = f"this {type(value).__name__}"
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
