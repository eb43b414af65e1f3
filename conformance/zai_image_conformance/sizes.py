"""The suite's own reading of the size rules: from the reviewed catalogue, never from the code it judges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from attrs import frozen

from zai_image_conformance.requirements import catalogue

NAMES = {"minSide": "min_side", "maxSide": "max_side", "sideMultipleOf": "step", "maxPixels": "max_pixels"}
"""What a client calls a broken limit, by the keyword of the catalogue."""


class Sides(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @classmethod
    def parse(cls, text: str) -> Sides:
        """The sides that a size of the documented form names."""
        width, height = text.split("x")
        return cls(int(width), int(height))


class SizeProbe(NamedTuple):
    """A size worth asking for, and the requirement that its answer settles."""

    requirement: str
    sides: Sides


@frozen
class SizeLimits:
    """The reviewed numbers of one group of models, and the requirement each is stated by."""

    recommended: tuple[Sides, ...]
    default: Sides
    min_side: int
    max_side: int
    step: int
    max_pixels: int
    stated_by: dict[str, str]
    """Requirement ids by the name of the number."""

    def allows(self, sides: Sides) -> bool:
        """Whether a picture of this size must be drawn."""
        return sides in self.recommended or (
            all(self.min_side <= side <= self.max_side and side % self.step == 0 for side in sides)
            and sides.width * sides.height <= self.max_pixels
        )

    def multiples(self, least: int, most: int) -> range:
        """The multiples of the step, both ends included."""
        return range(-(-least // self.step) * self.step, most + 1, self.step)

    @property
    def sides(self) -> range:
        """The sides that keep every rule but, perhaps, the pixel limit; the limits need not be among them."""
        return self.multiples(self.min_side, self.max_side)

    def accepted(self) -> Iterator[SizeProbe]:
        """Sizes that must be drawn: the recommended ones, and the edge of every limit."""
        for sides in self.recommended:
            yield SizeProbe(self.stated_by["recommended"], sides)
        least, greatest = self.sides[0], self.sides[-1]
        partner = min(greatest, self.max_pixels // greatest // self.step * self.step)
        edges = {
            Sides(least, least): "min_side",
            Sides(greatest, partner): "max_side",
            Sides(partner, greatest): "max_side",
        }
        for sides, number in edges.items():
            if not self.allows(sides):
                continue
            yield SizeProbe(self.stated_by[number], sides)
            if sides.width * sides.height == self.max_pixels:
                yield SizeProbe(self.stated_by["max_pixels"], sides)

    def refused(self) -> Iterator[SizeProbe]:
        """Sizes that must be refused, each of which breaks one rule alone, with width and height in turn."""
        for number, first, second in self._just_outside():
            for sides in dict.fromkeys((Sides(first, second), Sides(second, first))):
                if not self.allows(sides):
                    yield SizeProbe(self.stated_by[number], sides)

    def _just_outside(self) -> Iterator[tuple[str, int, int]]:
        least, greatest = self.sides[0], self.sides[-1]
        usual = self.default.width
        if usual not in self.sides[:-1] or (usual + self.step) * usual > self.max_pixels:
            usual = least
        if least > self.step:
            yield "min_side", least - self.step, usual
        yield "min_side", 0, 0
        # Beside the least side, so that the pixel limit is kept.
        yield "max_side", greatest + self.step, least
        for off in dict.fromkeys((self.step // 2, 1)):
            if off % self.step and usual + off <= self.max_side:
                yield "step", usual + off, usual
        over = self._least_over()
        if over is not None:
            first_over = self.max_pixels // greatest // self.step * self.step + self.step
            yield "max_pixels", greatest, max(first_over, least)
            yield "max_pixels", over.width, over.height

    def _least_over(self) -> Sides | None:
        """The size with the fewest pixels over the limit that keeps every other rule; None where there is none."""
        over = (Sides(w, h) for w in self.sides for h in self.sides if w * h > self.max_pixels)
        return min(over, key=lambda sides: sides.width * sides.height, default=None)


def limits_for(model: str) -> SizeLimits:
    """The limits of a model; one that is not named falls under `others`, as the page says."""
    stating = catalogue().ruling("size", model)
    numbers = {name: value for requirement in stating for name, value in requirement.numbers.items()}
    return SizeLimits(
        recommended=tuple(Sides.parse(text) for text in numbers["recommended"]),
        default=Sides.parse(numbers["default"]),
        min_side=numbers["minSide"],
        max_side=numbers["maxSide"],
        step=numbers["sideMultipleOf"],
        max_pixels=numbers["maxPixels"],
        stated_by={NAMES.get(name, name): requirement.id for requirement in stating for name in requirement.numbers},
    )
