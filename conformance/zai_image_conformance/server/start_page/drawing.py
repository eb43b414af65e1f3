"""The valid sizes of a model as what an SVG needs: rows of dots, the pixel limit, the recommended sizes."""

from __future__ import annotations

from attrs import frozen

from zai_image.sizes import Size, SizeRule, check, for_aspect, rule_for, valid_sizes

_POINTS_OF_A_CURVE = 48


@frozen
class Row:
    """The sizes of one height, a step apart."""

    height: int
    least: int
    """Their least width."""
    greatest: int


@frozen
class Drawing:
    """One model's sizes, in pixels of width (to the right) and of height (upwards)."""

    model: str
    rule: SizeRule
    count: int
    """How many sizes are valid."""
    reach: int
    """The side that the drawing reaches to: beyond every valid one, so that what is too large can be pointed at."""
    rows: tuple[Row, ...]
    """The custom sizes."""
    curve: str
    """The pixel limit as points of a polyline: `WIDTH,HEIGHT` each; empty where it lies beyond the sides allowed."""


def drawing(model: str, rule: SizeRule) -> Drawing:
    """Work out the drawing for a model.

    Args:
        model: Its name.
        rule: Its size rule.
    """
    widest = max(rule.max_side, *(max(size) for size in rule.recommended))
    return Drawing(
        model=model,
        rule=rule,
        count=len(valid_sizes(model)),
        reach=widest + widest // 8,
        rows=tuple(_rows(rule)),
        curve=" ".join(f"{width:.0f},{height:.0f}" for width, height in _limit(rule)),
    )


def _rows(rule: SizeRule) -> list[Row]:
    rows = []
    for height in rule.sides:
        # The wider an image, the lower it may be: the widths beside a height are a run from the least.
        widths = [width for width in rule.sides if rule.keeps_limits(width, height)]
        if widths:
            rows.append(Row(height, widths[0], widths[-1]))
    return rows


def _limit(rule: SizeRule) -> list[tuple[float, float]]:
    narrowest, widest = rule.max_pixels / rule.max_side, rule.max_side
    if narrowest >= widest:
        return []
    steps = ((widest / narrowest) ** (place / _POINTS_OF_A_CURVE) for place in range(_POINTS_OF_A_CURVE + 1))
    return [(narrowest * step, rule.max_pixels / (narrowest * step)) for step in steps]


def decision(model: str, wanted: str) -> dict[str, object]:
    """Tell what decides about a size, as JSON values for the page.

    Args:
        model: Its name.
        wanted: `1280x1280`, or a ratio such as `16:9`.

    Returns:
        `size` in pixels, empty where there is none; `pixels`; `valid`; and `reasons`: each with a `message` and the
        `sentence` of the documentation page.
    """
    rule = rule_for(model)
    try:
        size = for_aspect(model, wanted) if ":" in wanted else Size.parse(wanted)
    except ValueError as error:
        return {"size": "", "pixels": 0, "valid": False, "reasons": [{"message": str(error), "sentence": ""}]}
    violations = check(model, size)
    if violations:
        reasons = [{"message": found.message, "sentence": found.sentence} for found in violations]
    elif size in rule.recommended:
        message = "recommended, and the default" if size == rule.default else "recommended"
        reasons = [{"message": message, "sentence": rule.recommended_sentence}]
    else:
        reasons = [{"message": "keeps every limit of custom sizes", "sentence": rule.custom_sentence}]
    return {"size": str(size), "pixels": size.width * size.height, "valid": not violations, "reasons": reasons}
