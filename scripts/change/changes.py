"""What a change of the page means to whom: for callers of the client, and for servers, each on its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

from attrs import frozen

Effect: TypeAlias = Literal["breaking", "compatible", "wording"]
"""Breaking for callers: code that was right may be refused, or get another answer than it was promised. Breaking for
servers: one that keeps the page as it was may fail the suite, since it now accepts too little, or too much."""

Side: TypeAlias = Literal["request", "answer"]
Direction: TypeAlias = Literal["tighter", "looser", "open", "dropped", "changed"]
"""Less is allowed; more is; a list whose readers expect more grew; something is gone; none of these can be told."""

_EFFECTS: Final[Mapping[tuple[Side, Direction], tuple[Effect, Effect]]] = {
    # The suite asks for refusals just outside a limit: a tighter limit breaks servers too, a looser one them alone.
    ("request", "tighter"): ("breaking", "breaking"),
    ("request", "looser"): ("compatible", "breaking"),
    ("request", "open"): ("compatible", "breaking"),
    ("request", "dropped"): ("breaking", "compatible"),
    ("request", "changed"): ("breaking", "breaking"),
    ("answer", "tighter"): ("compatible", "breaking"),
    ("answer", "looser"): ("breaking", "compatible"),
    # The generated types admit values and properties that a later revision adds.
    ("answer", "open"): ("compatible", "compatible"),
    ("answer", "dropped"): ("breaking", "compatible"),
    ("answer", "changed"): ("breaking", "breaking"),
}


@frozen
class Change:
    """One change."""

    text: str
    """What changed, in words, on one line of Markdown; whatever the page says stands in backticks."""
    callers: Effect
    servers: Effect


def change(text: str, side: Side, direction: Direction) -> Change:
    """Return a change with the effects that its direction has on that side."""
    return Change(text, *_EFFECTS[side, direction])


def reworded(text: str) -> Change:
    """Return a change of words alone."""
    return Change(text, "wording", "wording")


def at_least(old: Any, new: Any) -> Direction:
    """Tell what becomes of a lower limit; None where there is none."""
    if not _limits(old, new):
        return "changed"
    return "tighter" if old is None or (new is not None and new > old) else "looser"


def at_most(old: Any, new: Any) -> Direction:
    """Tell what becomes of an upper limit; None where there is none."""
    if not _limits(old, new):
        return "changed"
    return "tighter" if old is None or (new is not None and new < old) else "looser"


def _limits(*values: Any) -> bool:
    return all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values)
