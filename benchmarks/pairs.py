"""Measures two ways of doing one thing in turn, so that what else the machine does troubles both alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from attrs import field, frozen


@frozen
class Comparison:
    """One thing, measured beside what it is compared with.

    Attributes:
        what: What was measured, over what.
        ratios: Ours over the other's, round by round.
        ours: Ours by itself, round by round.
        unit: What ours is counted in, such as ``ms``.
    """

    what: str
    ratios: Sequence[float]
    ours: Sequence[float]
    unit: str = field(default="ms", kw_only=True)

    def __str__(self) -> str:
        middle, low, high = statistics.median(self.ratios), min(self.ratios), max(self.ratios)
        spread = f"({low:.2f} to {high:.2f})"
        return f"{self.what:76}  {middle:6.2f}  {spread:16}  {statistics.median(self.ours):9.2f} {self.unit}"


def compare(what: str, ours: Callable[[], float], other: Callable[[], float], *, rounds: int = 7) -> Comparison:
    """Measure in turn.

    Args:
        what: What is measured, over what.
        ours: Does our part once and returns the seconds it took.
        other: Does the other part once and returns the seconds it took.
        rounds: How often; one more goes before them, to warm up, and does not count.
    """
    pairs = [(ours(), other()) for _ in range(rounds + 1)][1:]
    return Comparison(what, [mine / theirs for mine, theirs in pairs], [mine * 1e3 for mine, _ in pairs])
