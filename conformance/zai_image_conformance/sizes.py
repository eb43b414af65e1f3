"""The suite's own reading of the size rules: from the reviewed catalogue, never from the code it judges."""

from __future__ import annotations

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
        """Whether an image of this size must be made."""
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
