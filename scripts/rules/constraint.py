"""One kind of rule: what schema or prose states of one place of the document, and when it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import field, frozen

ANNOTATIONS: Final = frozenset(
    {"description", "summary", "title", "example", "examples", "externalDocs", "deprecated", "$comment", "xml"}
)
"""Keywords of a schema that allow and forbid nothing."""


@frozen
class Condition:
    """A condition on the model that a request names."""

    models: tuple[str, ...]
    excluded: bool = False
    """Whether it holds for every model but these."""

    def covers(self, model: str) -> bool:
        """Whether it holds for a model."""
        return (model in self.models) != self.excluded

    @property
    def label(self) -> str:
        """The condition in words, for people: ``glm-image``, or ``every model but glm-image``."""
        names = " and ".join(self.models)
        return f"every model but {names}" if self.excluded else names

    def to_plain(self) -> dict[str, Any]:
        """Return it as it stands in files."""
        return {"models": list(self.models)} | ({"excluded": True} if self.excluded else {})

    @classmethod
    def of(cls, plain: Mapping[str, Any] | None) -> Condition | None:
        """Read what :meth:`to_plain` returns; None stands for no condition."""
        return None if plain is None else cls(tuple(plain["models"]), plain.get("excluded", False))


@frozen
class Constraint:
    """One rule on one place of the document.

    Equality is that of place, condition, keyword and value: the same rule in other words is the same rule.
    """

    place: str
    """A JSON pointer into the document: ``/components/schemas/CreateImageRequest/properties/size``."""
    when: Condition | None
    """When it holds; None for always."""
    keyword: str
    """JSON Schema's where there is one. Ours are ``recommended`` (sizes), ``minSide``, ``maxSide``,
    ``sideMultipleOf``, ``maxPixels`` (in pixels), ``typicalSeconds`` (by value), ``lifetime`` (in seconds),
    ``mostSevere``, ``leastSevere`` (levels) and ``supported`` (False: the property may not be sent)."""
    value: Any
    """A JSON value."""
    sentence: str = field(eq=False, default="")
    """The sentence of the page; empty for what the schema states."""

    @property
    def name(self) -> str:
        """The name of the property that it is about."""
        return self.place.rpartition("/")[2].replace("~1", "/").replace("~0", "~")

    @property
    def key(self) -> tuple[object, ...]:
        """What it is about: two constraints with one key rule the same thing."""
        return (self.place, self.when, self.keyword, *(self.value if isinstance(self.value, Mapping) else ()))

    def covers(self, model: str) -> bool:
        """Whether it holds for a model."""
        return self.when is None or self.when.covers(model)

    def to_plain(self) -> dict[str, Any]:
        """Return it as it stands in ``openapi/rules.yaml``."""
        when = {} if self.when is None else {"when": self.when.to_plain()}
        return {"place": self.place, **when, "keyword": self.keyword, "value": self.value, "sentence": self.sentence}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Constraint:
        """Read what :meth:`to_plain` returns."""
        when = Condition.of(plain.get("when"))
        return cls(plain["place"], when, plain["keyword"], plain["value"], plain.get("sentence", ""))


def label(when: Condition | None) -> str:
    """Return a condition in words, for people."""
    return "every model" if when is None else when.label


def overlap(one: Condition | None, other: Condition | None) -> bool:
    """Whether both hold for some model, be it one that nobody has named yet."""
    if one is None or other is None or (one.excluded and other.excluded):
        return True
    return any(one.covers(model) and other.covers(model) for model in (*one.models, *other.models))
