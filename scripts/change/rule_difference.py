"""What changed between two readings of the page's prose, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from scripts.change.changes import Change, Direction, Side, at_least, at_most, change
from scripts.rules.catalogue import named
from scripts.rules.catalogue import shown as value_of
from scripts.rules.constraint import Constraint
from scripts.source.quoting import in_backticks as shown


def _divisor(old: Any, new: Any) -> Direction:
    if old is None or new is None:
        return at_least(old, new)
    return "tighter" if new % old == 0 else "looser" if old % new == 0 else "changed"


def _members(old: Any, new: Any) -> Direction:
    gone, come = set(old or ()) - set(new or ()), set(new or ()) - set(old or ())
    return "changed" if bool(gone) == bool(come) else "tighter" if gone else "looser"


def _changed(old: Any, new: Any) -> Direction:
    return "changed"


# By keyword; every other is simply changed.
_DIRECTIONS: Final[Mapping[str, Callable[[Any, Any], Direction]]] = {
    **dict.fromkeys(("minSide", "minLength", "minItems", "minimum", "lifetime"), at_least),
    **dict.fromkeys(("maxSide", "maxPixels", "maxLength", "maxItems", "maximum"), at_most),
    **dict.fromkeys(("sideMultipleOf", "multipleOf"), _divisor),
    **dict.fromkeys(("recommended", "enum"), _members),
}


def rule_differences(before: Sequence[Constraint], after: Sequence[Constraint]) -> Iterator[Change]:
    """Yield each number or name that two readings give differently.

    Where the groups of models differ, what one reading says of a group is compared with what the other says of all that
    the group's condition names: a model that becomes a group of its own is compared with the rule it fell under.

    Args:
        before: The constraints that the prose stated.
        after: Those that it states now.
    """
    old, new = ({constraint.key: constraint for constraint in side} for side in (before, after))
    for key in dict.fromkeys([*old, *new]):
        was, now = old.get(key) or _governing(old, new[key]), new.get(key) or _governing(new, old[key])
        stated = now or was
        assert stated is not None  # one of them has the key
        if key in old and key in new:
            if was == now:
                continue
        elif was is not None and now is not None and was.value == now.value:
            continue
        text = f"rule {shown(named(new.get(key) or old[key]))}: {_becomes(was and was.value, now and now.value)}"
        if stated.keyword == "typicalSeconds":
            # "About" so many seconds: nobody may rely on it.
            yield Change(text, "compatible", "compatible")
        else:
            direction = _DIRECTIONS.get(stated.keyword, _changed)(was and was.value, now and now.value)
            yield change(text, _side(stated.place), direction)


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


def _side(place: str) -> Side:
    return "answer" if "/responses/" in place or "Response" in place else "request"


def _becomes(was: Any, now: Any) -> str:
    if was is None:
        return f"{_value(now)}, where nothing was stated"
    if now is None:
        return f"nothing is stated, where it was {_value(was)}"
    if isinstance(was, list) and isinstance(now, list):
        gone, come = ([item for item in one if item not in other] for one, other in ((was, now), (now, was)))
        parts = [f"{word} {_value(items)}" for word, items in (("without", gone), ("with", come)) if items]
        return " and ".join(parts) or "in another order"
    return f"{_value(was)} becomes {_value(now)}"


def _value(value: Any) -> str:
    return shown(value_of(value))
