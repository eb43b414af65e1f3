"""Image sizes: which are valid for a model, the nearest valid one, and the best one for a ratio."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Final

from zai_image_api.sizes import Size, SizeLike, SizeRule, Violation, check, rule_for

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = [
    "NEAR",
    "OutOfReach",
    "Size",
    "SizeLike",
    "SizeRule",
    "Violation",
    "check",
    "default",
    "for_aspect",
    "nearest",
    "recommended",
    "rule_for",
    "valid_sizes",
]

_DECIMAL = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_RATIO = re.compile(rf"({_DECIMAL})(?::({_DECIMAL}))?")
_LONGEST = 100
"""A ratio beyond this to one, either way, is a slip: no model comes near it."""
_RATIO_WEIGHT: Final = 8
"""How many times as much a change of ratio counts as one of area."""
_RATIO_WEIGHT_OUTSIDE: Final = 128
"""The same for a size that is too large or too small: no area makes up for a square in place of 16:9."""
NEAR: Final = 1.05
"""A size is near a ratio if its own is at most so many times larger or smaller."""


class OutOfReach(ValueError):
    """No valid size comes near a ratio.

    Attributes:
        closest: The valid size that comes closest.
    """

    def __init__(self, model: str, ratio: str | float, closest: Size) -> None:
        self.closest = closest
        super().__init__(
            f"no valid size of {ascii(model)[1:-1][:80]} comes near {ratio}: the closest is {closest}, which is "
            f"{closest.width / closest.height:.3g}:1, and near is a ratio that is at most {NEAR - 1:.0%} off"
        )

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (self.args, self.closest)


def _again(args: tuple[object, ...], closest: Size) -> OutOfReach:
    error = OutOfReach.__new__(OutOfReach, *args)
    error.closest = closest
    return error


def recommended(model: str) -> tuple[Size, ...]:
    """Return the sizes that the page recommends for a model, in its order.

    Args:
        model: The model's name; one that the page does not name falls under its rule for the others.

    Returns:
        The sizes; each is valid.

    Raises:
        LookupError: The page states no size rule for this model.
    """
    return rule_for(model).recommended


def default(model: str) -> Size:
    """Return the size that the server draws for a model when a request names none.

    Args:
        model: The model's name; one that the page does not name falls under its rule for the others.

    Returns:
        The size; it is valid.

    Raises:
        LookupError: The page states no size rule for this model.
    """
    return rule_for(model).default


def valid_sizes(model: str) -> tuple[Size, ...]:
    """Return every size that a model accepts.

    Args:
        model: The model's name; one that the page does not name falls under its rule for the others.

    Returns:
        The sizes by width, then height; they are reckoned once for each rule.

    Raises:
        LookupError: The page states no size rule for this model.
    """
    return _valid_sizes(rule_for(model))


def nearest(model: str, width: int, height: int) -> Size:
    """Return the valid size that keeps the ratio of width to height, and is as large as the wanted one where it can be.

    The changes of ratio and of area are measured by the logarithm of how many times larger or smaller they get, and the
    least sum decides. A change of the ratio counts eight times where a valid size is less than a step away on both
    sides. Other sizes are too large or too small, and their area must change anyway. For them a change of the ratio
    counts 128 times: it is hardly more than the grid of valid sizes demands. A valid size is its own nearest. Of sizes
    equally near, the one with fewer pixels is taken, then the wider.

    Args:
        model: The model's name; one that the page does not name falls under its rule for the others.
        width: Wanted width in pixels, any integer; less than 1 counts as 1.
        height: Wanted height in pixels, likewise.

    Returns:
        A size for which :func:`check` finds nothing.

    Raises:
        ValueError: Width or height is not an integer.
        LookupError: The page states no size rule for this model.
    """
    for side in (width, height):
        if not isinstance(side, int) or isinstance(side, bool):
            raise ValueError(f"width and height are numbers of pixels such as 1280 and 720, not {ascii(side)[:40]}")
    if not check(model, (width, height)):
        return Size(width, height)
    rule = rule_for(model)
    width, height = max(width, 1), max(height, 1)
    wanted_width, wanted_height = math.log(width), math.log(height)
    is_off_grid = any(
        abs(size.width - width) < rule.step and abs(size.height - height) < rule.step for size in _valid_sizes(rule)
    )
    weight = _RATIO_WEIGHT if is_off_grid else _RATIO_WEIGHT_OUTSIDE

    def change(size: Size) -> tuple[float, int, int]:
        across, down = math.log(size.width) - wanted_width, math.log(size.height) - wanted_height
        return weight * abs(across - down) + abs(across + down), size.width * size.height, -size.width

    return min(_candidates(rule, lambda new_width: new_width * height // width), key=change)


def for_aspect(model: str, ratio: str | float) -> Size:
    """Return the valid size closest to a ratio of width to height.

    Several sizes may be equally close, such as the exact ones for 16:9. Then the one with the most pixels is taken that
    has no more than the model's default size; where all have more, the one with the fewest. Close enough is a size
    whose ratio is at most 5 % larger or smaller.

    Args:
        model: The model's name; one that the page does not name falls under its rule for the others.
        ratio: Width to height: ``"16:9"``, ``"1.91:1"``, ``"1.91"`` or a number; from 1:100 to 100:1.

    Returns:
        A size for which :func:`check` finds nothing.

    Raises:
        OutOfReach: No valid size comes near that ratio; the error tells the closest one.
        ValueError: That is not a ratio.
        LookupError: The page states no size rule for this model.
    """
    exact = _ratio(ratio)
    rule = rule_for(model)
    budget = rule.default.width * rule.default.height

    def distance(size: Size) -> tuple[float, bool, int]:
        across, down = size.width * exact.denominator, size.height * exact.numerator
        pixels = size.width * size.height
        # Dividing integers rounds correctly, so sizes of the same ratio get the same number to the last bit.
        return max(across, down) / min(across, down), pixels > budget, abs(budget - pixels)

    closest = min(_candidates(rule, lambda width: width * exact.denominator // exact.numerator), key=distance)
    if distance(closest)[0] > NEAR:
        raise OutOfReach(model, ratio, closest)
    return closest


@cache
def _valid_sizes(rule: SizeRule) -> tuple[Size, ...]:
    custom = {Size(width, height) for width in rule.sides for height in rule.sides if rule.keeps_limits(width, height)}
    return tuple(sorted(custom | set(rule.recommended)))


def _candidates(rule: SizeRule, ideal_height: Callable[[int], int]) -> Iterator[Size]:
    """Yield the recommended sizes, and for each custom width the valid heights next to the ideal one (rounded down).

    No other height can be better, since both measures only grow with the distance from the ideal height.
    """
    yield from rule.recommended
    for width in rule.sides:
        lowest, highest = rule.sides[0], min(rule.sides[-1], rule.max_pixels // width // rule.step * rule.step)
        if lowest <= highest:
            below = ideal_height(width) // rule.step * rule.step
            for height in (below, below + rule.step):
                yield Size(width, min(max(height, lowest), highest))


def _ratio(ratio: str | float) -> Fraction:
    # Only ratios need it, and it brings decimal with it.
    from fractions import Fraction

    exact: Fraction | None = None
    if isinstance(ratio, str):
        if match := _RATIO.fullmatch(ratio):
            across, down = Fraction(match[1]), Fraction(match[2] or "1")
            exact = across / down if down else None
    elif isinstance(ratio, int | float) and not isinstance(ratio, bool) and 0 < ratio <= _LONGEST:
        exact = Fraction(ratio)
    if exact is None or not Fraction(1, _LONGEST) <= exact <= _LONGEST:
        shown = ascii(ratio)[:40] if isinstance(ratio, str | float) else f"this {type(ratio).__name__}"
        raise ValueError(f"{shown} is not a ratio: write 16:9, 3:2 or 1.91, from 1:{_LONGEST} to {_LONGEST}:1")
    return exact
