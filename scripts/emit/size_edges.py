"""The sizes on both sides of every edge of a rule, which no tool that knows only a pattern would think of trying."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.rules.rulebook import Dimensions, SizeRule

# The documented form is two plain decimal integers joined by a lower-case x; nothing else is promised to work.
_OTHER_FORMS = (
    "{0}X{1}",
    "{0}\u00d7{1}",
    "{0}*{1}",
    "{0} x {1}",
    " {0}x{1}",
    "{0}x{1} ",
    "{0}x{1}\n",
    "{0}x{1}px",
    "{0}x{1}x1",
    "{0}x",
    "{0}",
    "0{0}x{1}",
    "+{0}x{1}",
    "{0}.0x{1}.0",
)


def inside(rule: SizeRule) -> dict[Dimensions, str]:
    """Return valid sizes and what each is: the recommended ones, and for every limit sizes that just keep it."""
    found: dict[Dimensions, str] = {}
    for what, size in _inside(rule):
        found.setdefault(size, what)
    return found


def outside(rule: SizeRule) -> list[str]:
    """Return strings that are no valid sizes: for every limit sizes that just break it, and other ways to write one."""
    turned = {size: None for pair in _outside(rule) for size in (pair, pair[::-1])}
    refused = [f"{width}x{height}" for width, height in turned if not rule.allows(width, height)]
    return refused + [form.format(*rule.default) for form in _OTHER_FORMS]


def _inside(rule: SizeRule) -> Iterator[tuple[str, Dimensions]]:
    for size in rule.recommended:
        yield f"recommended size {size[0]}x{size[1]}", size
    least = rule.sides[0]
    beside_least = rule.heights_beside(least)
    yield "least width and height", (least, least)
    yield "greatest width", (beside_least[-1], least)
    yield "greatest height", (least, beside_least[-1])
    rows = ((width, heights) for width in rule.sides if (heights := rule.heights_beside(width)))
    pixels, width = max((width * heights[-1], width) for width, heights in rows)
    yield "most pixels", (width, pixels // width)
    yield "most pixels, turned", (pixels // width, width)
    # An odd multiple of the step, which twice the step does not divide.
    for side in beside_least[1:2]:
        yield "least height, a width one step more", (side, least)
        yield "least width, a height one step more", (least, side)


def _outside(rule: SizeRule) -> Iterator[Dimensions]:
    grid = rule.sides
    width, height = rule.default
    yield grid[0] - rule.step, height
    yield grid[-1] + rule.step, grid[0]
    for off in (rule.step // 2, 1):
        yield width + off, height
    over = [(side, rule.heights_beside(side)[-1:]) for side in grid]
    beyond = [(side, top[0] + rule.step) for side, top in over if top and top[0] < grid[-1]]
    if beyond:
        yield beyond[-1]
        yield min(beyond, key=lambda size: size[0] * size[1])
