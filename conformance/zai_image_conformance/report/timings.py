"""How long responses took: a small distribution on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence

from attrs import frozen

from zai_image_conformance.report.record import Report

WIDTH = 560
"""Drawing units that the scale is long."""
HEIGHT = 44
"""Drawing units of the highest bar."""
_PER_DECADE = 6
"""Bars for each factor of ten."""


@frozen
class Bar:
    """How many responses took about as long as each other."""

    x: float
    height: float
    words: str


@frozen
class Row:
    """The responses of one kind."""

    name: str
    count: int
    median: str
    most: str
    """What 95 of 100 stayed under."""
    longest: str
    bars: tuple[Bar, ...]


@frozen
class Timings:
    """Rows of bars over one scale."""

    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]
    """Where the powers of ten stand."""
    bar_width: float


def timings(report: Report) -> Timings | None:
    """The distribution; None where there was no response."""
    kinds: dict[str, list[float]] = {}
    for exchange in report.exchanges:
        if exchange.response is not None:
            kind = "Successes" if 200 <= exchange.response.status < 300 else "Refusals and errors"
            kinds.setdefault(kind, []).append(max(exchange.seconds, 1e-4))
    if not kinds:
        return None
    every = [seconds for group in kinds.values() for seconds in group]
    least = math.floor(math.log10(min(every)))
    decades = max(1, math.ceil(math.log10(max(every)) + 1e-9) - least)
    width = WIDTH / (decades * _PER_DECADE)
    return Timings(
        rows=tuple(_row(name, sorted(group), least, width) for name, group in kinds.items()),
        ticks=tuple((place * _PER_DECADE * width, duration(10.0 ** (least + place))) for place in range(decades + 1)),
        bar_width=width,
    )


def duration(seconds: float) -> str:
    """A duration in the unit that suits it: `8 ms`, `1.2 s`, `20 s`."""
    if seconds < 1:
        return f"{seconds * 1000:.2g} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 10 and seconds % 1 else f"{seconds:.0f} s"


def _row(name: str, group: Sequence[float], least: int, width: float) -> Row:
    bins: dict[int, int] = {}
    for seconds in group:
        place = int((math.log10(seconds) - least) * _PER_DECADE)
        bins[place] = bins.get(place, 0) + 1
    highest = max(bins.values())
    return Row(
        name=name,
        count=len(group),
        median=duration(group[len(group) // 2]),
        most=duration(group[math.ceil(len(group) * 0.95) - 1]),
        longest=duration(group[-1]),
        bars=tuple(
            Bar(
                x=round(place * width, 1),
                height=round(max(1.5, HEIGHT * count / highest), 1),
                words=f"{count} from {duration(10 ** (least + place / _PER_DECADE))} "
                f"to {duration(10 ** (least + (place + 1) / _PER_DECADE))}",
            )
            for place, count in sorted(bins.items())
        ),
    )
