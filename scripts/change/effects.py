"""What a change of the page means to whom: for callers of the client, and for servers, each on its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from attrs import frozen

Effect: TypeAlias = Literal["breaking", "compatible", "wording"]
"""Breaking for callers: code that was right may be refused, or get another answer than it was promised. Breaking for
servers: one that keeps the page as it was may fail the suite, since it now accepts too little, or too much."""

Side: TypeAlias = Literal["request", "answer"]
Direction: TypeAlias = Literal["tighter", "looser", "open", "dropped", "changed", "same"]
"""Less is allowed; more is; a list whose readers expect more grew; something is gone; none of these can be told;
the words differ and the meaning does not."""

EFFECTS: Final[Mapping[tuple[Side, Direction], tuple[Effect, Effect]]] = {
    # The suite asks for refusals just outside a limit: a tighter limit breaks servers too, a looser one them alone.
    ("request", "tighter"): ("breaking", "breaking"),
    ("request", "looser"): ("compatible", "breaking"),
    ("request", "open"): ("compatible", "breaking"),
    ("request", "dropped"): ("breaking", "compatible"),
    ("request", "changed"): ("breaking", "breaking"),
    ("request", "same"): ("wording", "wording"),
    ("answer", "tighter"): ("compatible", "breaking"),
    ("answer", "looser"): ("breaking", "compatible"),
    # The generated types admit values and properties that a later revision adds.
    ("answer", "open"): ("compatible", "compatible"),
    ("answer", "dropped"): ("breaking", "compatible"),
    ("answer", "changed"): ("breaking", "breaking"),
    ("answer", "same"): ("wording", "wording"),
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
    return Change(text, *EFFECTS[side, direction])


def reworded(text: str) -> Change:
    """Return a change of words alone."""
    return Change(text, "wording", "wording")
