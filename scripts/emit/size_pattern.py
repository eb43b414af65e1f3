"""Writes the valid sizes of a rule as one regular expression, for tools that know no divisors and no products."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scripts.rules.rulebook import SizeRule


def size_pattern(rule: SizeRule) -> str:
    """Return an expression that matches exactly the strings that the rule allows as a size.

    Only digits, ``x``, groups, alternatives and the two anchors occur in it: the part of ECMA 262 that every engine
    reads alike. Recommended sizes that break the limits stand as they are.
    """
    allowed = [f"{_any(widths)}x{_any(heights)}" for widths, heights in _rectangles(rule)]
    allowed += [f"{width}x{height}" for width, height in rule.recommended if rule.broken(width, height)]
    return f"^{_any(allowed)}$"


def _rectangles(rule: SizeRule) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    """Yield widths with heights that go with each of them: together every custom size, none of them twice.

    The wider, the lower: under this staircase the largest rectangle in the middle is cut out, and the two staircases
    that remain, above it and to its right, are cut likewise. A row for each width would take eight times the text.
    """
    waiting = [(rule.sides, 0)]
    while waiting:
        widths, skipped = waiting.pop()
        if not widths:
            continue
        heights = rule.heights_beside(widths[len(widths) // 2])
        # All widths that go as high belong to the rectangle, not only those up to the middle.
        reach = sum(len(rule.heights_beside(width)) >= len(heights) for width in widths)
        if heights[skipped:]:
            yield widths[:reach], heights[skipped:]
        higher = sum(len(rule.heights_beside(width)) > len(heights) for width in widths)
        waiting += [(widths[reach:], skipped), (widths[:higher], len(heights))]


def _any(alternatives: Sequence[object]) -> str:
    joined = "|".join(map(str, alternatives))
    return f"(?:{joined})" if len(alternatives) > 1 else joined
