"""Names the places of a document by JSON pointers, finds what stands there, and follows its `$ref`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

from scripts.source.failure import PipelineError
from scripts.source.quoting import quote

MISSING: Final = object()
"""What stands where nothing does; None is a value of JSON."""


def below(place: str, *steps: str | int) -> str:
    """Return the place of a part within the one at a place: ``below("/paths", "/images")`` is ``/paths/~1images``."""
    return place + "".join(f"/{escaped(step)}" for step in steps)


def escaped(step: object) -> str:
    """Return one step of a JSON pointer as it stands in one."""
    return str(step).replace("~", "~0").replace("/", "~1")


def steps_of(reference: str) -> list[str]:
    """Return the steps of a place, or of a local reference, which may be percent-encoded, as the document has them."""
    place = unquote(reference.removeprefix("#")) if reference.startswith("#") else reference
    return [step.replace("~1", "/").replace("~0", "~") for step in place.split("/")[1:]]


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


def part(document: Any, place: str) -> Any:
    """Return what stands at a place.

    Raises:
        PipelineError: Nothing does.
    """
    if (found := at(document, place)) is MISSING:
        raise PipelineError(f"{quote(place, 200)} leads to nothing in the document")
    return found


def followed(document: Any, place: str) -> str:
    """Return where the part at a place really is: behind its `$ref`, if it is one.

    Raises:
        PipelineError: A reference leads to nothing, out of the document, or back to itself.
    """
    seen = []
    while isinstance(node := part(document, place), Mapping) and isinstance(reference := node.get("$ref"), str):
        if place in seen:
            raise PipelineError(f"the reference {quote(reference, 200)} leads back to itself")
        if not reference.startswith("#"):
            raise PipelineError(
                f"$ref {quote(reference, 200)} leads out of the document; put what it refers to into it"
            )
        seen.append(place)
        place = below("", *steps_of(reference))
    return place


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
        node, place = at(document, reference), below("", *steps_of(reference))
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
