"""Sizes to accept and sizes to refuse, derived from the limits of every model at and beyond each boundary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from zai_image_conformance.sizes import Sides, SizeLimits

_FAR = 4096
"""A side far beyond every limit."""
_IN_ORDER = ("min_side", "max_side", "max_pixels", "step")
"""Which limit a size of another model is there for, where it breaks several."""
_THREE_THOUSAND = 3000
"""From here on sides are large, but not absurd."""


class SizeProbe(NamedTuple):
    """A size worth testing, and the number that its response settles."""

    number: str
    sides: Sides
    priority: int = 0


def accepted(limits: SizeLimits) -> Iterator[SizeProbe]:
    """Sizes that must be made: the recommended ones, the corners of the range, the pixel limit, and the grid.

    The first priority holds each boundary of either side, the pixel limit and odd multiples of the step; the others
    are the same boundaries in other combinations.
    """
    for sides in limits.recommended:
        yield SizeProbe("recommended", sides)
    least, greatest = limits.sides[0], limits.sides[-1]
    partner = min(greatest, limits.max_pixels // greatest // limits.step * limits.step)
    # Off a grid that is coarser than the documented one.
    odd = least + limits.step
    # Where both sides may be the greatest, the other extremes take one image more.
    square = partner == greatest
    corner = square or not limits.allows(Sides(greatest, odd))
    candidates = [
        SizeProbe("min_side", Sides(least, least)),
        SizeProbe("max_pixels", Sides(partner, greatest)),
        SizeProbe("max_side", Sides(greatest, least), 0 if corner else 3),
        SizeProbe("step", Sides(odd, greatest), 0 if square else 3),
        SizeProbe("step", Sides(greatest, odd), 3 if square else 0),
        SizeProbe("max_side", Sides(least, greatest), 3),
        SizeProbe("max_pixels", Sides(greatest, partner), 3),
        SizeProbe("step", Sides(odd, odd), 3),
    ]
    seen = set(limits.recommended)
    for probe in candidates:
        if limits.allows(probe.sides) and probe.sides not in seen:
            seen.add(probe.sides)
            yield probe


def refused(limits: SizeLimits, others: Sequence[SizeLimits]) -> Iterator[SizeProbe]:
    """Sizes that must be refused: one side or both beyond a limit, by a step and far, and what other models accept.

    Where a size breaks two limits, the probe names the one it is there for.

    Args:
        limits: Those of the model.
        others: Those of the other models, whose sizes a server might mistake for this one's.
    """
    seen: set[Sides] = set()
    for number, sides, priority in (*_beyond(limits), *_of_others(limits, others)):
        if sides not in seen and not limits.allows(sides):
            seen.add(sides)
            yield SizeProbe(number, sides, priority)


def broken_by(limits: SizeLimits, sides: Sides) -> set[str]:
    """The numbers that a size breaks."""
    width, height = sides
    broken = {
        "min_side": min(sides) < limits.min_side,
        "max_side": max(sides) > limits.max_side,
        "step": bool(width % limits.step or height % limits.step),
        "max_pixels": width * height > limits.max_pixels,
    }
    return {number for number, is_broken in broken.items() if is_broken}


def _beyond(limits: SizeLimits) -> Iterator[tuple[str, Sides, int]]:
    least, greatest, step = limits.sides[0], limits.sides[-1], limits.step
    usual = limits.default.width
    if usual not in limits.sides[:-1] or (usual + step) ** 2 > limits.max_pixels:
        usual = least
    if least > step:
        yield from _each_way("min_side", least - step, usual)
    yield "min_side", Sides(0, 0), 0
    yield from _each_way("max_side", greatest + step, least)
    yield from _each_way("max_side", _multiple(_THREE_THOUSAND, step), least)
    yield "max_side", Sides(_multiple(_FAR, step), _multiple(_FAR, step)), 0
    yield "max_side", Sides(greatest + step, greatest + step), 0
    for off in dict.fromkeys((step // 2, 1)):
        if off % step and usual + off <= limits.max_side:
            yield from _each_way("step", usual + off, usual)
            yield "step", Sides(usual + off, usual + off), 0
    over = (Sides(w, h) for w in limits.sides for h in limits.sides if w * h > limits.max_pixels)
    fewest = min(over, key=lambda sides: sides.width * sides.height, default=None)
    if fewest is not None:
        first = limits.max_pixels // greatest // step * step + step
        yield from _each_way("max_pixels", greatest, max(first, least))
        yield from _each_way("max_pixels", *fewest)
        yield "max_pixels", Sides(greatest, greatest), 0


def _each_way(number: str, wrong: int, right: int) -> Iterator[tuple[str, Sides, int]]:
    yield number, Sides(wrong, right), 0
    yield number, Sides(right, wrong), 0


def _of_others(limits: SizeLimits, others: Sequence[SizeLimits]) -> Iterator[tuple[str, Sides, int]]:
    for other in others:
        corner = Sides(other.sides[0], other.sides[0])
        for place, sides in enumerate((corner, *other.recommended)):
            for number in sorted(broken_by(limits, sides), key=_IN_ORDER.index)[:1]:
                # One size of another model tells most; the others come where there is room.
                yield number, sides, int(place > 3)


def _multiple(least: int, step: int) -> int:
    return -(-least // step) * step
