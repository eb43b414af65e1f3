"""The test vectors of sizes: every limit from both sides, in either position, and every form of the string."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from scripts.emit.vectors.vector import Citations, Vector
from scripts.rules.rulebook import Dimensions, Rules, SizeRule

# What a client calls a violation of each keyword, where the two differ.
_NAMES = {"minSide": "min_side", "maxSide": "max_side", "sideMultipleOf": "step", "maxPixels": "max_pixels"}
_KEYWORDS = {name: keyword for keyword, name in _NAMES.items()}
_STAIRS = 200
"""Widths whose greatest height is told; a rule with more of them is told evenly."""

# Strings that name no width and height, whoever reads them.
_NO_SIZE = {
    "nothing": "",
    "a word": "image",
    "a ratio": "16:9",
    "a width alone": "{0}",
    "no height": "{0}x",
    "no width": "x{1}",
    "neither width nor height": "x",
    "three sides": "{0}x{1}x{1}",
    "a negative width": "-{0}x{1}",
    "a negative height": "{0}x-{1}",
}
# Other ways to write a width and a height, of which the page neither says that they work nor that they do not.
_OTHER_FORMS = {
    "an upper-case X": "{0}X{1}",
    "a multiplication sign": "{0}\u00d7{1}",
    "an asterisk": "{0}*{1}",
    "a comma": "{0},{1}",
    "spaces around the x": "{0} x {1}",
    "a space before": " {0}x{1}",
    "a space after": "{0}x{1} ",
    "a line feed after, before which `$` matches in many languages": "{0}x{1}\n",
    "a unit": "{0}px x {1}px",
    "a unit at the end": "{0}x{1}px",
    "a leading zero": "0{0}x{1}",
    "a sign": "+{0}x{1}",
    "a fraction of zero": "{0}.0x{1}.0",
    "an exponent": "{0}e0x{1}e0",
    "an underscore among the digits": "1_024x1_024",
    "full-width digits": "\uff11\uff10\uff12\uff14x\uff11\uff10\uff12\uff14",
    "Arabic-Indic digits": "\u0661\u0660\u0662\u0664x\u0661\u0660\u0662\u0664",
    "a hexadecimal number": "0x400x0x400",
}


def size_vectors(models: tuple[str, ...], rules: Rules, citations: Citations) -> Iterator[Vector]:
    """Yield the vectors of each model's sizes.

    Args:
        models: The models of the document.
        rules: The rules read from the document's prose.
        citations: The requirements.
    """
    for model in models:
        if (rule := rules.size_of(model)) is not None:
            yield from _Model(model, rule, rules, citations).vectors()


def broken(rule: SizeRule, width: int, height: int) -> list[str]:
    """Return what clients call the limits that a size breaks; none for a valid one."""
    return [] if rule.allows(width, height) else [_NAMES[keyword] for keyword in rule.broken(width, height)]


@frozen
class _Model:
    name: str
    rule: SizeRule
    rules: Rules
    citations: Citations

    def vectors(self) -> Iterator[Vector]:
        seen = set()
        for number, what, size in self._pairs():
            for (width, height), turned in ((size, ""), (size[::-1], ", turned")):
                key = (number, width, height)
                if key not in seen:
                    seen.add(key)
                    found = broken(self.rule, width, height)
                    yield self._vector(what + turned, self._stating(number), f"{width}x{height}", found)
        yield from self._beyond_32_bits()
        for what, form in _NO_SIZE.items():
            yield self._form(what, form, "invalid")
        for what, form in _OTHER_FORMS.items():
            yield self._form(what, form, "unspecified")

    def _pairs(self) -> Iterator[tuple[str, str, Dimensions]]:
        """Yield sizes, each with the number of the rule that it is about."""
        rule = self.rule
        grid = rule.sides
        least, greatest, step = grid[0], grid[-1], rule.step
        width, height = rule.default
        yield "default", "the default size", rule.default
        for size in rule.recommended:
            yield "recommended", "a recommended size", size
        for other in self.rules.size:
            for size in other.recommended if other != self.rule else ():
                number = next(iter(broken(rule, *size)), "min_side")
                yield number, f"a size recommended for {other.label}", size
        yield "min_side", "the least side, twice", (least, least)
        yield "min_side", "the least side and a usual one", (least, height)
        yield "min_side", "one side a step below the least", (least - step, height)
        yield "min_side", "both sides a step below the least", (least - step, least - step)
        yield "min_side", "one side a pixel below the least", (least - 1, height)
        yield "min_side", "one side of one pixel", (1, height)
        yield "min_side", "one side of no pixel", (0, height)
        yield "min_side", "no pixel at all", (0, 0)
        yield "max_side", "the greatest side beside the least", (greatest, least)
        yield "max_side", "one side a step above the greatest", (greatest + step, least)
        yield "max_side", "one side a step above the greatest, beside it", (greatest + step, greatest)
        yield "max_side", "both sides a step above the greatest", (greatest + step, greatest + step)
        yield "max_side", "one side a pixel above the greatest", (greatest + 1, least)
        # An odd multiple of the step, which twice the step does not divide.
        yield "step", "one side a step above the least", (least + step, least)
        for off in dict.fromkeys((step // 2, 1, -1)):
            yield "step", f"one side {off:+} off the grid", (width + off, height)
            yield "step", f"both sides {off:+} off the grid", (width + off, height + off)
        yield from (("max_pixels", what, size) for what, size in self._stairs(grid))

    def _stairs(self, grid: range) -> Iterator[tuple[str, Dimensions]]:
        """Yield the sizes at which the number of pixels decides: the wider an image, the lower it may be."""
        rule = self.rule
        yield "the greatest sides", (grid[-1], grid[-1])
        tops = {side: heights[-1] for side in grid if (heights := rule.heights_beside(side))}
        most = max((side * top for side, top in tops.items()), default=0)
        for side, top in tops.items():
            if side * top == most:
                yield "the most pixels that limits and grid allow", (side, top)
        bound = [(side, top) for side, top in tops.items() if top < grid[-1]]
        for side, top in bound[:: -(-len(bound) // _STAIRS) or 1]:
            yield "the greatest height beside this width", (side, top)
            yield "a step above the greatest height beside this width", (side, top + rule.step)

    def _beyond_32_bits(self) -> Iterator[Vector]:
        """Yield sizes that become valid, or small, in arithmetic of 32 bits."""
        requirement = self._stating("max_side")
        found = broken(self.rule, 2**16, 2**16)
        yield self._vector("a product of 2^32 pixels, 0 in 32 bits", requirement, f"{2**16}x{2**16}", found)
        width, height = self.rule.default
        for bits in (32, 64):
            # Which limit a client names for such a number is its own affair.
            size = f"{2**bits + width}x{height}"
            what = f"a width that is valid once it is cut to {bits} bits"
            yield Vector(what, requirement, {"model": self.name, "size": size}, {"outcome": "invalid"})

    def _form(self, what: str, form: str, outcome: str) -> Vector:
        requirement = "SIZE-FORM"
        expected = {"outcome": outcome, "broken": ["form"]}
        return Vector(what, requirement, {"model": self.name, "size": form.format(*self.rule.default)}, expected)

    def _vector(self, what: str, requirement: str, size: str, found: list[str]) -> Vector:
        expected: dict[str, Any] = {"outcome": "invalid" if found else "valid", "broken": found}
        return Vector(what, requirement, {"model": self.name, "size": size}, expected)

    def _stating(self, number: str) -> str:
        keyword = _KEYWORDS.get(number, number)
        constraint = self.rules.stated(self.rule.place.rpartition("/")[2], keyword, self.name)
        assert constraint is not None  # the rule was made of it
        return self.citations.stating(constraint)
