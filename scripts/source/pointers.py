"""Finds the parts of a document by JSON pointers, and what their ``$ref`` lead to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.source.failure import PipelineError


def below(pointer: str, *steps: str | int) -> str:
    """Return the pointer to a part of the part that a pointer leads to."""
    return pointer + "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


def steps(pointer: str) -> list[str]:
    """Return the names along a pointer, from the outermost."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def at(document: Any, pointer: str) -> Any:
    """Return what a pointer leads to.

    Raises:
        PipelineError: It leads to nothing.
    """
    node = document
    for step in steps(pointer):
        if isinstance(node, Mapping) and step in node:
            node = node[step]
        elif isinstance(node, list) and step.isascii() and step.isdecimal() and int(step) < len(node):
            node = node[int(step)]
        else:
            raise PipelineError(f"{'#' + pointer!a} leads to nothing in the document")
    return node


def followed(document: Any, pointer: str) -> str:
    """Return where the part that a pointer leads to really is: behind its ``$ref``, if it is one.

    Raises:
        PipelineError: A reference leads to nothing, out of the document, or back to itself.
    """
    seen = []
    while isinstance(node := at(document, pointer), Mapping) and isinstance(reference := node.get("$ref"), str):
        if pointer in seen:
            raise PipelineError(f"the reference {reference!a} leads back to itself")
        if not reference.startswith("#"):
            raise PipelineError(f"$ref {reference!a} leads out of the document; put what it refers to into it")
        seen.append(pointer)
        pointer = reference.removeprefix("#")
    return pointer
