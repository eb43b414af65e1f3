"""Generates examples of the strategies: the same ones for the same seed."""

from __future__ import annotations

from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


def draw(strategy: SearchStrategy[T], count: int, by_seed: int) -> list[T]:
    """Generate examples.

    Args:
        strategy: What to take them from.
        count: How many; fewer come where the strategy has no more, which may be none.
        by_seed: The same seed generates the same examples.
    """
    found: list[T] = []
    if strategy.is_empty:
        return found

    # Hypothesis begins with the simplest example and repeats itself: take more, and take those that differ.
    @seed(by_seed)
    @settings(
        max_examples=4 * count,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example: T) -> None:
        if example not in found:
            found.append(example)

    collect()
    wanted = min(count, len(found))
    # Neighbours are alike, and the first is the same for every seed.
    return [found[(place + 1) * len(found) // wanted - 1] for place in range(wanted)]
