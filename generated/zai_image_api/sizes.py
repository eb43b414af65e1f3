# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""Which picture sizes each model accepts, as the page's sentences state it, and the one function that checks a size."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORM: Final = re.compile(r"(0|[1-9][0-9]{0,8})x(0|[1-9][0-9]{0,8})")
_FORM_SENTENCE: Final = "WIDTHxHEIGHT: two plain decimal integers joined by a lower-case x, such as 1024x1024"


class Size(NamedTuple):
    """Width and height of a picture in pixels; ``str()`` gives the form the API takes, ``WIDTHxHEIGHT``."""

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
            raise ValueError(f"{_shown(text)} is not a size: write {_FORM_SENTENCE}")
        return cls(int(match[1]), int(match[2]))


SizeLike: TypeAlias = "Size | tuple[int, int] | str"
"""What is taken for a size: a :class:`Size`, a pair of integers (width, height in pixels) or ``"WIDTHxHEIGHT"``."""

RuleName: TypeAlias = Literal["form", "min_side", "max_side", "step", "max_pixels"]


@frozen
class SizeRule:
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
        # `&` and not `and`, so that one call can also judge whole numpy arrays: the tests walk every pair through this line.
        return (
            (self.min_side <= width)
            & (width <= self.max_side)
            & (width % self.step == 0)
            & (self.min_side <= height)
            & (height <= self.max_side)
            & (height % self.step == 0)
            & (width * height <= self.max_pixels)
        )


@frozen
class Violation:
    """One rule that one size breaks."""

    rule: RuleName
    """Which rule."""
    value: int | str
    """What was found: the side or the pixel count, or for ``form`` what was given."""
    limit: int | str
    """What the rule allows: the limit or the divisor, or for ``form`` the form."""
    sentence: str
    """The sentence of the page that states the rule."""
    message: str
    """One line for people: what is wrong, what is allowed, what would work."""

    def __str__(self) -> str:
        return self.message


SIZE_RULES: Final[Mapping[str, SizeRule]] = MappingProxyType(
    {
        "glm-image": SizeRule(
            recommended=(
                Size(1280, 1280),
                Size(1568, 1056),
                Size(1056, 1568),
                Size(1472, 1088),
                Size(1088, 1472),
                Size(1728, 960),
                Size(960, 1728),
            ),
            default=Size(1280, 1280),
            min_side=1024,
            max_side=2048,
            step=32,
            max_pixels=4194304,
            recommended_sentence="`glm-image` recommended enum values: `1280x1280` (default), `1568x1056`, `1056x1568`, `1472x1088`, `1088x1472`, `1728x960`, `960x1728`.",
            custom_sentence="Custom parameter: Both width and height must be between `1024px-2048px`, and must be divisible by `32`, and the maximum pixel count must not exceed `2^22px`.",
            models=("glm-image",),
            excluded=False,
        ),
        "every model but glm-image": SizeRule(
            recommended=(
                Size(1024, 1024),
                Size(768, 1344),
                Size(864, 1152),
                Size(1344, 768),
                Size(1152, 864),
                Size(1440, 720),
                Size(720, 1440),
            ),
            default=Size(1024, 1024),
            min_side=512,
            max_side=2048,
            step=16,
            max_pixels=2097152,
            recommended_sentence="Others model recommended enum values: `1024x1024` (default), `768x1344`, `864x1152`, `1344x768`, `1152x864`, `1440x720`, `720x1440`.",
            custom_sentence="Custom parameter: Both width and height must be between `512px-2048px`, and must be divisible by `16`, and the maximum pixel count must not exceed `2^21px`.",
            models=("glm-image",),
            excluded=True,
        ),
    }
)
"""The rules by the models they hold for, in words."""


def rule_for(model: str) -> SizeRule:
    """The size rule of a model; one that no rule names falls under the rule of the others, as the page says.

    Args:
        model: The model's name.

    Returns:
        The rule, with the sentences of the page that state it.

    Raises:
        LookupError: The page states no rule for this model.
    """
    rule = next((rule for rule in SIZE_RULES.values() if rule.covers(model)), None)
    if rule is None:
        raise LookupError(
            f"the page states no size rule for the model {_shown(model)}; it does for: {', '.join(SIZE_RULES)}"
        )
    return rule


def check(model: str, size: SizeLike) -> list[Violation]:
    """Every rule that a size breaks for a model.

    Args:
        model: The model's name; one that no rule names falls under the rule of the others.
        size: ``"WIDTHxHEIGHT"``, or width and height in pixels.

    Returns:
        The violations, the width's before the height's; an empty list for a valid size. Recommended sizes are valid.

    Raises:
        LookupError: The page states no rule for this model.
    """
    rule = rule_for(model)
    pair = _pair(size)
    if pair is None:
        shown = _shown(size)
        message = f"{shown} is not a size: write {_FORM_SENTENCE}"
        return [Violation("form", shown, "WIDTHxHEIGHT", rule.recommended_sentence, message)]
    if rule.keeps_limits(*pair) or pair in rule.recommended:
        return []
    width, height = pair
    return [
        *_side_violations(rule, "width", width),
        *_side_violations(rule, "height", height),
        *_pixel_violations(rule, width, height),
    ]


def text(size: SizeLike) -> str:
    """The form the API takes, ``WIDTHxHEIGHT``; what is not a size is spelt as it is, for :func:`check` to judge."""
    if isinstance(size, str):
        return size
    pair = _pair(size)
    if pair is not None:
        return str(Size(*pair))
    try:
        return str(size)
    except ValueError:  # an integer of more digits than Python prints
        return _shown(size)


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


def _shown(value: object) -> str:
    """What was given, on one short line."""
    try:
        shown = ascii(value)
    except ValueError:  # an integer of more digits than Python prints
        shown = f"this {type(value).__name__}"
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
