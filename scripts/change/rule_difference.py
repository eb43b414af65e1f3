"""What changed between two readings of the page's prose, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from scripts.change.changes import Change, Direction, Side, at_least, at_most, change
from scripts.prose.statements import OTHERS
from scripts.source.quoting import in_backticks as shown

_GROUPED = ("size", "quality")
"""Rules by group of models: a model without one of its own falls under that of the others."""


def _divisor(old: Any, new: Any) -> Direction:
    if old is None or new is None:
        return at_least(old, new)
    return "tighter" if new % old == 0 else "looser" if old % new == 0 else "changed"


def _members(old: Any, new: Any) -> Direction:
    gone, come = set(old or ()) - set(new or ()), set(new or ()) - set(old or ())
    return "changed" if bool(gone) == bool(come) else "tighter" if gone else "looser"


def _changed(old: Any, new: Any) -> Direction:
    return "changed"


# By the last step of a rule's place; every other is simply changed.
_DIRECTIONS: Final[Mapping[str, Callable[[Any, Any], Direction]]] = {
    "min_side": at_least,
    "max_side": at_most,
    "step": _divisor,
    "max_pixels": at_most,
    "recommended": _members,
    "min_length": at_least,
    "max_length": at_most,
    "days": at_least,
}
_ANSWERS = ("link", "images", "severity")


def rule_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Yield each number or name that two readings give differently.

    Args:
        before: What ``openapi/rules.yaml`` held.
        after: What it holds now.
    """
    old, new = _leaves(_with_groups(before, after)), _leaves(_with_groups(after, before))
    for place in dict.fromkeys([*old, *new]):
        was, now = old.get(place), new.get(place)
        if was == now:
            continue
        text = f"rule {shown('.'.join(place))}: {_becomes(was, now)}"
        if place[0] == "duration":
            # "About" so many seconds: nobody may rely on it.
            yield Change(text, "compatible", "compatible")
        else:
            side: Side = "answer" if place[0] in _ANSWERS else "request"
            yield change(text, side, _DIRECTIONS.get(place[-1], _changed)(was, now))


def _with_groups(rules: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Give every group that either reading names the rule it falls under."""
    found = dict(rules)
    for kind in _GROUPED:
        own = rules.get(kind, {})
        groups = dict.fromkeys([*own, *other.get(kind, {})])
        found[kind] = {group: rule for group in groups if (rule := own.get(group, own.get(OTHERS)))}
    return found


def _leaves(node: Mapping[str, Any], *place: str) -> dict[tuple[str, ...], Any]:
    found: dict[tuple[str, ...], Any] = {}
    for name, value in node.items():
        if isinstance(value, Mapping):
            found |= _leaves(value, *place, name)
        elif name != "sentence" and place[-1:] != ("sentences",):
            found[*place, name] = value
    return found


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
    return shown(", ".join(map(str, value)) if isinstance(value, list) else value)
