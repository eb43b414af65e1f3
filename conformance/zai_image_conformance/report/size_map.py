"""The map of a model's sizes: the region that the rules allow, and every size that was requested, by its outcome."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from zai_image_conformance.report.record import Exchanged, Report, TestedCase
from zai_image_conformance.report.summary import FROM_WORST, WORDS
from zai_image_conformance.sizes import Sides, SizeLimits, limits_for

PLOT = 340
"""Drawing units that the axes are long."""
_BEYOND = 1.12
"""How far the axes reach, as a multiple of the longest side; what is larger stands at their end."""
_CURVE = 48
"""Straight pieces that the curve of the pixel limit is drawn with."""
_TWO_SIDES = re.compile(r"[0-9]{1,9}x[0-9]{1,9}")


@frozen
class Mark:
    """A size that was requested."""

    x: float
    y: float
    kind: str
    """`made` or `refused` where the requirement was kept; `other` where the request was about something else; else the
    result."""
    size: str
    words: str


@frozen
class Shown:
    """What one exchange showed: the map's mark and the image's tile say the same."""

    kind: str
    """As of a mark."""
    words: str


@frozen
class Tick:
    """A number on both axes."""

    at: float
    side: int


@frozen
class SizeMap:
    """Everything that is drawn for one model, in drawing units from the upper left corner of the plot."""

    model: str
    rule: str
    region: str
    """The outline of the region as an SVG path."""
    step: float
    """The distance between two valid sides."""
    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    """The most important last, so that it lies on top."""


_ORDER = ("other", "skipped", "not tested", "refused", "made", "deviation", "error", "fail")
"""The most important last."""


def size_maps(report: Report) -> tuple[SizeMap, ...]:
    """A map for each model that sizes were requested of."""
    maps = (_size_map(model, limits_for(model), report) for model in report.models)
    return tuple(each for each in maps if each.marks)


def _size_map(model: str, limits: SizeLimits, report: Report) -> SizeMap:
    longest = max(limits.max_side, *(max(sides) for sides in limits.recommended))
    scale = PLOT / (longest * _BEYOND)
    marks = sorted(_marks(model, limits, report, scale), key=lambda mark: _ORDER.index(mark.kind))
    return SizeMap(
        model=model,
        rule=f"sides from {limits.min_side} to {limits.max_side} pixels, divisible by {limits.step}, "
        f"at most {limits.max_pixels:,} pixels; and the {len(limits.recommended)} recommended sizes",
        region=_region(limits, scale),
        step=limits.step * scale,
        ticks=tuple(Tick(side * scale, side) for side in (0, limits.min_side, limits.max_side)),
        marks=tuple(marks),
    )


def _region(limits: SizeLimits, scale: float) -> str:
    least, most = limits.min_side, limits.max_side
    corners = [least, most, limits.max_pixels / most]
    widths = sorted({*corners, *(least + (most - least) * place / _CURVE for place in range(_CURVE + 1))})
    tops = [(width, min(most, limits.max_pixels / width)) for width in widths if least <= width <= most]
    tops = [(width, top) for width, top in tops if top >= least]
    if not tops:
        return ""
    outline = [(tops[0][0], least), *tops, (tops[-1][0], least)]
    return "M" + "L".join(f"{width * scale:.1f} {PLOT - height * scale:.1f}" for width, height in outline) + "Z"


_ORDER = ("other", "skipped", "not tested", "refused", "made", "deviation", "error", "fail")


def _marks(model: str, limits: SizeLimits, report: Report, scale: float) -> Iterator[Mark]:
    found: dict[str, list[Shown]] = {}
    for exchange in report.exchanges:
        if exchange.model == model and exchange.size is not None and _TWO_SIDES.fullmatch(exchange.size):
            found.setdefault(exchange.size, []).append(of_size(exchange, report))
    for size, shown in found.items():
        sides = Sides.parse(size)
        x, y = (min(side * scale, PLOT) for side in sides)
        worst = max(shown, key=lambda each: _ORDER.index(each.kind))
        yield Mark(round(x, 1), round(PLOT - y, 1), worst.kind, size, f"{size}: {worst.words}")


def of_size(exchange: Exchanged, report: Report) -> Shown:
    """What an exchange showed of the size that it named, or left out, and of the image that came."""
    outcomes = _outcomes(report).get(exchange.number, [])
    worst = min(outcomes, key=lambda outcome: FROM_WORST.index(outcome.result), default=None)
    if worst is None:
        return Shown("other", "named in a request about something else")
    if worst.result == "pass":
        kind = "refused" if exchange.expected_size is None else "made"
        return Shown(kind, f"{kind}, as it should be")
    expected = f"expected {worst.expected}; actual " if worst.expected else ""
    return Shown(worst.result, f"{WORDS[worst.result]}: {expected}{worst.actual}")


def _outcomes(report: Report) -> dict[int, list[TestedCase]]:
    """The outcomes about sizes and images, by the number of the exchange."""
    found: dict[int, list[TestedCase]] = {}
    for requirement in report.requirements:
        if requirement.id.startswith(("SIZE-", "IMAGE-", "LINK-")):
            for outcome in requirement.outcomes:
                if outcome.exchange is not None:
                    found.setdefault(outcome.exchange, []).append(outcome)
    return found
