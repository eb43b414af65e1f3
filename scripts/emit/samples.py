"""Makes values that keep the constraints of a place, and values that break one of them each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from scripts.emit.matching import matching
from scripts.runtime.checking import Checker, compiled
from scripts.runtime.constraints import Constraint, by_place
from scripts.runtime.formats import FORMATS
from scripts.source.failure import PipelineError

TEXT = "https://image.example/1.png"
"""What stands for any text: an address, since what an image answer calls a text is one."""
_DEEPEST = 6
_TRIES = 60
# A value of each JSON type. What is false in Python comes first: it is what careless code leaves out.
_KINDS: Mapping[str, Any] = {
    "boolean": False,
    "integer": 0,
    "number": 0.5,
    "string": TEXT,
    "array": [],
    "object": {},
    "null": None,
}


class Samples:
    """Values for the places of one document.

    Args:
        constraints: All constraints on these places.
        model: The model for which values are wanted; some constraints hold for some models alone.
    """

    def __init__(self, constraints: Iterable[Constraint], model: object = None) -> None:
        self._rules = by_place(constraints)
        self._checker = Checker(self._rules, model, {})

    def valid(self, place: str, *, whole: bool = True, variant: int = 0) -> Any:
        """Return a value that keeps every constraint of a place.

        Args:
            place: A JSON pointer to a schema.
            whole: Whether objects get the properties that may be left out, too.
            variant: Which of several different values.

        Raises:
            PipelineError: None could be made.
        """
        for attempt in range(_TRIES):
            value = self._value(place, whole=whole, variant=variant + attempt, depth=0)
            if value is not _NONE and not self._checker.breaks(place, value):
                return value
            if (
                value is not _NONE
                and whole
                and not self._checker.breaks(
                    place, value := self._value(place, whole=False, variant=variant + attempt, depth=0)
                )
            ):
                return value
        raise PipelineError(f"no valid value can be found for #{place}, so nothing shows that the client can send one")

    def invalid(self, place: str) -> list[Any]:
        """Return values that break the constraints of a place, one each; none where every value is valid."""
        rules = list(self._stated(place))
        found: list[Any] = []
        if not any(rule.keyword in ("$ref", "allOf", "anyOf", "oneOf") for rule in rules):
            found = [value for rule in rules for value in self._breaking(rule, place)]
        kinds = self._kinds(place, 0)
        if kinds is not None and not any(isinstance(value, list | Mapping | bool) for value in found):
            found += [value for kind, value in _KINDS.items() if kind not in kinds and kind != "null"][:1]
        return found

    def _stated(self, place: str, seen: tuple[str, ...] = ()) -> Iterator[Constraint]:
        """Yield the constraints of a place and of all that holds along with it."""
        for rule in self._rules.get(place, ()):
            if not self._checker.holds(rule):
                continue
            if rule.keyword == "$ref" and rule.value not in seen:
                yield from self._stated(rule.value, (*seen, place))
            elif rule.keyword == "allOf":
                for part in rule.value:
                    if part not in seen:
                        yield from self._stated(part, (*seen, place))
            else:
                yield rule

    def _kinds(self, place: str, depth: int) -> set[str] | None:
        """Return the JSON types of what is valid; None where any may be."""
        kinds: set[str] | None = None
        for rule in self._stated(place) if depth < _DEEPEST else ():
            stated: set[str] | None = None
            if rule.keyword == "type":
                stated = set(rule.value) | ({"integer"} if "number" in rule.value else set())
            elif rule.keyword in ("enum", "const"):
                values = rule.value if rule.keyword == "enum" else (rule.value,)
                stated = {_kind_of(value) for value in values}
            elif rule.keyword in ("anyOf", "oneOf"):
                parts = [self._kinds(part, depth + 1) for part in rule.value]
                stated = None if None in parts else set().union(*(part for part in parts if part is not None))
            if stated is not None:
                kinds = stated if kinds is None else kinds & stated
        return kinds

    def _value(self, place: str, *, whole: bool, variant: int, depth: int) -> Any:
        """Return a value that may be valid; `_NONE` where none can be."""
        rules: dict[str, list[Any]] = {}
        for rule in self._stated(place):
            rules.setdefault(rule.keyword, []).append(rule.value)
        if "const" in rules:
            return rules["const"][0]
        for keyword in ("enum", "known", "recommended"):
            if keyword in rules:
                return rules[keyword][0][variant % len(rules[keyword][0])]
        kinds = self._kinds(place, 0)
        for keyword in ("oneOf", "anyOf"):
            if keyword in rules:
                part = self._value(
                    rules[keyword][0][variant % len(rules[keyword][0])], whole=whole, variant=variant, depth=depth + 1
                )
                if not isinstance(part, Mapping) or "properties" not in rules:
                    return part
                held = self._object(rules, whole=whole, variant=variant, depth=depth)
                return {**held, **part}
        kind = next((kind for kind in _KINDS if kind in (kinds if kinds is not None else self._implied(rules))), None)
        if kind == "string":
            return self._text(rules, variant)
        if kind in ("integer", "number"):
            return self._number(rules, variant, whole_number=kinds is None or "number" not in kinds)
        if kind == "array":
            return self._array(rules, whole=whole, variant=variant, depth=depth)
        if kind == "object":
            return self._object(rules, whole=whole, variant=variant, depth=depth)
        if kind == "boolean":
            return bool(variant % 2)
        return None if kind == "null" else _NONE

    def _implied(self, rules: Mapping[str, Any]) -> set[str]:
        if {"properties", "required", "additionalProperties", "minProperties"} & rules.keys():
            return {"object"}
        if {"items", "minItems", "uniqueItems"} & rules.keys():
            return {"array"}
        if {"minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"} & rules.keys():
            return {"integer"}
        return {"string"}

    def _text(self, rules: Mapping[str, list[Any]], variant: int) -> str:
        least = max([0, *rules.get("minLength", ())])
        most = min([*rules.get("maxLength", ())], default=None)
        for name in rules.get("format", ()):
            if name in FORMATS and isinstance(example := FORMATS[name][2], str):
                return example
        text = TEXT if not variant else f"{variant} {TEXT}"
        if "pattern" in rules:
            text = matching(rules["pattern"][0], variant)
        text += "a" * (least - len(text))
        return str(text[:most])

    def _number(self, rules: Mapping[str, list[Any]], variant: int, *, whole_number: bool) -> Any:
        least = [*rules.get("minimum", ()), *rules.get("exclusiveMinimum", ())]
        most = [*rules.get("maximum", ()), *rules.get("exclusiveMaximum", ())]
        steps = [*rules.get("multipleOf", ()), 1 if whole_number else 0.5]
        step = max(steps)
        if least and min(most, default=math.inf) < math.inf and not whole_number and "multipleOf" not in rules:
            return max(least) + (min(most) - max(least)) * (variant + 1) / (_TRIES + 2)
        start = math.ceil(max(least) / step) if least else min(0, math.floor(min(most) / step)) if most else 0
        value = (start + (variant if least or not most else -variant)) * step
        return int(value) if whole_number and value == int(value) else value

    def _array(self, rules: Mapping[str, list[Any]], *, whole: bool, variant: int, depth: int) -> Any:
        least, most = max([0, *rules.get("minItems", ())]), min([math.inf, *rules.get("maxItems", ())])
        wanted = int(min(max(least, 0 if depth > _DEEPEST else 1), most))
        places = rules.get("items", [])
        if not places:
            return [variant + number for number in range(wanted)]
        items = [
            self._value(places[0], whole=whole, variant=variant + number, depth=depth + 1) for number in range(wanted)
        ]
        return _NONE if any(item is _NONE for item in items) else items

    def _object(self, rules: Mapping[str, list[Any]], *, whole: bool, variant: int, depth: int) -> Any:
        required = {name for names in rules.get("required", ()) for name in names}
        found: dict[str, Any] = {}
        for places in rules.get("properties", ()):
            for name, place in places.items():
                unsupported = any(rule.keyword == "supported" and rule.value is False for rule in self._stated(place))
                if name in required or (whole and depth < _DEEPEST and not unsupported):
                    found[name] = self._value(place, whole=whole, variant=variant, depth=depth + 1)
        if any(value is _NONE for value in found.values()):
            return _NONE
        entries = [place for place in rules.get("additionalProperties", ()) if place is not False]
        closed = False in rules.get("additionalProperties", ())
        least = max([0, *rules.get("minProperties", ()), *([1] if entries and whole and depth < _DEEPEST else [])])
        names = [*required, *(f"entry {number}" for number in range(least if not closed else 0))]
        for name in names:
            if name not in found and (name in required or len(found) < least):
                found[name] = (
                    self._value(entries[0], whole=whole, variant=variant, depth=depth + 1) if entries else TEXT
                )
        return found

    def _breaking(self, rule: Constraint, place: str) -> Iterator[Any]:
        """Yield values that break one constraint, made for it alone."""
        limit = rule.value
        if rule.keyword == "type":
            accepted = {*limit, *(["integer"] if "number" in limit else [])}
            yield from (value for kind, value in _KINDS.items() if kind not in accepted and kind != "null")
        elif rule.keyword == "enum":
            yield from (_other(value, limit) for value in limit[:1])
        elif rule.keyword == "const":
            yield _other(limit, [limit])
        elif rule.keyword == "maxLength":
            yield "a" * (limit + 1)
        elif rule.keyword == "minLength" and limit > 0:
            yield "a" * (limit - 1)
        elif rule.keyword in ("minimum", "exclusiveMinimum"):
            yield limit - 1
        elif rule.keyword in ("maximum", "exclusiveMaximum"):
            yield limit + 1
        elif rule.keyword == "multipleOf":
            yield limit * 1.5 if limit * 1.5 % 1 else int(limit * 1.5)
        elif rule.keyword == "pattern":
            yield from [text for text in ("", "\x00", "a", "0", " ", TEXT) if not compiled(limit).search(text)][:1]
        elif rule.keyword == "format" and limit in FORMATS:
            yield from [value for value in ("-", 2**70) if not FORMATS[limit][1](value)]
        elif rule.keyword == "minItems" and limit > 0:
            yield self.valid(place)[: limit - 1]
        elif rule.keyword == "maxItems":
            items = [one for other in self._stated(place) if other.keyword == "items" for one in [other.value]]
            yield [self.valid(items[0], variant=number) if items else number for number in range(limit + 1)]
        elif rule.keyword == "uniqueItems" and limit and (items := self.valid(place)):
            yield [items[0], items[0]]
        elif rule.keyword == "items":
            yield from ([value] for value in self.invalid(limit)[:1])
        elif rule.keyword == "required" and limit:
            yield {}
        elif rule.keyword == "properties":
            whole = self.valid(place)
            for name, there in limit.items():
                yield from ({**whole, name: value} for value in self.invalid(there)[:1])
        elif rule.keyword == "additionalProperties":
            wrong = [TEXT] if limit is False else self.invalid(limit)[:1]
            yield from ({**self.valid(place), "an entry of no name": value} for value in wrong)
        elif rule.keyword == "minProperties" and limit > 0:
            yield {}
        elif rule.keyword == "recommended":
            yield "1x1"
        elif rule.keyword == "supported":
            yield TEXT


_NONE = object()


def _kind_of(value: Any) -> str:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
    return kinds.get(type(value), "object" if isinstance(value, Mapping) else "array")


def _other(value: Any, allowed: Sequence[Any]) -> Any:
    """Return a value of the same type that is not among those allowed."""
    if isinstance(value, str):
        return next(text for number in count() if (text := f"none of them {number}") not in allowed)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return max(one for one in allowed if isinstance(one, int | float)) + 1
    return TEXT
