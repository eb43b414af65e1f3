"""Turns the schemas of what may be sent into constraints, keyword by keyword."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from scripts.emit.runtime.checking import KEYWORDS, compiled
from scripts.emit.runtime.constraints import Constraint
from scripts.source.failure import PipelineError
from scripts.source.pointers import at, below, followed, steps

# What says nothing of which values are valid.
_WORDS = frozenset(
    {"title", "description", "default", "example", "examples", "deprecated", "externalDocs", "xml", "discriminator"}
    | {"writeOnly", "contentMediaType", "contentEncoding", "$comment"}
)
_OPEN = "x-open-enum"
"""In the overlay: the schema's ``enum`` lists what is known, and there may be more."""


def constraints(document: Mapping[str, Any], places: Iterable[str]) -> list[Constraint]:
    """Return every constraint of the schemas at some places, and of all that these lead to.

    Args:
        document: The OpenAPI document with the overlay applied.
        places: Where the schemas stand of what may be sent.

    Raises:
        PipelineError: A schema uses a keyword, or a pattern, that the client cannot check.
    """
    found: dict[str, list[Constraint]] = {}
    waiting = list(places)
    while waiting:
        place = waiting.pop(0)
        if place not in found:
            stated, further = _stated(document, place)
            found[place] = [Constraint(place, None, keyword, value) for keyword, value in stated.items()]
            waiting += further
    return [constraint for there in found.values() for constraint in there]


def _stated(document: Mapping[str, Any], place: str) -> tuple[dict[str, Any], list[str]]:
    """Return what a schema says by keyword, and the places of the schemas in it."""
    schema = at(document, place)
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
            stated[keyword] = tuple(below(where, part) for part in range(len(value)))
            further += stated[keyword]
        elif keyword in ("items", "not", "additionalProperties") and not isinstance(value, bool):
            stated[keyword] = where
            further.append(where)
        else:
            stated |= _plain(place, keyword, value, schema)
    return stated, further


def _plain(place: str, keyword: str, value: Any, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a keyword without schemas in it says."""
    if keyword == "type":
        return {"type": tuple(value) if isinstance(value, list) else (value,)}
    if keyword == "readOnly":
        return {"supported": False} if value is True else {}
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
        name = steps(place)[-1]
        raise PipelineError(f"{name}: the client cannot check the keyword {ascii(keyword)[:60]} (at #{place})")
    if keyword == "pattern":
        try:
            compiled(value)
        except (re.error, RecursionError, OverflowError) as error:
            raise PipelineError(f"the pattern {ascii(value)[:100]} at #{place} cannot be checked: {error}") from error
    if keyword == "required":
        held = schema.get("properties", {})
        value = [name for name in value if not (isinstance(held.get(name), Mapping) and held[name].get("readOnly"))]
    return {keyword: tuple(value) if isinstance(value, list) else value}
