"""Holds prose, schema and examples against each other, keyword by keyword."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from attrs import frozen

from scripts.prose.phrases import quoted
from scripts.prose.properties import Property, Schema
from scripts.prose.reviewed import Contradiction, Remark
from scripts.prose.texts import Example
from scripts.rules.catalogue import shown
from scripts.rules.constraint import ANNOTATIONS, Constraint, overlap
from scripts.rules.rulebook import Rules, SizeRule
from scripts.runtime.checking import KEYWORDS, Checker, same
from scripts.runtime.constraints import Constraint as Stated
from scripts.source.quoting import quote
from scripts.source.quoting import shown as cut

_PARTS: Final = frozenset({"items", "properties", "additionalProperties", "allOf", "anyOf", "oneOf", "$ref"})
_NO_DEMANDS: Final = (
    ANNOTATIONS | _PARTS | {"default", "nullable", "readOnly", "writeOnly", "discriminator", "required", "type"}
)
"""Keywords that demand nothing of a value beyond its type, or whose parts are places of their own."""
_DEMANDS: Final = KEYWORDS - _PARTS - {"not", "nullable", "supported", "recommended"}
"""The keywords of JSON Schema that tell of a value alone whether it is valid."""
_BESIDE: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(("minLength", "maxLength"), frozenset({"minLength", "maxLength"})),
    **dict.fromkeys(("minItems", "maxItems"), frozenset({"minItems", "maxItems", "uniqueItems"})),
    **dict.fromkeys(("minimum", "maximum", "multipleOf"), frozenset({"minimum", "maximum", "multipleOf", "format"})),
}
"""By limit in prose: the keywords of a schema that say something else. Any other narrows what the prose allows."""
_OPPOSITES: Final = {
    low: high
    for one, other in (("min", "max"), ("max", "min"))
    for low, high in (
        (f"{one}Length", f"{other}Length"),
        (f"{one}Items", f"{other}Items"),
        (f"{one}imum", f"{other}imum"),
    )
}
_MOST_VALUES: Final = 10_000
_MOST_SHOWN: Final = 5


def against_schema(
    constraint: Constraint, prop: Property, constraints: Sequence[Constraint]
) -> Iterator[Contradiction]:
    """Yield where what prose states of a property is not what its schema says, or does not go with it.

    Every keyword of the schema that demands something is compared. Where the prose names values, or allows so few that
    all can be tried, the schema must allow them. Of a limit, the schema must say the same, or something else.

    Args:
        constraint: What the prose states.
        prop: The property.
        constraints: All that the prose states of it, this included.
    """
    for model in constraint.when.models if constraint.when is not None and prop.models else ():
        if model not in prop.models:
            yield _contradiction(constraint, prop, f"model {model}", f"schema enum {shown(prop.models)}")
    if constraint.keyword == "supported" and prop.required:
        yield _contradiction(constraint, prop, _says(constraint), "schema required")

    @cache
    def allowed() -> _Values:
        return _allowed(constraint, constraints)

    for schema, _ in prop.parts:
        for keyword, says in _plain(schema).items():
            if differs := _disagreement(constraint, keyword, says, allowed):
                yield _contradiction(constraint, prop, differs, f"schema {keyword} {shown(says)}")


def _disagreement(constraint: Constraint, keyword: str, says: Any, allowed: Callable[[], _Values]) -> str:
    """Return what prose says that a keyword of the schema does not go with; nothing where it does."""
    if keyword == constraint.keyword:
        return "" if _same_said(keyword, constraint.value, says) else _says(constraint)
    if keyword == _OPPOSITES.get(constraint.keyword):
        return "" if _in_order(keyword, says, constraint.value) else _says(constraint)
    if keyword in _NO_DEMANDS or keyword.startswith("x-"):
        # Its examples show whether a type goes with it.
        broken = [value for value in named_values(constraint) if breaks(value, keyword, says)]
        return _named(constraint, broken) if broken else ""
    if broken := [value for value in allowed().values if breaks(value, keyword, says)]:
        return _named(constraint, broken)
    if keyword in _DEMANDS and allowed().are_all:
        return ""
    limits = constraint.keyword in _BESIDE or bool(allowed().values)
    return _says(constraint) if limits and keyword not in _BESIDE.get(constraint.keyword, ()) else ""


def against_prose(constraint: Constraint, prop: Property, constraints: Sequence[Constraint]) -> Iterator[Contradiction]:
    """Yield where a sentence on a property names or allows what another on it, for the same models, does not."""
    for other in constraints:
        if other.keyword == constraint.keyword or not overlap(other.when, constraint.when):
            continue
        if other.keyword == _OPPOSITES.get(constraint.keyword):
            broken = [] if _in_order(other.keyword, other.value, constraint.value) else [constraint.value]
        else:
            broken = [value for value in named_values(constraint) if breaks(value, other.keyword, other.value)]
        if broken:
            yield Contradiction(
                prop.place, _named(constraint, broken), _says(other), "", constraint.sentence, quote(other.sentence)
            )


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


def breaks(value: Any, keyword: str, says: Any) -> bool:
    """Whether a value is not valid by one keyword of a schema; one whose own value is wrong allows any."""
    if keyword not in _DEMANDS:
        return False
    stated = Stated("", None, keyword, (says,) if keyword == "type" and isinstance(says, str) else says)
    try:
        return Checker({"": (stated,)}, None, {}).breaks("", value)
    except Exception:
        return False  # The generator refuses it.


def _broken_keywords(value: Any, schema: Schema) -> Iterator[str]:
    if value is None and schema.get("nullable") is True:
        return
    yield from (keyword for keyword, says in schema.items() if breaks(value, keyword, says))


def _against(
    place: str, what: str, value: Any, prop: Property, constraints: Sequence[Constraint], model: Any
) -> Iterator[Contradiction]:
    says = f"{what} {cut(shown(value), 60)}"
    if what != "schema enum":
        for stated, _ in prop.parts:
            schema = _plain(stated)
            for keyword in _broken_keywords(value, schema):
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
        if constraint.keyword == "supported" or breaks(value, constraint.keyword, constraint.value):
            yield constraint
    for rule in Rules(tuple(holding)).all_sizes():
        if not _is_size(value, rule):
            yield next(constraint for constraint in holding if constraint.keyword == "recommended")


def _is_size(value: Any, rule: SizeRule) -> bool:
    match = re.fullmatch(r"([1-9][0-9]{0,8})x([1-9][0-9]{0,8})", value) if isinstance(value, str) else None
    return match is not None and rule.allows(int(match[1]), int(match[2]))


def named_values(constraint: Constraint) -> list[Any]:
    """Return the values of the property that a constraint says are right."""
    keyword, value = constraint.keyword, constraint.value
    if keyword in ("recommended", "enum", "typicalSeconds"):
        return list(value)
    return [value] if keyword in ("default", "minimum", "maximum", "mostSevere", "leastSevere") else []


@frozen
class _Values:
    """Values that the prose allows."""

    values: Sequence[Any]
    are_all: bool
    """Whether it allows no other, as far as the constraint goes."""


def _allowed(constraint: Constraint, constraints: Sequence[Constraint]) -> _Values:
    stated = {other.keyword: other.value for other in constraints if other.when == constraint.when}
    least, most = stated.get("minimum"), stated.get("maximum")
    if constraint.keyword in ("minimum", "maximum") and isinstance(least, int) and isinstance(most, int):
        # What they break is told once, of the lower end.
        values = range(least, most + 1)[:_MOST_VALUES]
        is_short = most - least < _MOST_VALUES
        return _Values(values if constraint.keyword == "minimum" else (), are_all=is_short)
    for rule in Rules(tuple(constraints)).all_sizes() if constraint.keyword == "recommended" else ():
        if rule.when == constraint.when:
            sizes = [*constraint.value, *(f"{width}x{height}" for width, height in rule.custom_sizes())]
            return _Values(sizes, are_all=True)
    return _Values(named_values(constraint), are_all=constraint.keyword not in _BESIDE)


def _same_said(keyword: str, value: Any, says: Any) -> bool:
    if keyword == "enum":
        return isinstance(says, list) and sorted(map(str, value)) == sorted(map(str, says))
    return same(value, says)


def _in_order(keyword: str, says: Any, opposite: Any) -> bool:
    """Whether a limit and the one on the other side leave anything between them."""
    try:
        return bool(opposite <= says if keyword.startswith("max") else opposite >= says)
    except TypeError:
        return False


def _plain(schema: Schema) -> dict[str, Any]:
    """Return a schema with its exclusive limits as numbers, and as plain limits of integers."""
    plain = dict(schema)
    for keyword, tighter, inward in (("Minimum", max, 1), ("Maximum", min, -1)):
        exclusive: Any = plain.pop(f"exclusive{keyword}", None)
        limit: Any = plain.get(keyword.lower())
        if exclusive is True:
            exclusive, limit = plain.pop(keyword.lower(), None), None
        if isinstance(exclusive, bool) or not isinstance(exclusive, int | float):
            continue
        if schema.get("type") == "number":
            plain[f"exclusive{keyword}"] = exclusive
        else:
            plain[keyword.lower()] = tighter(exclusive + inward, exclusive + inward if limit is None else limit)
    return plain


def _contradiction(constraint: Constraint, prop: Property, says: str, against: str) -> Contradiction:
    return Contradiction(prop.place, says, cut(against, 400), "", constraint.sentence, f"the schema of {_called(prop)}")


def _called(prop: Property) -> str:
    return f"{prop.name or 'the body'} in the {prop.where}"


def _says(constraint: Constraint) -> str:
    return f"{constraint.keyword} {shown(constraint.value)}{_of(constraint)}"


def _named(constraint: Constraint, values: Sequence[Any]) -> str:
    more = f" and {len(values) - _MOST_SHOWN} more" if len(values) > _MOST_SHOWN else ""
    return f"{constraint.keyword} {shown(values[:_MOST_SHOWN])}{more}{_of(constraint)}"


def _of(constraint: Constraint) -> str:
    return f" for {constraint.when.label}" if constraint.when is not None else ""
