"""Compares two schemas, keyword by keyword, and tells in words what changed and for whom it breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from scripts.change.effects import Change, Direction, Side, change, reworded
from scripts.change.keywords import direction
from scripts.prose.cutting import sentences, spaced
from scripts.rules.constraint import ANNOTATIONS
from scripts.source.quoting import in_backticks as shown
from scripts.source.references import MISSING, as_list, as_mapping, resolved

_MORE_PARTS: Final[Mapping[str, tuple[Direction, Direction]]] = {
    "allOf": ("tighter", "looser"),
    "oneOf": ("looser", "tighter"),
    "anyOf": ("looser", "tighter"),
}
# Schemas within a schema that narrow it just as they are narrowed themselves.
_WITHIN: Final = {"items": "each item", "additionalProperties": "each property that is not listed"}


class SchemaComparison:
    """The schemas of two revisions of a document."""

    def __init__(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Compare schemas of the document ``before`` with those of the document ``after``."""
        self._before = before
        self._after = after
        self._seen: set[tuple[int, int, Side]] = set()

    def compare(self, where: str, old: Any, new: Any, side: Side) -> Iterator[Change]:
        """Yield what changed between two schemas, references followed, each pair of them once."""
        was, now = resolved(self._before, old), resolved(self._after, new)
        if (met := (id(was), id(now), side)) in self._seen:
            return
        self._seen.add(met)
        yield from words(where, was, now)
        yield from self._properties(where, was, now, side)
        handled = {"properties", "required", *ANNOTATIONS}
        if isinstance(was.get("enum"), list) and isinstance(now.get("enum"), list):
            yield from _values(where, was["enum"], now["enum"], side)
            handled.add("enum")
        for key, name in _WITHIN.items():
            if isinstance(was.get(key), Mapping) and isinstance(now.get(key), Mapping):
                yield from self.compare(f"{where}, {name}", was[key], now[key], side)
                handled.add(key)
        for key in _MORE_PARTS:
            if isinstance(was.get(key), list) and isinstance(now.get(key), list):
                yield from self._parts(where, key, was[key], now[key], side)
                handled.add(key)
        yield from others(where, was, now, side, handled)

    def _properties(self, where: str, old: Mapping[str, Any], new: Mapping[str, Any], side: Side) -> Iterator[Change]:
        was, now = as_mapping(old.get("properties")), as_mapping(new.get("properties"))
        must, must_now = _names(old.get("required")), _names(new.get("required"))
        for name in keys_of(was, now):
            place = f"{where}: property {shown(name)}"
            if name not in now:
                yield change(f"{place} is gone", side, "dropped")
            elif name not in was:
                required = name in must_now
                text = f"{place} is new and {'must' if required else 'may'} be there"
                yield change(text, side, "tighter" if required else "open")
            else:
                yield from self.compare(place, was[name], now[name], side)
        for name in dict.fromkeys([*must, *must_now]):
            # That of a property which is new or gone has been said.
            if (name in must) != (name in must_now) and (name in was) == (name in now):
                says = "must now" if name in must_now else "need no longer"
                text = f"{where}: property {shown(name)} {says} be there"
                yield change(text, side, "tighter" if name in must_now else "looser")

    def _parts(self, where: str, key: str, was: list[Any], now: list[Any], side: Side) -> Iterator[Change]:
        if len(was) != len(now):
            text = f"{where}: {key} has {len(now)} parts, where it had {len(was)}"
            more, fewer = _MORE_PARTS[key]
            # Which part came or went can be told only where the others stand as they stood.
            kept = was == now[: len(was)] or now == was[: len(now)]
            yield change(text, side, ("changed" if not kept else more if len(now) > len(was) else fewer))
        for number, (one, other) in enumerate(zip(was, now, strict=False), start=1):
            yield from self.compare(f"{where}: {key}, part {number}", one, other, side)


def _values(where: str, was: list[Any], now: list[Any], side: Side) -> Iterator[Change]:
    for value in [value for value in was if value not in now]:
        yield change(f"{where}: value {shown(value)} is gone", side, "tighter")
    for value in [value for value in now if value not in was]:
        yield change(f"{where}: value {shown(value)} is new", side, "open")
    if was != now and sorted(map(str, was)) == sorted(map(str, now)):
        yield reworded(f"{where}: the values stand in another order")


def words(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Yield what changed of the words of an object, of sentences only those that differ."""
    for key in sorted(ANNOTATIONS):
        was, now = old.get(key, MISSING), new.get(key, MISSING)
        if was == now:
            continue
        if isinstance(was, str) and isinstance(now, str):
            had, has = (list(map(spaced, sentences(text))) for text in (was, now))
            was = " ".join(sentence for sentence in had if sentence not in has) or MISSING
            now = " ".join(sentence for sentence in has if sentence not in had) or MISSING
        yield reworded(f"{where}: {key} {becomes(was, now)}")


def others(
    where: str, old: Mapping[str, Any], new: Mapping[str, Any], side: Side, handled: set[str] | frozenset[str]
) -> Iterator[Change]:
    """Yield what changed of every keyword that is not handled elsewhere, so that none goes unseen."""
    for key in keys_of(old, new):
        was, now = old.get(key, MISSING), new.get(key, MISSING)
        if key not in handled and was != now:
            yield change(f"{where}: {shown(key)} {becomes(was, now)}", side, direction(key, was, now, side))


def becomes(was: Any, now: Any) -> str:
    """Return in words how a value became another; MISSING is none."""
    if was is MISSING and now is MISSING:
        return "is arranged differently"
    if was is MISSING:
        return f"has {shown(now)} added"
    if now is MISSING:
        return f"has {shown(was)} taken out"
    return f"{shown(was)} becomes {shown(now)}"


def keys_of(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return the keys of either, in order."""
    return list(dict.fromkeys([*old, *new]))


def _names(value: Any) -> list[str]:
    return [name for name in as_list(value) if isinstance(name, str)]
