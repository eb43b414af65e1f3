"""Tells what a page says that the conformance catalogue does not hold yet, from the same said in another way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from scripts.prose.reviewed import Contradiction
from scripts.rules.constraint import Constraint
from scripts.runtime.checking import same
from scripts.source.references import as_list, at, resolved

_OF_MODELS: Final = "/properties/model/enum"


class Novelty:
    """What the pages state beside what was reviewed, model by model.

    A number is new if no requirement has it, if it changed for a known model, or if a new model has other rules than
    each known one. Models may be worded, listed and grouped as the page likes.
    What the schema of a property says as well is not new with the sentence, unless a requirement is about it.
    """

    def __init__(
        self, stated: Sequence[Constraint], reviewed: Sequence[Constraint], document: Mapping[str, Any], entries: Any
    ) -> None:
        self._now, self._before, self._document = stated, reviewed, document
        listed = [entry for entry in entries if is_list_of_models(entry)]
        before = [name for entry in listed for name in entry["values"]] or ["", *_named(reviewed)]
        now = [name for entry in listed for name in as_list(at(document, entry["schema"]))] or ["", *_named(stated)]
        self._known = tuple(dict.fromkeys(before))
        self._added = tuple(name for name in dict.fromkeys(now) if isinstance(name, str) and name not in self._known)

    def is_stated(self, reviewed: Constraint) -> bool:
        """Whether the pages still state a number of the catalogue, for each of its models that was known."""
        return _has(self._now, reviewed) and all(
            _for(self._now, reviewed.place, model).get(_about(reviewed)) == reviewed.value
            for model in self._known
            if reviewed.covers(model)
        )

    def is_reviewed(self, stated: Constraint) -> bool:
        """Whether the catalogue already has a number of the pages, for each of its models that was known."""
        if not any((one.place, _about(one)) == (stated.place, _about(stated)) for one in self._before):
            schema = resolved(self._document, at(self._document, stated.place))
            return stated.when is None and stated.keyword in schema and same(schema[stated.keyword], stated.value)
        return (
            _has(self._before, stated)
            and all(
                _for(self._before, stated.place, model).get(_about(stated)) == stated.value
                for model in self._known
                if stated.covers(model)
            )
            and all(self._is_as_another(model, stated.place) for model in self._added if stated.covers(model))
        )

    def is_list_reviewed(self, values: Sequence[Any], found: Any) -> bool:
        """Whether a list of models has but lost none, and has each new one under the rules of one that was known."""
        places = {constraint.place for constraint in (*self._now, *self._before)}
        return set(values) <= set(map(str, as_list(found))) and all(
            self._is_as_another(model, place) for model in self._added for place in places
        )

    def _is_as_another(self, model: str, place: str) -> bool:
        now = _for(self._now, place, model)
        return any(now == _for(self._before, place, known) for known in self._known)


def is_list_of_models(entry: Mapping[str, Any]) -> bool:
    """Whether an entry of the catalogue has the models that a request may name."""
    return str(entry.get("schema", "")).endswith(_OF_MODELS) and "values" in entry


def reviewed_as(
    found: Contradiction, listed: Sequence[Contradiction], constraints: Sequence[Constraint]
) -> Contradiction | None:
    """Return the contradiction as which this one was reviewed, for whichever models; None where it is new."""
    labels = {f" for {constraint.when.label}" for constraint in constraints if constraint.when is not None}

    def said(one: Contradiction) -> tuple[str, ...]:
        return (one.place, *(_without(text, labels) for text in (one.says, one.against)))

    return next((one for one in listed if said(one) == said(found)), None)


def _without(text: str, labels: set[str]) -> str:
    return next((text.removesuffix(label) for label in labels if text.endswith(label)), text)


def _about(constraint: Constraint) -> tuple[object, ...]:
    return constraint.key[2:]


def _has(constraints: Sequence[Constraint], one: Constraint) -> bool:
    return any((c.place, _about(c), c.value) == (one.place, _about(one), one.value) for c in constraints)


def _for(constraints: Sequence[Constraint], place: str, model: str) -> dict[tuple[object, ...], Any]:
    """Return what holds for a model at a place, by keyword."""
    return {_about(c): c.value for c in constraints if c.place == place and c.covers(model)}


def _named(constraints: Sequence[Constraint]) -> Iterator[str]:
    for constraint in constraints:
        yield from constraint.when.models if constraint.when is not None else ()
