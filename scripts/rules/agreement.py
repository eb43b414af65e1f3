"""Holds prose, schema and examples against each other, keyword by keyword."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from scripts.prose.phrases import quoted
from scripts.prose.properties import Property, Schema
from scripts.prose.reviewed import Contradiction, Remark
from scripts.prose.texts import Example
from scripts.rules.catalogue import shown
from scripts.rules.constraint import Constraint
from scripts.rules.rulebook import Rules, SizeRule
from scripts.source.quoting import quote
from scripts.source.quoting import shown as cut

# What a value must be for each keyword of JSON Schema; one of another JSON type passes, as JSON Schema has it.
_KEEPS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "type": lambda value, types: any(_is_of(value, kind) for kind in ([types] if isinstance(types, str) else types)),
    "enum": lambda value, members: any(_same(value, member) for member in members),
    "const": lambda value, only: _same(value, only),
    "pattern": lambda value, pattern: not isinstance(value, str) or re.search(pattern, value) is not None,
    "minLength": lambda value, least: not isinstance(value, str) or len(value) >= least,
    "maxLength": lambda value, most: not isinstance(value, str) or len(value) <= most,
    "minimum": lambda value, least: not _is_number(value) or value >= least,
    "maximum": lambda value, most: not _is_number(value) or value <= most,
    "multipleOf": lambda value, step: not _is_number(value) or value % step == 0,
    "minItems": lambda value, least: not isinstance(value, list) or len(value) >= least,
    "maxItems": lambda value, most: not isinstance(value, list) or len(value) <= most,
    "required": lambda value, names: not isinstance(value, Mapping) or all(name in value for name in names),
}
_OPPOSITES: Final = {
    low: high
    for one, other in (("min", "max"), ("max", "min"))
    for low, high in (
        (f"{one}Length", f"{other}Length"),
        (f"{one}Items", f"{other}Items"),
        (f"{one}imum", f"{other}imum"),
    )
}


def against_schema(constraint: Constraint, prop: Property) -> Iterator[Contradiction]:
    """Yield where what prose states of a property is not what its schema says, or does not go with it."""
    keyword, value = constraint.keyword, constraint.value
    for model in constraint.when.models if constraint.when is not None and prop.models else ():
        if model not in prop.models:
            yield _contradiction(constraint, prop, f"model {model}", f"schema enum {shown(prop.models)}")
    for stated, _ in prop.parts:
        schema = _plain(stated)
        for other in (keyword, _OPPOSITES.get(keyword)):
            if other is not None and other in schema and not _goes_with(keyword, value, other, schema[other]):
                yield _contradiction(constraint, prop, _says(constraint), f"schema {other} {shown(schema[other])}")
        for named, what in _named_values(constraint):
            for broken in breaks(named, schema):
                if broken != keyword:
                    yield _contradiction(constraint, prop, what, f"schema {broken} {shown(schema[broken])}")


def against_examples(example: Example, constraints: Sequence[Constraint]) -> Iterator[Contradiction]:
    """Yield where an example is not what the schema of its property or the prose allows."""
    if (prop := example.of) is None:
        return
    yield from _against(example.place, "example", example.value, prop, constraints, example.within.get("model"))


def schema_values(prop: Property, constraints: Sequence[Constraint]) -> Iterator[Contradiction]:
    """Yield where a default or a member of an enumeration is not what the prose allows to any model."""
    for schema, place in prop.parts:
        members = schema.get("enum")
        listed = [("default", schema["default"])] if schema.get("default") is not None else []
        listed += [("enum", member) for member in (members if isinstance(members, list) else [])]
        for keyword, value in listed:
            yield from _against(place, f"schema {keyword}", value, prop, constraints, None)


def unknown_names(prop: Property, remarks: Sequence[Remark]) -> Iterator[Contradiction]:
    """Yield every name that is quoted as code about a property with an enumeration that does not have it."""
    for schema, _ in prop.parts:
        members = schema.get("enum", [schema["const"]] if "const" in schema else None)
        if isinstance(members, list):
            for remark in remarks:
                for name in quoted(remark.sentence):
                    if name not in map(str, members):
                        against = f"schema enum {shown(members)}"
                        yield Contradiction(
                            prop.place, f"`{name}`", against, "", remark.sentence, f"the schema of {_called(prop)}"
                        )


def breaks(value: Any, schema: Schema) -> Iterator[str]:
    """Yield the keywords of a schema, limits in their plain form, that a value does not keep."""
    if value is None and schema.get("nullable") is True:
        return
    for keyword, keeps in _KEEPS.items():
        try:
            if keyword in schema and not keeps(value, schema[keyword]):
                yield keyword
        except (TypeError, ValueError, ArithmeticError, re.error):
            continue  # The keyword's own value is none; the generator refuses it.


def _against(
    place: str, what: str, value: Any, prop: Property, constraints: Sequence[Constraint], model: Any
) -> Iterator[Contradiction]:
    says = f"{what} {cut(shown(value), 60)}"
    if what != "schema enum":
        for stated, _ in prop.parts:
            schema = _plain(stated)
            for keyword in breaks(value, schema):
                against = f"schema {keyword} {cut(shown(schema[keyword]), 200)}"
                yield Contradiction(place, says, against, "", "", f"the schema of {_called(prop)}")
    own = [constraint for constraint in constraints if constraint.place == prop.place]
    named = model if isinstance(model, str) else None
    candidates = [named] if named is not None else list(prop.models) or [""]
    found = [next(_broken_by(value, own, candidate), None) for candidate in candidates]
    if found and all(found):
        first = found[0]
        assert first is not None  # since none of them is
        yield Contradiction(place, says, _says(first), "", first.sentence, quote(first.sentence))


def _broken_by(value: Any, constraints: Sequence[Constraint], model: str) -> Iterator[Constraint]:
    """Yield the constraints on a property that a value breaks for a model."""
    holding = [constraint for constraint in constraints if constraint.covers(model)]
    for constraint in holding:
        breaks_it = list(breaks(value, {constraint.keyword: constraint.value}))
        if breaks_it or constraint.keyword == "supported":
            yield constraint
    for rule in Rules(tuple(holding)).all_sizes():
        if not _is_size(value, rule):
            yield next(constraint for constraint in holding if constraint.keyword == "recommended")


def _is_size(value: Any, rule: SizeRule) -> bool:
    match = re.fullmatch(r"([1-9][0-9]{0,8})x([1-9][0-9]{0,8})", value) if isinstance(value, str) else None
    if match is None:
        return False
    pair = (int(match[1]), int(match[2]))
    within = all(rule.min_side <= side <= rule.max_side and side % rule.step == 0 for side in pair)
    return pair in rule.recommended or (within and pair[0] * pair[1] <= rule.max_pixels)


def _named_values(constraint: Constraint) -> Iterator[tuple[Any, str]]:
    """Yield the values of the property that a constraint says are right, each with what it says of it."""
    keyword, value = constraint.keyword, constraint.value
    if keyword in ("recommended", "enum"):
        yield from ((item, f"{keyword} {item}{_of(constraint)}") for item in value)
    elif keyword == "typicalSeconds":
        yield from ((item, f"{keyword} of {item}{_of(constraint)}") for item in value)
    elif keyword in ("minSide", "maxSide"):
        yield f"{value}x{value}", _says(constraint)
    elif keyword in ("default", "minimum", "maximum", "mostSevere", "leastSevere"):
        yield value, _says(constraint)


def _goes_with(keyword: str, value: Any, other: str, says: Any) -> bool:
    if other != keyword:
        try:
            return bool(value <= says if other.startswith("max") else value >= says)
        except TypeError:
            return False
    if keyword == "enum":
        return isinstance(says, list) and sorted(map(str, value)) == sorted(map(str, says))
    return _same(value, says)


def _plain(schema: Schema) -> dict[str, Any]:
    """Return a schema with exclusive limits of integers as plain ones."""
    plain = dict(schema)
    for keyword, inward in (("Minimum", 1), ("Maximum", -1)):
        exclusive: Any = plain.pop(f"exclusive{keyword}", None)
        limit: Any = plain.get(keyword.lower())
        if exclusive is True and _is_number(limit):
            plain[keyword.lower()] = limit + inward
        elif _is_number(exclusive):
            plain[keyword.lower()] = exclusive + inward
    return plain


def _contradiction(constraint: Constraint, prop: Property, says: str, against: str) -> Contradiction:
    return Contradiction(prop.place, says, cut(against, 400), "", constraint.sentence, f"the schema of {_called(prop)}")


def _called(prop: Property) -> str:
    return f"{prop.name or 'the body'} in the {prop.where}"


def _says(constraint: Constraint) -> str:
    return f"{constraint.keyword} {shown(constraint.value)}{_of(constraint)}"


def _of(constraint: Constraint) -> str:
    return f" for {constraint.when.label}" if constraint.when is not None else ""


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_of(value: Any, kind: Any) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "integer":
            return _is_number(value) and value == int(value)
        case "number":
            return _is_number(value)
        case "boolean":
            return isinstance(value, bool)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, Mapping)
        case "null":
            return value is None
    return True
