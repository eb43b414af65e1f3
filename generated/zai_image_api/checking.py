# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The one checker: holds JSON values against the constraints of their places in the document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from .constraints import Constraint, Violation
from .formats import FORMATS
from .size import SizeRule, rule_of, shown, violations

__all__ = ["KEYWORDS", "Checker", "Index", "alternatives", "compiled", "same", "shown"]

Index = Mapping[str, Sequence[Constraint]]
"""The constraints of each place, as `constraints.by_place` returns them."""


class Checker:
    """Checks the values of requests that name the same model.

    Args:
        rules: The constraints of each place.
        model: The model that the requests name; some constraints hold for some models alone.
        arguments: What the properties of the whole are called in Python.
    """

    def __init__(self, rules: Index, model: object, arguments: Mapping[str, str]) -> None:
        self.rules = rules
        self.model = model
        self.arguments = arguments
        self._holding: dict[str, tuple[Constraint, ...]] = {}
        self._checks: dict[str, tuple[tuple[Check, Constraint], ...]] = {}
        self._sizes: dict[str, SizeRule | None] = {}

    def violations(self, place: str, value: Any, path: str) -> Iterator[Violation]:
        """Yield every constraint that a value breaks.

        Args:
            place: The place of the document that the value is for.
            value: A plain JSON value.
            path: What the value is called in messages.
        """
        if value is None and any(rule.keyword == "nullable" for rule in self.holding(place)):
            return
        checks = self._checks.get(place)
        if checks is None:
            checks = self._checks[place] = tuple(
                (_CHECKS[rule.keyword], rule) for rule in self.holding(place) if rule.keyword in _CHECKS
            )
        for check, rule in checks:
            found = list(check(self, rule, value, path))
            yield from found
            if found and rule.keyword == "type":
                return

    def holds(self, rule: Constraint) -> bool:
        """Whether a constraint holds for the model; where none is named, those that depend on it cannot be told."""
        return rule.when is None or (isinstance(self.model, str) and rule.when.covers(self.model))

    def holding(self, place: str) -> tuple[Constraint, ...]:
        """Return the constraints of a place that hold for the model."""
        found = self._holding.get(place)
        if found is None:
            found = self._holding[place] = tuple(filter(self.holds, self.rules.get(place, ())))
        return found

    def sizes(self, place: str) -> SizeRule | None:
        """Return the rule that the constraints of a place make for sizes; None where they are about none."""
        if place not in self._sizes:
            self._sizes[place] = rule_of(self.holding(place))
        return self._sizes[place]

    def inside(self, path: str, name: str) -> str:
        """Return what a property is called in messages."""
        return f"{path}.{name}" if path else self.arguments.get(name, name)

    def breaks(self, place: str, value: Any) -> bool:
        """Whether a value breaks any constraint of a place."""
        return next(self.violations(place, value, ""), None) is not None


Check = Callable[[Checker, Constraint, Any, str], Iterator[Violation]]


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same in JSON, where ``true`` is no number."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def alternatives(values: Sequence[Any]) -> str:
    """Return values as the end of a sentence: ``'hd' or 'standard'``."""
    return (
        " or ".join(", ".join(map(shown, values)).rsplit(", ", 1))
        if len(values) < 20
        else (f"{', '.join(map(shown, values[:20]))}, ...")
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: Final[Mapping[str, tuple[str, Callable[[Any], bool]]]] = {
    "string": ("a string", lambda value: isinstance(value, str)),
    "integer": ("an integer", lambda value: _is_number(value) and value % 1 == 0),
    "number": ("a number", _is_number),
    "boolean": ("True or False", lambda value: isinstance(value, bool)),
    "array": ("a list", lambda value: isinstance(value, list)),
    "object": ("a mapping", lambda value: isinstance(value, Mapping)),
    "null": ("None", lambda value: value is None),
}


def _type(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    for name in rule.value:
        if _TYPES[name][1](value):
            return
    words = " or ".join(_TYPES[name][0] for name in rule.value)
    yield _broken(rule, value, f"{path} must be {words}, not {type(value).__name__}")


def _enum(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    if not any(same(value, allowed) for allowed in rule.value):
        yield _broken(rule, value, f"{path} {shown(value)} is not one of {alternatives(rule.value)}")


def _const(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    if not same(value, rule.value):
        yield _broken(rule, value, f"{path} must be {shown(rule.value)}, not {shown(value)}")


_SIDES: Final = ("min", "max")


def _limit(
    kind: Any, measure: Callable[[Any], Any], keeps: Callable[[Any, Any], bool], says: str, allows: str
) -> Check:
    """Return the check of a limit: of which kind of value, what is measured, and how to tell it."""

    def check(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
        if not isinstance(value, kind) or isinstance(value, bool):
            return
        measured = measure(value)
        if not keeps(measured, rule.value):
            here = [(other.keyword, other.value) for other in checker.holding(rule.place)]
            least, most = (
                [limit for keyword, limit in here if keyword == f"{side}{rule.keyword[3:]}"] for side in _SIDES
            )
            allowed = f"{max(least)} to {min(most)}" if least and most else f"{allows} {shown(rule.value)}"
            must = "be" if says == "is {}" else "have"
            yield Violation(
                rule.keyword,
                measured,
                rule.value,
                rule.sentence,
                f"{path} {says.format(shown(measured))}; it must {must} {allowed}",
            )

    return check


def _itself(value: Any) -> Any:
    return value


def _at_least(measured: Any, limit: Any) -> bool:
    return bool(measured >= limit)


def _at_most(measured: Any, limit: Any) -> bool:
    return bool(measured <= limit)


def _multiple(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    if _is_number(value):
        from decimal import Decimal

        exact = Decimal(str(value)) % Decimal(str(rule.value)) if not isinstance(value, int) else value % rule.value
        if exact != 0:
            yield _broken(rule, value, f"{path} {shown(value)} must be a multiple of {shown(rule.value)}")


@lru_cache
def compiled(pattern: str) -> re.Pattern[str]:
    r"""Return a pattern of JSON Schema as Python has it: ``$`` is the very end, ``\d`` and ``\w`` are ASCII.

    Raises:
        re.error: Python has no such pattern.
    """
    parts = re.split(r"(\\.|\[(?:\\.|[^\]\\])*\])", pattern, flags=re.DOTALL)
    return re.compile("".join(part if at % 2 else part.replace("$", r"\Z") for at, part in enumerate(parts)), re.ASCII)


def _pattern(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    if isinstance(value, str) and not compiled(rule.value).search(value):
        yield _broken(rule, shown(value), f"{path} does not match the pattern {rule.value}")


def _format(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    if rule.value in FORMATS:
        words, has, _ = FORMATS[rule.value]
        if not has(value):
            yield _broken(rule, shown(value), f"{path} must be {words}")


def _unique(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    if rule.value and isinstance(value, list):
        for at, item in enumerate(value):
            if any(same(item, other) for other in value[:at]):
                yield _broken(rule, shown(item), f"{path} holds {shown(item)} twice; its items must differ")
                return


def _items(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    if isinstance(value, list):
        for at, item in enumerate(value):
            yield from checker.violations(rule.value, item, f"{path}[{at}]")


def _properties(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    if isinstance(value, Mapping):
        for name, place in rule.value.items():
            if name in value:
                yield from checker.violations(place, value[name], checker.inside(path, name))


def _required(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    if isinstance(value, Mapping):
        for name in rule.value:
            if name not in value:
                yield _broken(rule, None, f"{checker.inside(path, name)} must be given")


def _additional(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    if not isinstance(value, Mapping):
        return
    named = {name for other in checker.rules[rule.place] if other.keyword == "properties" for name in other.value}
    for name, entry in value.items():
        if name in named:
            continue
        where = checker.inside(path, name)
        if rule.value is False:
            known = f"; it may hold {', '.join(sorted(named))}" if named else ""
            yield _broken(rule, shown(name), f"{where} is not documented, and nothing else may be sent{known}")
        else:
            yield from checker.violations(rule.value, entry, where)


def _all_of(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    for place in rule.value:
        yield from checker.violations(place, value, path)


def _any_of(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    found = [list(checker.violations(place, value, path)) for place in rule.value]
    if all(found):
        words = "; or ".join(dict.fromkeys(violations[0].message for violations in found))
        yield _broken(rule, shown(value), words)


def _one_of(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    fitting = [place for place in rule.value if not checker.breaks(place, value)]
    if not fitting:
        yield from _any_of(checker, rule, value, path)
    elif len(fitting) > 1:
        yield _broken(rule, shown(value), f"{path} fits {len(fitting)} of the alternatives, and may fit one alone")


def _not(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    if not checker.breaks(rule.value, value):
        yield _broken(rule, shown(value), f"{path} {shown(value)} is what it must not be")


def _reference(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    yield from checker.violations(rule.value, value, path)


def _supported(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    if rule.value is False:
        of = f" with {rule.when}" if rule.when else ""
        yield _broken(rule, shown(value), f"{path} may not be sent{of}; leave it out")


def _size(checker: Checker, rule: Constraint, value: Any, path: str) -> Iterator[Violation]:
    if isinstance(value, str) and (sizes := checker.sizes(rule.place)) is not None:
        yield from violations(sizes, value)


def _broken(rule: Constraint, value: Any, message: str) -> Violation:
    return Violation(rule.keyword, value, rule.value, rule.sentence, message)


_CHECKS: Final[Mapping[str, Check]] = {
    "$ref": _reference,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "minLength": _limit(str, len, _at_least, "has {} characters", "at least"),
    "maxLength": _limit(str, len, _at_most, "has {} characters", "at most"),
    "minItems": _limit(list, len, _at_least, "has {} items", "at least"),
    "maxItems": _limit(list, len, _at_most, "has {} items", "at most"),
    "minProperties": _limit(Mapping, len, _at_least, "has {} entries", "at least"),
    "maxProperties": _limit(Mapping, len, _at_most, "has {} entries", "at most"),
    "minimum": _limit((int, float), _itself, _at_least, "is {}", "at least"),
    "maximum": _limit((int, float), _itself, _at_most, "is {}", "at most"),
    "exclusiveMinimum": _limit((int, float), _itself, lambda one, other: bool(one > other), "is {}", "more than"),
    "exclusiveMaximum": _limit((int, float), _itself, lambda one, other: bool(one < other), "is {}", "less than"),
    "multipleOf": _multiple,
    "pattern": _pattern,
    "format": _format,
    "uniqueItems": _unique,
    "items": _items,
    "properties": _properties,
    "required": _required,
    "additionalProperties": _additional,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "supported": _supported,
    "recommended": _size,
}
"""By keyword. What else a constraint may say, such as a default, allows any value."""
KEYWORDS: Final = frozenset({*_CHECKS, "nullable"})
"""What the checker knows of JSON Schema, and the words of its own."""
