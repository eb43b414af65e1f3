"""Follows JSON pointers and the `$ref` of a document: the one place where a place in it is read or written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

MISSING: Final = object()
"""What stands where nothing does; None is a value of JSON."""


def pointer(*steps: str | int) -> str:
    """Return the JSON pointer of a place, such as ``#/paths/~1images/post``."""
    return "#" + "".join(f"/{escaped(step)}" for step in steps)


def escaped(step: object) -> str:
    """Return one step of a JSON pointer as it stands in one."""
    return str(step).replace("~", "~0").replace("/", "~1")


def steps_of(reference: str) -> list[str]:
    """Return the steps of a pointer or local reference, with or without its ``#``, as they stand in the document."""
    _, *steps = unquote(reference.removeprefix("#")).split("/")
    return [step.replace("~1", "/").replace("~0", "~") for step in steps]


def at(document: Any, reference: str) -> Any:
    """Return what stands at the place of a pointer or local reference; MISSING where nothing does."""
    node = document
    for step in steps_of(reference):
        if isinstance(node, Mapping):
            node = node.get(step, MISSING)
        elif isinstance(node, list) and step.isascii() and step.isdigit() and int(step) < len(node):
            node = node[int(step)]
        else:
            return MISSING
    return node


def resolved(document: Mapping[str, Any], node: object) -> Mapping[str, Any]:
    """Follow the local references of a node; one to elsewhere, to nothing or to itself leads to an empty mapping."""
    return located(document, node, "")[0]


def located(document: Mapping[str, Any], node: object, place: str) -> tuple[Mapping[str, Any], str]:
    """Follow the references of a node at a place likewise; return what they lead to, and its place."""
    followed: set[str] = set()
    while isinstance(node, Mapping) and isinstance(reference := node.get("$ref"), str):
        if not reference.startswith("#") or reference in followed:
            return {}, place
        followed.add(reference)
        node, place = at(document, reference), unquote(reference.removeprefix("#"))
    return as_mapping(node), place


def references(root: Any) -> Iterator[str]:
    """Yield every `$ref` that is text, wherever it stands, an example included."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            if isinstance(reference := node.get("$ref"), str):
                yield reference
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def as_mapping(value: object) -> Mapping[str, Any]:
    """Return the value if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: object) -> list[Any]:
    """Return the value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []
