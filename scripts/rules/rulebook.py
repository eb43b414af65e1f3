"""The constraints that the prose of a document states, what they say of sizes, and ``openapi/rules.yaml``."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from attrs import field, frozen
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from scripts.rules.constraint import Condition, Constraint, label
from scripts.source.quoting import NOT_TEXT

_HEADER = """\
# Every rule that the page states in prose, with the sentence it was read from. Made from openapi/zai-image.yaml by
#
#     python -m scripts.regenerate
#
# Do not edit. How a sentence becomes a rule: docs/rules.md.
"""


Dimensions: TypeAlias = tuple[int, int]
"""Width and height in pixels."""


@frozen
class SizeRule:
    """The sizes that some models accept; sides in pixels."""

    recommended: tuple[Dimensions, ...]
    default: Dimensions
    min_side: int
    max_side: int
    step: int
    max_pixels: int
    recommended_sentence: str = field(eq=False, default="")
    custom_sentence: str = field(eq=False, default="")
    when: Condition | None = None
    place: str = ""

    @property
    def label(self) -> str:
        """Whose sizes they are, for people."""
        return label(self.when)

    def covers(self, model: str) -> bool:
        """Whether it holds for a model."""
        return self.when is None or self.when.covers(model)

    @property
    def sides(self) -> range:
        """Every width, and every height, between the limits and on the grid, ascending."""
        return range(-(-self.min_side // self.step) * self.step, self.max_side + 1, self.step)

    def heights_beside(self, width: int) -> range:
        """Return every height that makes a custom size together with one of the ``sides`` as width, ascending."""
        grid = self.sides
        highest = min(self.max_side, self.max_pixels // width)
        return range(grid.start, highest + 1, grid.step)

    def custom_sizes(self) -> Iterator[Dimensions]:
        """Yield every size that keeps the limits."""
        yield from ((width, height) for width in self.sides for height in self.heights_beside(width))

    def broken(self, width: int, height: int) -> dict[str, int]:
        """Return the limits of custom sizes that a size breaks, by keyword."""
        sides = (width, height)
        limits = {
            "minSide": (self.min_side, min(sides) < self.min_side),
            "maxSide": (self.max_side, max(sides) > self.max_side),
            "sideMultipleOf": (self.step, any(side % self.step for side in sides)),
            "maxPixels": (self.max_pixels, width * height > self.max_pixels),
        }
        return {keyword: limit for keyword, (limit, is_broken) in limits.items() if is_broken}

    def allows(self, width: int, height: int) -> bool:
        """Whether a size is valid: a recommended one is whatever the limits say."""
        return (width, height) in self.recommended or not self.broken(width, height)


@frozen
class Rules:
    """The constraints that the prose of a document states, in its order."""

    constraints: tuple[Constraint, ...] = ()

    @property
    def size(self) -> tuple[SizeRule, ...]:
        """The rules of image sizes: those of the one request that tells most models apart."""
        by_place: dict[str, list[SizeRule]] = {}
        for rule in self.all_sizes():
            by_place.setdefault(rule.place, []).append(rule)
        found = sorted(by_place.values(), key=len, reverse=True)
        return tuple(found[0]) if found else ()

    def all_sizes(self) -> Iterator[SizeRule]:
        """Yield the rules of image sizes of every request."""
        stated: dict[tuple[str, Condition | None], dict[str, Constraint]] = {}
        for constraint in self.constraints:
            if constraint.keyword in OF_SIZES or constraint.keyword == "default":
                stated.setdefault((constraint.place, constraint.when), {})[constraint.keyword] = constraint
        yield from (_size_rule(found) for found in stated.values() if "recommended" in found)

    def size_of(self, model: str | None) -> SizeRule | None:
        """Return the rule of the sizes of a model; with None that of every model, where there is one for all."""
        covers = (rule for rule in self.size if (rule.when is None if model is None else rule.covers(model)))
        return next(covers, None)

    def stated(self, name: str, keyword: str, model: str | None = None) -> Constraint | None:
        """Return the first of :meth:`all_stated`; None where there is none."""
        return next(self.all_stated(name, keyword, model), None)

    def all_stated(self, name: str, keyword: str, model: str | None = None) -> Iterator[Constraint]:
        """Yield every constraint with a keyword on a property of a name, that holds for a model if one is given."""
        for constraint in self.constraints:
            if (constraint.name, constraint.keyword) == (name, keyword) and (model is None or constraint.covers(model)):
                yield constraint

    def to_yaml(self) -> str:
        """Return the text of ``openapi/rules.yaml``."""
        stream = io.StringIO()
        yaml = YAML()
        yaml.width = 1_000_000  # a sentence stays on its line
        yaml.indent(mapping=2, sequence=4, offset=2)
        yaml.dump({"constraints": [_readable(constraint.to_plain()) for constraint in self.constraints]}, stream)
        return _HEADER + stream.getvalue()

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Rules:
        """Read what ``openapi/rules.yaml`` holds, parsed."""
        return cls(tuple(Constraint.of(entry) for entry in plain.get("constraints", ())))


OF_SIZES = ("recommended", "minSide", "maxSide", "sideMultipleOf", "maxPixels")


def dimensions(text: str) -> Dimensions:
    """Return width and height of ``1280x1280``."""
    width, height = text.split("x")
    return int(width), int(height)


def _size_rule(stated: Mapping[str, Constraint]) -> SizeRule:
    recommended = stated["recommended"]
    return SizeRule(
        recommended=tuple(map(dimensions, recommended.value)),
        default=dimensions(stated["default"].value),
        min_side=stated["minSide"].value,
        max_side=stated["maxSide"].value,
        step=stated["sideMultipleOf"].value,
        max_pixels=stated["maxPixels"].value,
        recommended_sentence=recommended.sentence,
        custom_sentence=stated["minSide"].sentence,
        when=recommended.when,
        place=recommended.place,
    )


def _readable(plain: Mapping[str, Any]) -> Any:
    """Turn a constraint into what is written the way a reviewer reads it, and means the same under YAML 1.1 and 1.2."""
    return {key: _flow(value) for key, value in plain.items()}


def _flow(value: object) -> Any:
    if isinstance(value, Mapping):
        mapping = CommentedMap((_flow(key), _flow(item)) for key, item in value.items())
        mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list | tuple):
        flow = CommentedSeq(map(_flow, value))
        flow.fa.set_flow_style()
        return flow
    if isinstance(value, str) and (
        value.lower() in NOT_TEXT or not re.fullmatch(r"[a-zA-Z/][\w./~-]*|\d+x\d+", value, re.ASCII)
    ):
        return DoubleQuotedScalarString(value)
    return value
