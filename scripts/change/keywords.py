"""Tells of each keyword of a schema whether a change of its value allows less or more, or cannot be told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from scripts.change.effects import Direction, Side
from scripts.rules.constraint import ANNOTATIONS
from scripts.source.references import MISSING

_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")

_Rule = Callable[[Any, Any], Direction]
"""Tells the direction from the old and the new value, MISSING where a keyword is not there."""


def direction(keyword: str, old: Any, new: Any, side: Side) -> Direction:
    """Return in which direction the change of a keyword's value goes, all else being the same.

    Args:
        keyword: One of JSON Schema, of OpenAPI, or of our constraints.
        old: Its value before; MISSING where it was not there.
        new: Its value now.
        side: What the schema describes.

    Returns:
        ``tighter`` or ``looser`` only where every value keeps to it; ``changed`` where that is not known.
    """
    if old is not MISSING and new is not MISSING and _same(old, new):
        return "same"
    if keyword in ANNOTATIONS or keyword.startswith("x-"):
        return "same"
    if keyword == "default":
        # Of a request: what a server does where nothing is sent. Of an answer it allows and forbids nothing.
        return "changed" if side == "request" else "same"
    found = _RULES.get(keyword, _unknown)(old, new)
    # A reader of answers must expect values that a list does not have yet.
    return "open" if keyword == "enum" and side == "answer" and found == "looser" and new is not MISSING else found


def _same(old: Any, new: Any) -> bool:
    return _canonical(old) == _canonical(new)


def _canonical(value: Any) -> str:
    """Return what tells values of JSON apart: Python's `True` equals 1, and JSON's does not."""
    is_whole = isinstance(value, float) and value.is_integer()
    return json.dumps(int(value) if is_whole else value, sort_keys=True)


def _unknown(old: Any, new: Any) -> Direction:
    return "changed"


def _at_least(nothing: float | None) -> _Rule:
    def rule(old: Any, new: Any) -> Direction:
        was, now = (_number(value, nothing) for value in (old, new))
        if was is None or now is None:
            return "changed"
        return "same" if now == was else "tighter" if now > was else "looser"

    return rule


def _at_most(old: Any, new: Any) -> Direction:
    was, now = (_number(value, float("inf")) for value in (old, new))
    if was is None or now is None:
        return "changed"
    return "same" if now == was else "tighter" if now < was else "looser"


def _number(value: Any, nothing: float | None) -> float | None:
    if value is MISSING:
        return nothing
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _exclusive(number: _Rule) -> _Rule:
    """OpenAPI 3.0 has a switch beside the limit, later versions and JSON Schema a limit of its own."""

    def rule(old: Any, new: Any) -> Direction:
        is_switch = isinstance(old, bool) or isinstance(new, bool)
        return _switch("tighter")(old, new) if is_switch else number(old, new)

    return rule


def _divisor(old: Any, new: Any) -> Direction:
    if old is MISSING or new is MISSING:
        return _assertion(old, new)
    was, now = (value if isinstance(value, int) and not isinstance(value, bool) else 0 for value in (old, new))
    if was <= 0 or now <= 0:
        return "changed"
    return "tighter" if now % was == 0 else "looser" if was % now == 0 else "changed"


def _switch(on: Direction) -> _Rule:
    off: Direction = "looser" if on == "tighter" else "tighter"

    def rule(old: Any, new: Any) -> Direction:
        was, now = (False if value is MISSING else value for value in (old, new))
        if not isinstance(was, bool) or not isinstance(now, bool):
            return "changed"
        return "same" if was == now else on if now else off

    return rule


def _assertion(old: Any, new: Any) -> Direction:
    """Decide by presence: who states one more demand allows less, whatever the demand is."""
    return "tighter" if old is MISSING else "looser" if new is MISSING else "changed"


def _values(old: Any, new: Any) -> Direction:
    """Decide by inclusion, with every value where none is listed."""
    if old is MISSING or new is MISSING:
        return _assertion(old, new)
    return _inclusion(old, new)


def _inclusion(old: Any, new: Any) -> Direction:
    was, now = ([] if value is MISSING else value for value in (old, new))
    if not isinstance(was, list) or not isinstance(now, list):
        return "changed"
    had, has = ({_canonical(value) for value in values} for values in (was, now))
    gone, come = had - has, has - had
    return "changed" if gone and come else "tighter" if gone else "looser" if come else "same"


def _types(old: Any, new: Any) -> Direction:
    was, now = (_type_names(value) for value in (old, new))
    return "changed" if was is None or now is None else _inclusion(was, now)


def _type_names(value: Any) -> list[str] | None:
    names = list(_TYPES) if value is MISSING else value if isinstance(value, list) else [value]
    if not all(isinstance(name, str) and name in _TYPES for name in names):
        return None
    return [*names, "integer"] if "number" in names else names


def _closing(old: Any, new: Any) -> Direction:
    """``additionalProperties`` and its like: a schema for what is not listed; anything goes where there is none."""
    was, now = (True if value is MISSING or value == {} else value for value in (old, new))
    if was == now:
        return "same"
    if was is True or now is False:
        return "tighter"
    return "looser" if now is True or was is False else "changed"


_RULES: Final[Mapping[str, _Rule]] = {
    **dict.fromkeys(("minLength", "minItems", "minProperties", "minSide", "lifetime"), _at_least(0)),
    "minimum": _at_least(float("-inf")),
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "maxProperties", "maxSide", "maxPixels"), _at_most),
    "exclusiveMinimum": _exclusive(_at_least(float("-inf"))),
    "exclusiveMaximum": _exclusive(_at_most),
    **dict.fromkeys(("multipleOf", "sideMultipleOf"), _divisor),
    "uniqueItems": _switch("tighter"),
    **dict.fromkeys(("nullable", "allowEmptyValue", "allowReserved"), _switch("looser")),
    "required": _switch("tighter"),
    "type": _types,
    "enum": _values,
    # What is recommended is valid whatever other limits say: without a list, nothing is.
    "recommended": _inclusion,
    "supported": lambda old, new: _switch("tighter")(not _supported(old), not _supported(new)),
    **dict.fromkeys(("const", "pattern", "format", "not", "allOf", "anyOf", "oneOf", "items"), _assertion),
    **dict.fromkeys(("contains", "propertyNames", "dependentRequired", "dependentSchemas"), _assertion),
    **dict.fromkeys(("additionalProperties", "unevaluatedProperties", "unevaluatedItems"), _closing),
}


def _supported(value: Any) -> bool:
    return value is MISSING or value is True
