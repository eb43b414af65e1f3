"""Draws in characters which widths and heights a size rule allows."""

from __future__ import annotations

from typing import Final, NamedTuple

from zai_image.sizes import Size, SizeRule


class Ink(NamedTuple):
    """The characters of a drawing."""

    empty: str
    valid: str
    recommended: str
    default: str
    side: str
    tick: str
    corner: str
    bottom: str


UNICODE: Final = Ink(" ", "▒", "●", "◆", "│", "┤", "└", "─")
ASCII: Final = Ink(" ", ".", "o", "*", "|", "+", "+", "-")

# A character is about twice as high as wide, so that a square looks like one.
_COLUMNS: Final = 32
_ROWS: Final = 16
_TICKS: Final = 4
_LABEL: Final = 6


def drawing(rule: SizeRule, scale: int, ink: Ink) -> str:
    """Draw the valid sizes, widths to the right and heights upwards.

    Each character stands for a rectangle of sizes, and is filled if one of them is valid.

    Args:
        rule: The rule.
        scale: The width, and the height, in pixels, that the drawing reaches to.
        ink: The characters to draw with.

    Returns:
        Lines of equal length without line end, the axes with their labels included.
    """
    cells = {
        (column, row): ink.valid
        for column in range(_COLUMNS)
        for row in range(_ROWS)
        if _holds_a_valid_size(rule, _span(scale, _COLUMNS, column), _span(scale, _ROWS, row))
    }
    for size in rule.recommended:
        cells[_cell(size, scale)] = ink.recommended
    cells[_cell(rule.default, scale)] = ink.default

    width = _LABEL + 1 + _COLUMNS
    lines = ["height".rjust(_LABEL).ljust(width)]
    for row in reversed(range(_ROWS)):
        labelled = (row + 1) % (_ROWS // _TICKS) == 0
        label = str(scale * (row + 1) // _ROWS) if labelled else ""
        content = "".join(cells.get((column, row), ink.empty) for column in range(_COLUMNS))
        lines.append(label.rjust(_LABEL) + (ink.tick if labelled else ink.side) + content)
    lines.append(" " * _LABEL + ink.corner + ink.bottom * _COLUMNS)
    labels = "".join(str(scale * tick // _TICKS).rjust(_COLUMNS // _TICKS) for tick in range(1, _TICKS + 1))
    lines.append("width".rjust(_LABEL) + " " + labels)
    return "\n".join(lines)


def _span(scale: int, parts: int, index: int) -> range:
    """Return the sides that a column or a row stands for; its last is the one that a label names."""
    return range(scale * index // parts + 1, scale * (index + 1) // parts + 1)


def _cell(size: Size, scale: int) -> tuple[int, int]:
    return (size.width - 1) * _COLUMNS // scale, (size.height - 1) * _ROWS // scale


def _holds_a_valid_size(rule: SizeRule, widths: range, heights: range) -> bool:
    # The smallest that fit the step: if these are too large for the pixel limit, so are all the others.
    width = next((side for side in rule.sides if side in widths), None)
    height = next((side for side in rule.sides if side in heights), None)
    return width is not None and height is not None and rule.keeps_limits(width, height)
