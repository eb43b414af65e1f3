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
    allowed += [f"{width}x{height}" for width, height in rule.recommended if not keeps_limits(rule, width, height)]
    return f"^{_any(allowed)}$"


def sides(rule: SizeRule) -> range:
    """Return every width, and every height, between the limits and on the grid, ascending."""
    return range(-(-rule.min_side // rule.step) * rule.step, rule.max_side + 1, rule.step)


def heights_beside(rule: SizeRule, width: int) -> range:
    """Return every height that makes a custom size together with a width of ``sides(rule)``, ascending."""
    grid = sides(rule)
    return grid[: len(range(grid.start, rule.max_pixels // width + 1, grid.step))]


def keeps_limits(rule: SizeRule, width: int, height: int) -> bool:
    """Whether a size keeps the limits of custom sizes; a recommended size is valid without."""
    return width in (grid := sides(rule)) and height in grid and width * height <= rule.max_pixels


def allows(rule: SizeRule, width: int, height: int) -> bool:
    """Whether a size is valid."""
    return keeps_limits(rule, width, height) or (width, height) in rule.recommended


def _rectangles(rule: SizeRule) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    """Yield widths with heights that go with each of them: together every custom size, none of them twice.

    The wider, the lower: under this staircase the largest rectangle in the middle is cut out, and the two staircases
    that remain, above it and to its right, are cut likewise. A row for each width would take eight times the text.
    """
    waiting = [(sides(rule), 0)]
    while waiting:
        widths, skipped = waiting.pop()
        if not widths:
            continue
        heights = heights_beside(rule, widths[len(widths) // 2])
        # All widths that go as high belong to the rectangle, not only those up to the middle.
        reach = sum(len(heights_beside(rule, width)) >= len(heights) for width in widths)
        if heights[skipped:]:
            yield widths[:reach], heights[skipped:]
        higher = sum(len(heights_beside(rule, width)) > len(heights) for width in widths)
        waiting += [(widths[reach:], skipped), (widths[:higher], len(heights))]


def _any(alternatives: Sequence[object]) -> str:
    joined = "|".join(map(str, alternatives))
    return f"(?:{joined})" if len(alternatives) > 1 else joined
