"""Turns the schemas of what may be sent into constraints, keyword by keyword."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scripts.rules import constraint as prose
from scripts.rules.constraint import ANNOTATIONS
from scripts.runtime.checking import KEYWORDS, compiled
from scripts.runtime.constraints import Condition, Constraint
from scripts.source.failure import PipelineError
from scripts.source.quoting import quote
from scripts.source.references import below, followed, part, steps_of

# What says nothing of which values are valid.
_WORDS = ANNOTATIONS | {"default", "discriminator", "contentMediaType", "contentEncoding"}
_OF_THE_SAME_VALUE = ("$ref", "allOf", "anyOf", "oneOf", "not")
"""Keywords whose schemas are about the value itself, and not about a part of it."""
_OPEN = "x-open-enum"
"""In the overlay: the schema's ``enum`` lists what is known, and there may be more."""


def constraints(document: Mapping[str, Any], places: Iterable[str], *, sent: bool = True) -> list[Constraint]:
    """Return every constraint of the schemas at some places, and of all that these lead to.

    Args:
        document: The OpenAPI document with the overlay applied.
        places: Where the schemas stand.
        sent: Whether the client is to check values by them; what it cannot check is then refused, and else left out.

    Raises:
        PipelineError: A schema uses a keyword, or a pattern, that the client cannot check.
    """
    found: dict[str, list[Constraint]] = {}
    waiting = list(places)
    while waiting:
        place = waiting.pop(0)
        if place not in found:
            stated, further = _stated(document, place, sent=sent)
            found[place] = [Constraint(place, None, keyword, value) for keyword, value in stated.items()]
            waiting += further
    for place in found:
        _end(place, found, ())
    return [constraint for there in found.values() for constraint in there]


def _end(place: str, stated: Mapping[str, Sequence[Constraint]], way: tuple[str, ...]) -> None:
    """Make sure that whether a value keeps a schema does not depend on whether it does."""
    if place in way:
        raise PipelineError(f"the schema at #{place} refers to itself, so that nothing tells which values are valid")
    for constraint in stated[place]:
        if constraint.keyword in _OF_THE_SAME_VALUE:
            for further in [constraint.value] if isinstance(constraint.value, str) else constraint.value:
                _end(further, stated, (*way, place))


def _stated(document: Mapping[str, Any], place: str, *, sent: bool) -> tuple[dict[str, Any], list[str]]:
    """Return what a schema says by keyword, and the places of the schemas in it."""
    schema = part(document, place)
    if schema is True:
        return {}, []
    if schema is False:
        return {"supported": False}, []
    if not isinstance(schema, Mapping):
        raise PipelineError(f"no schema stands at #{place}")
    if "$ref" in schema:
        target = followed(document, place)
        return {"$ref": target}, [target]
    stated: dict[str, Any] = {}
    further: list[str] = []
    for keyword, value in schema.items():
        if keyword in _WORDS or str(keyword).startswith("x-"):
            continue
        where = below(place, keyword)
        if keyword == "properties":
            stated[keyword] = {name: below(where, name) for name in value}
            further += stated[keyword].values()
        elif keyword in ("allOf", "anyOf", "oneOf"):
            # Of answers, shapes that overlap are documented as one of several all the same.
            says = keyword if sent or keyword != "oneOf" else "anyOf"
            stated[says] = tuple(below(where, part) for part in range(len(value)))
            further += stated[says]
        elif keyword in ("items", "not", "additionalProperties") and not isinstance(value, bool):
            stated[keyword] = where
            further.append(where)
        else:
            stated |= _plain(place, keyword, value, schema, sent=sent)
    return stated, further


def _plain(place: str, keyword: str, value: Any, schema: Mapping[str, Any], *, sent: bool) -> dict[str, Any]:
    """Return what a keyword without schemas in it says."""
    if keyword == "type":
        return {"type": tuple(value) if isinstance(value, list) else (value,)}
    if keyword in ("readOnly", "writeOnly"):
        # Answers have what only the server writes, and not what only callers do.
        return {"supported": False} if value is True and sent is (keyword == "readOnly") else {}
    if keyword == "nullable":
        return {"nullable": True} if value is True else {}
    if keyword in ("exclusiveMinimum", "exclusiveMaximum") and isinstance(value, bool):
        limit = schema.get("minimum" if keyword == "exclusiveMinimum" else "maximum")
        return {keyword: limit} if value and limit is not None else {}
    if keyword == "enum" and schema.get(_OPEN) is True:
        return {"known": tuple(value)}
    if keyword == "additionalProperties":
        return {keyword: False} if value is False else {}
    if keyword == "items":
        return {} if value else {"maxItems": 0}
    if keyword not in KEYWORDS:
        if not sent:
            return {}
        name = steps_of(place)[-1]
        raise PipelineError(f"{name}: the client cannot check the keyword {quote(keyword, 60)} (at #{place})")
    if keyword == "pattern":
        try:
            compiled(value)
        except Exception as error:
            raise PipelineError(f"the pattern {quote(value, 100)} at #{place} cannot be checked: {error}") from error
    if keyword == "required":
        held = schema.get("properties", {})
        unwritten = "readOnly" if sent else "writeOnly"
        value = [name for name in value if not (isinstance(held.get(name), Mapping) and held[name].get(unwritten))]
    return {keyword: _fixed(value)}


def generated(stated: prose.Constraint) -> Constraint:
    """Return a constraint that a sentence states as the generated package has it."""
    when = None if stated.when is None else Condition(stated.when.models, stated.when.excluded)
    return Constraint(stated.place, when, stated.keyword, _fixed(stated.value), stated.sentence)


def _fixed(value: Any) -> Any:
    """Return a value that cannot be changed."""
    if isinstance(value, list | tuple):
        return tuple(map(_fixed, value))
    return {name: _fixed(item) for name, item in value.items()} if isinstance(value, Mapping) else value
