"""One kind of rule: what the page states of one place of the document, in its schema or in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple


class Condition(NamedTuple):
    """A condition on the model that a request names."""

    models: tuple[str, ...]
    excluded: bool = False
    """Whether it holds for every model but these."""

    def covers(self, model: object) -> bool:
        """Whether it holds for a model."""
        return (model in self.models) != self.excluded

    def __str__(self) -> str:
        names = " and ".join(self.models)
        return f"every model but {names}" if self.excluded else names


class Constraint(NamedTuple):
    """One rule on one place of the document."""

    place: str
    """A JSON pointer into the document: ``/components/schemas/Error/properties/code``."""
    when: Condition | None
    """When it holds; None for always."""
    keyword: str
    """JSON Schema's where there is one; ours for multiples, pixels, recommended values and the like."""
    value: Any
    sentence: str = ""
    """The sentence of the page that states it; empty where its schema does."""


class Violation(NamedTuple):
    """One constraint that a value breaks; ``str()`` is a line for people."""

    rule: str
    """The keyword of the constraint; for sizes ``form``, ``min_side``, ``max_side``, ``step`` or ``max_pixels``."""
    value: Any
    """What was given, or its measure: a length, a number of pixels."""
    limit: Any
    """What is allowed."""
    sentence: str
    """The sentence of the page that states the rule; empty where its schema does."""
    message: str
    """What is wrong, and what would work."""

    def __str__(self) -> str:
        return self.message


def stated(constraints: Iterable[Constraint], name: str, keyword: str, model: str | None = None) -> Any:
    """Return what a sentence of the page states of a property; None where none does.

    Args:
        constraints: Those to look among.
        name: That of the property.
        keyword: That of the constraint.
        model: The model that the request names; without it, only what holds for every model is found.
    """
    for constraint in constraints:
        is_asked_for = constraint.keyword == keyword and constraint.place.endswith(f"/{name}") and constraint.sentence
        if is_asked_for and (constraint.when is None or (model is not None and constraint.when.covers(model))):
            return constraint.value
    return None


def by_place(constraints: Iterable[Constraint]) -> Mapping[str, tuple[Constraint, ...]]:
    """Return the constraints of each place, in order."""
    found: dict[str, list[Constraint]] = {}
    for constraint in constraints:
        found.setdefault(constraint.place, []).append(constraint)
    return {place: tuple(there) for place, there in found.items()}
