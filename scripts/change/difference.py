"""What changed between two revisions of an OpenAPI document, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from scripts.change.changes import Change, Direction, Side, at_least, at_most, change, reworded
from scripts.change.rule_difference import rule_differences
from scripts.prose.statements import sentences
from scripts.rules.constraint import Constraint
from scripts.source.quoting import in_backticks as shown
from scripts.source.references import resolved
from scripts.source.selection import METHODS

_WORDS = {"description", "summary", "title", "example", "examples", "externalDocs", "deprecated", "$comment", "xml"}
_PARTS = ("allOf", "oneOf", "anyOf")
_LIMITS: Final[Mapping[str, Callable[[Any, Any], Direction]]] = {
    **dict.fromkeys(("minimum", "minLength", "minItems", "minProperties"), at_least),
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "maxProperties"), at_most),
}


def differences(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    rules_before: Sequence[Constraint],
    rules_after: Sequence[Constraint],
) -> list[Change]:
    """Return what changed: operations, parameters, properties, enum values, limits, words, and rules of the prose.

    Args:
        before: The OpenAPI document as it was, parsed; its references lead to its own parts.
        after: The document as it is now.
        rules_before: The constraints that its prose stated.
        rules_after: Those that it states now.

    Returns:
        The changes, without repetition. There is at least one where the documents differ.
    """
    found = [*_Comparison(before, after).document(), *rule_differences(rules_before, rules_after)]
    if before != after and not found:
        found = [reworded("the document changed where no operation takes anything from")]
    return list(dict.fromkeys(found))


class _Comparison:
    def __init__(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        self.before = before
        self.after = after
        self.seen: set[tuple[int, int, Side]] = set()

    def document(self) -> Iterator[Change]:
        for key in _keys(self.before, self.after, "paths", "components"):
            old, new = self.before.get(key), self.after.get(key)
            if old != new:
                text = f"{key}: {shown(old)} becomes {shown(new)}"
                words = key in ("info", "tags", "openapi", "externalDocs") or key.startswith("x-")
                # Where the key is sent, and how, is for callers what a changed limit is for a value.
                yield reworded(text) if words else change(text, "request", "changed")
        yield from self.security_schemes()
        old_operations, new_operations = _operations(self.before), _operations(self.after)
        for name in _keys(old_operations, new_operations):
            if name not in new_operations:
                yield change(f"operation {shown(name)} is gone", "request", "dropped")
            elif name not in old_operations:
                yield change(f"operation {shown(name)} is new", "request", "looser")
            else:
                yield from self.operation(name, old_operations[name], new_operations[name])

    def security_schemes(self) -> Iterator[Change]:
        old, new = (
            _mapping(_mapping(side.get("components")).get("securitySchemes")) for side in (self.before, self.after)
        )
        for name in _keys(old, new):
            yield from self.words(f"security scheme {shown(name)}", _mapping(old.get(name)), _mapping(new.get(name)))
            if _meaning(old.get(name)) != _meaning(new.get(name)):
                text = f"security scheme {shown(name)}: {shown(old.get(name))} becomes {shown(new.get(name))}"
                yield change(text, "request", "changed")

    def operation(self, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        where = f"operation {shown(name)}"
        yield from self.words(where, old, new)
        yield from self.parameters(where, old, new)
        yield from self.body(where, old.get("requestBody"), new.get("requestBody"))
        yield from self.responses(where, _mapping(old.get("responses")), _mapping(new.get("responses")))
        for key in _keys(old, new, "parameters", "requestBody", "responses", *_WORDS):
            if old.get(key) != new.get(key):
                text = f"{where}: {shown(key)} {shown(old.get(key))} becomes {shown(new.get(key))}"
                yield reworded(text) if key.startswith("x-") else change(text, "request", "changed")

    def parameters(self, where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        was, now = _parameters(self.before, old), _parameters(self.after, new)
        for key in _keys(was, now):
            place = f"{where}: parameter {shown(key)}"
            if key not in now:
                yield change(f"{place} is gone", "request", "dropped")
            elif key not in was:
                required = now[key].get("required") is True
                text = f"{place} is new and {'must' if required else 'may'} be given"
                yield change(text, "request", "tighter" if required else "looser")
            else:
                yield from self.words(place, was[key], now[key])
                yield from self.flag(place, was[key], now[key])
                yield from self.schema(place, was[key].get("schema"), now[key].get("schema"), "request")

    def body(self, where: str, old: Any, new: Any) -> Iterator[Change]:
        was, now = resolved(self.before, old), resolved(self.after, new)
        yield from self.words(f"{where}: body", was, now)
        yield from self.flag(f"{where}: body", was, now)
        yield from self.media(f"{where}: body", was, now, "request")

    def responses(self, where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        for status in _keys(old, new):
            place = f"{where}: answer {shown(status)}"
            if status not in old or status not in new:
                yield change(f"{place} is {'new' if status in new else 'gone'}", "answer", "changed")
                continue
            was, now = resolved(self.before, old[status]), resolved(self.after, new[status])
            yield from self.words(place, was, now)
            yield from self.media(place, was, now, "answer")

    def media(self, where: str, old: Mapping[str, Any], new: Mapping[str, Any], side: Side) -> Iterator[Change]:
        was, now = _mapping(old.get("content")), _mapping(new.get("content"))
        for kind in _keys(was, now):
            if kind not in was or kind not in now:
                text = f"{where}: media type {shown(kind)} is {'new' if kind in now else 'gone'}"
                yield change(text, side, "looser" if kind in now else "tighter")
                continue
            yield from self.words(where, _mapping(was[kind]), _mapping(now[kind]))
            yield from self.schema(where, _mapping(was[kind]).get("schema"), _mapping(now[kind]).get("schema"), side)

    def schema(self, where: str, old: Any, new: Any, side: Side) -> Iterator[Change]:
        was, now = resolved(self.before, old), resolved(self.after, new)
        if (met := (id(was), id(now), side)) in self.seen:
            return
        self.seen.add(met)
        yield from self.words(where, was, now)
        yield from self.properties(where, was, now, side)
        yield from self.values(where, was, now, side)
        for key in _PARTS:
            yield from self.parts(f"{where}: {key}", was.get(key), now.get(key), side)
        handled = {"properties", "required", "enum", *_PARTS, *_WORDS}
        if "items" in was and "items" in now:
            yield from self.schema(f"{where}, each item", was["items"], now["items"], side)
            handled.add("items")
        for key in _keys(was, now, *handled):
            if was.get(key) != now.get(key):
                text = f"{where}: {shown(key)} {_becomes(was.get(key), now.get(key))}"
                direction = _LIMITS[key](was.get(key), now.get(key)) if key in _LIMITS else "changed"
                yield reworded(text) if key.startswith("x-") else change(text, side, direction)

    def properties(self, where: str, old: Mapping[str, Any], new: Mapping[str, Any], side: Side) -> Iterator[Change]:
        was, now = _mapping(old.get("properties")), _mapping(new.get("properties"))
        must, must_now = _names(old.get("required")), _names(new.get("required"))
        for name in _keys(was, now):
            place = f"{where}: property {shown(name)}"
            if name not in now:
                yield change(f"{place} is gone", side, "dropped")
            elif name not in was:
                required = name in must_now
                text = f"{place} is new and {'must' if required else 'may'} be there"
                yield change(text, side, "tighter" if required else "open")
            else:
                yield from self.schema(place, was[name], now[name], side)
        for name in dict.fromkeys([*must, *must_now]):
            # That of a property which is new or gone has been said.
            if (name in must) != (name in must_now) and (name in was) == (name in now):
                says = "must now" if name in must_now else "need no longer"
                text = f"{where}: property {shown(name)} {says} be there"
                yield change(text, side, "tighter" if name in must_now else "looser")

    def values(self, where: str, old: Mapping[str, Any], new: Mapping[str, Any], side: Side) -> Iterator[Change]:
        was, now = old.get("enum"), new.get("enum")
        if not isinstance(was, list) or not isinstance(now, list):
            if was != now:
                text = f"{where}: the list of values {_becomes(was, now)}"
                yield change(text, side, "tighter" if was is None else "looser" if now is None else "changed")
            return
        for value in [value for value in was if value not in now]:
            yield change(f"{where}: value {shown(value)} is gone", side, "tighter")
        for value in [value for value in now if value not in was]:
            yield change(f"{where}: value {shown(value)} is new", side, "open")
        if was != now and sorted(map(str, was)) == sorted(map(str, now)):
            yield reworded(f"{where}: the values stand in another order")

    def parts(self, where: str, old: Any, new: Any, side: Side) -> Iterator[Change]:
        was, now = (value if isinstance(value, list) else [] for value in (old, new))
        if len(was) != len(now):
            yield change(f"{where} has {len(now)} parts, where it had {len(was)}", side, "changed")
        for number, (one, other) in enumerate(zip(was, now, strict=False), start=1):
            yield from self.schema(f"{where}, part {number}", one, other, side)

    def flag(self, where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        was, now = old.get("required") is True, new.get("required") is True
        if was != now:
            says = "must now" if now else "need no longer"
            yield change(f"{where} {says} be given", "request", "tighter" if now else "looser")

    def words(self, where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        for key in sorted(_WORDS):
            was, now = old.get(key), new.get(key)
            if was == now:
                continue
            if isinstance(was, str) and isinstance(now, str):
                # Only the sentences that changed.
                had, has = sentences(was), sentences(now)
                was = " ".join(sentence for sentence in had if sentence not in has) or None
                now = " ".join(sentence for sentence in has if sentence not in had) or None
            yield reworded(f"{where}: {key} {_becomes(was, now)}")


def _becomes(was: Any, now: Any) -> str:
    if was is None and now is None:
        return "is arranged differently"
    if was is None:
        return f"has {shown(now)} added"
    if now is None:
        return f"has {shown(was)} taken out"
    return f"{shown(was)} becomes {shown(now)}"


def _operations(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for path, item in _mapping(document.get("paths")).items():
        shared = {key: value for key, value in _mapping(item).items() if key not in METHODS}
        for method, operation in _mapping(item).items():
            if method in METHODS:
                own = _mapping(operation)
                parameters = [*_list(shared.get("parameters")), *_list(own.get("parameters"))]
                found[f"{method.upper()} {path}"] = {**shared, **own, "parameters": parameters}
    return found


def _parameters(document: Mapping[str, Any], operation: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    found = [resolved(document, parameter) for parameter in operation["parameters"]]
    return {f"{parameter.get('name')} in {parameter.get('in')}": parameter for parameter in found}


def _meaning(value: Any) -> Any:
    return {key: item for key, item in value.items() if key not in _WORDS} if isinstance(value, Mapping) else value


def _keys(old: Mapping[str, Any], new: Mapping[str, Any], *without: str) -> list[str]:
    return [key for key in dict.fromkeys([*old, *new]) if key not in without]


def _names(value: Any) -> list[str]:
    return [name for name in _list(value) if isinstance(name, str)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
