"""Draws ``docs/sizes.svg``: every size that the rules allow as a dot, the recommended ones marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from scripts.rules.rulebook import SizeRule

_HEADER = (
    "<!-- Made by `python -m scripts.regenerate` from openapi/rules.yaml. Do not edit: the next run overwrites it. -->"
)
_STYLE = """\
  text { font: 14px sans-serif; fill: #333 }
  .title { font-size: 18px; font-weight: bold }
  .axis { stroke: #999; fill: none }
  .valid { stroke: #9dbfe0; stroke-linecap: round }
  .limit { stroke: #c0392b; stroke-dasharray: 6 4; fill: none }
  .recommended { fill: #e67e22; stroke: #fff }
  .default { fill: #27ae60; stroke: #fff }
  .name { font-size: 12px; font-weight: bold; paint-order: stroke; stroke: #fff; stroke-width: 3px }
"""

_PLOT = 480
"""Drawing units that the longest side takes, in either direction."""
_MARGIN = 70
_PANEL = _PLOT + 2 * _MARGIN


def size_map(rules: Sequence[SizeRule]) -> str:
    """Return the image as SVG text: a panel for each group of models, all to one scale.

    Args:
        rules: The rule of each group of models.
    """
    longest = max((max(rule.max_side, *map(max, rule.recommended)) for rule in rules), default=1)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {_PANEL * len(rules)} {_PANEL}">',
        _HEADER,
        "<title>The valid sizes of each group of models</title>",
        f"<style>\n{_STYLE}</style>",
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for number, rule in enumerate(rules):
        lines.append(f'<g transform="translate({number * _PANEL + _MARGIN} {_MARGIN})">')
        lines += _panel(rule, _PLOT / longest)
        lines.append("</g>")
    return "\n".join([*lines, "</svg>", ""])


def _panel(rule: SizeRule, scale: float) -> Iterator[str]:
    """Yield the lines of one panel, whose origin is its upper left corner; heights grow upwards."""

    def x(width: float) -> str:
        return f"{width * scale:.4g}"

    def y(height: float) -> str:
        return f"{_PLOT - height * scale:.4g}"

    grid = rule.sides
    rows = {height: rule.heights_beside(height) for height in grid}  # what holds for heights holds for widths
    count = sum(map(len, rows.values())) + sum(bool(rule.broken(*size)) for size in rule.recommended)
    yield f'<text class="title" x="0" y="-36">{escape(rule.label)}: {count:,} sizes</text>'
    yield (
        f'<text x="0" y="-16">sides {rule.min_side} to {rule.max_side}, divisible by {rule.step}, '
        f"at most {rule.max_pixels:,} pixels</text>"
    )
    yield f'<path class="axis" d="M{x(0)} {y(rule.max_side)}V{y(0)}H{x(rule.max_side)}"/>'
    for side in dict.fromkeys((0, rule.min_side, rule.max_side)):
        yield f'<text x="{x(side)}" y="{y(0)}" dy="20" text-anchor="middle">{side}</text>'
        yield f'<text x="{x(0)}" y="{y(side)}" dx="-8" dy="5" text-anchor="end">{side}</text>'
    yield f'<text x="{x(rule.max_side / 2)}" y="{y(0)}" dy="40" text-anchor="middle">width (pixels)</text>'
    # A dash of no length with a round end is a dot: one line draws a row of them, exactly on the grid.
    yield f'<g class="valid" stroke-width="{rule.step * scale * 0.6:.4g}" stroke-dasharray="0 {rule.step * scale:.6g}">'
    for height, widths in rows.items():
        if widths:
            yield f'<path d="M{x(widths[0])} {y(height)}H{x(widths[-1] + rule.step / 2)}"/>'
    yield "</g>"
    edge = [(width, rule.max_pixels / width) for width in grid if grid[0] <= rule.max_pixels / width <= rule.max_side]
    if len(edge) > 1:
        points = " ".join(f"{x(width)},{y(height)}" for width, height in edge)
        yield f'<polyline class="limit" points="{points}"><title>{rule.max_pixels:,} pixels</title></polyline>'
    for width, height in rule.recommended:
        kind = "default" if (width, height) == rule.default else "recommended"
        yield f'<g transform="translate({x(width)} {y(height)})"><circle class="{kind}" r="6"/>'
        # Recommended sizes lie along a falling line: only text that rises beside it finds room.
        yield f'<text class="name" transform="rotate(-45)" x="9" y="4">{width}x{height}</text></g>'
