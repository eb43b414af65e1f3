"""Compares two readings of the page's prose, and tells in words what changed and for whom it breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scripts.change.effects import Change, change
from scripts.change.keywords import direction
from scripts.prose.properties import properties
from scripts.rules.catalogue import named
from scripts.rules.catalogue import shown as value_of
from scripts.rules.constraint import Constraint
from scripts.source.quoting import in_backticks as shown
from scripts.source.references import MISSING, at, resolved


def constraint_changes(
    before: Sequence[Constraint], after: Sequence[Constraint], documents: Sequence[Mapping[str, Any]]
) -> Iterator[Change]:
    """Yield each number or name that two readings give differently.

    Where a sentence comes or goes, what the schema says as well stays stated. A rule of a property that is new breaks
    nobody's code; one of a property that is gone is told with the property.

    Where the groups of models differ, a group of one reading is compared with the rule that the other has for all
    models of that group. So a model that becomes a group of its own is compared with the rule it fell under.

    Args:
        before: The constraints that the prose stated.
        after: Those that it states now.
        documents: Both revisions of the document, which tell what is sent and what is answered.
    """
    old, new = ({constraint.key: constraint for constraint in side} for side in (before, after))
    sides = {prop.place: prop.side for document in documents for prop in properties(document)}
    for key in dict.fromkeys([*old, *new]):
        was, now = old.get(key) or _governing(old, new[key]), new.get(key) or _governing(new, old[key])
        stated = new.get(key) or old[key]
        value, value_now = (
            _of_schema(document, stated) if found is None else found.value
            for document, found in zip(documents, (was, now), strict=True)
        )
        is_new, is_gone = (at(document, stated.place) is MISSING for document in documents)
        if value is value_now or value == value_now or is_gone:
            continue
        text = f"rule {shown(named(stated))}: {_becomes(value, value_now)}"
        if stated.keyword == "typicalSeconds":
            # "About" so many seconds: nobody may rely on it.
            yield Change(text, "compatible", "compatible")
        else:
            side = sides.get(stated.place, "request")
            yield change(text, side, "open" if is_new else direction(stated.keyword, value, value_now, side))


def _of_schema(document: Mapping[str, Any], constraint: Constraint) -> Any:
    """Return what the schema of a property says by the keyword of a constraint; MISSING where it says nothing."""
    schema = resolved(document, at(document, constraint.place))
    return MISSING if constraint.when is not None else schema.get(constraint.keyword, MISSING)


def _governing(constraints: Mapping[tuple[object, ...], Constraint], other: Constraint) -> Constraint | None:
    """Return what rules, in the place of another reading's constraint, all that its condition names."""
    for constraint in constraints.values():
        same = (constraint.place, constraint.keyword) == (other.place, other.keyword)
        if same and constraint.key[3:] == other.key[3:]:
            if other.when is None or other.when.excluded:
                # Of models that neither reading names.
                if constraint.when is None or constraint.when.excluded:
                    return constraint
            elif all(constraint.covers(model) for model in other.when.models):
                return constraint
    return None


def _becomes(was: Any, now: Any) -> str:
    if was is MISSING:
        return f"{_value(now)}, where nothing was stated"
    if now is MISSING:
        return f"nothing is stated, where it was {_value(was)}"
    if isinstance(was, list) and isinstance(now, list):
        gone, come = ([item for item in one if item not in other] for one, other in ((was, now), (now, was)))
        parts = [f"{word} {_value(items)}" for word, items in (("without", gone), ("with", come)) if items]
        return " and ".join(parts) or "in another order"
    return f"{_value(was)} becomes {_value(now)}"


def _value(value: Any) -> str:
    return shown(value_of(value))
