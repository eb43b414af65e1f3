"""Refuses a document that leads elsewhere, asks for what the client cannot do, or is more than it looks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from scripts.source.failure import PipelineError
from scripts.source.quoting import quote
from scripts.source.references import as_list, as_mapping, at, references, resolved
from scripts.source.selection import METHODS, operations_of

# What the OpenAPI Specification allows, and RFC 3986: parameters in braces, and no way up.
_COMPONENT = re.compile(r"[A-Za-z0-9._-]+")
_PATH = re.compile(r"(/((?!\.{1,2}(/|$))[A-Za-z0-9._~!$&'()*+,;=:@%-]|\{[^{}/?#\s]+\})*)+")
_BESIDE_OPERATIONS = ("summary", "description", "servers", "parameters")
_LONGEST_NAME = 100
# A generator puts schemas in the place of references, so that a few lines can stand for a million. Z.AI's has 220.
_MOST_EXPANDED = 10_000
_DEEPEST_EXPANDED = 300
_MOST_VALUES = 5_000


def screen(document: Mapping[str, Any]) -> None:
    """Check what later steps rely on and a stranger decides.

    Args:
        document: The OpenAPI document, parsed.

    Raises:
        PipelineError: It refers to another document, has no https server, or has an operation with a server of its own.
            It is secured by anything but a bearer token. Or a path, component, tag or operation has a name that the
            specification forbids.
    """
    if _values(document) > _MOST_VALUES:
        raise PipelineError(
            f"the document has more than {_MOST_VALUES} keys and values; name the operations that are wanted in "
            'openapi/provenance.toml: operations = ["GET /models"]'
        )
    if not str(document.get("openapi", "")).startswith("3."):
        raise PipelineError("the document must say that it is OpenAPI 3: `openapi: 3.0.1`")
    info = document.get("info")
    if not isinstance(info, Mapping) or not all(isinstance(info.get(name), str) for name in ("title", "version")):
        raise PipelineError("the document must have `info` with `title` and `version`, both text")
    _screen_server(document)
    for kind, names in as_mapping(document.get("components")).items():
        for name in as_mapping(names):
            _screen_name(name, f"components/{kind}", _COMPONENT)
    for path, item in as_mapping(document.get("paths")).items():
        _screen_name(path, "paths", _PATH, longest=4 * _LONGEST_NAME)
        _screen_path(document, as_mapping(item), path)
    for path, method, item in operations_of(document):
        _screen_operation(document, as_mapping(item[method]), f"{method.upper()} {path}")
    for reference in references(document):
        _screen_reference(document, reference)
    _weigh(document, document, {}, 0)


def _screen_server(document: Mapping[str, Any]) -> None:
    address = _first_server(document)
    try:
        parts = urlsplit(address) if isinstance(address, str) else None
        usable = parts is not None and parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        usable = False
    # The client sends its key there.
    if not usable or not re.fullmatch(r"[!-~]+", str(address)) or re.search(r"[?#{}\\\"'<>^`|]", str(address)):
        raise PipelineError(f"the first server must be a plain https address, not {quote(address)}")


def _first_server(node: Mapping[str, Any]) -> Any:
    return as_mapping(next(iter(as_list(node.get("servers"))), None)).get("url")


def _screen_path(document: Mapping[str, Any], item: Mapping[str, Any], path: str) -> None:
    # What is passed over here nobody would miss: an operation behind a reference, or under a method not known.
    if unknown := [key for key in item if key not in (*METHODS, *_BESIDE_OPERATIONS) and not key.startswith("x-")]:
        raise PipelineError(f"the path {path} has {quote(unknown[0], 80)}, which is no method that the client can send")
    _screen_own_server(document, item, f"the path {path}")


def _screen_operation(document: Mapping[str, Any], operation: Mapping[str, Any], where: str) -> None:
    if "operationId" in operation:
        _screen_name(operation["operationId"], f"the operationId of {where}")
    tags = operation.get("tags", [])
    for tag in tags if isinstance(tags, list) else [tags]:
        _screen_name(tag, f"the tags of {where}")
    _screen_own_server(document, operation, where)
    _screen_security(document, operation, where)


def _screen_own_server(document: Mapping[str, Any], node: Mapping[str, Any], where: str) -> None:
    if "servers" in node and _first_server(node) != _first_server(document):
        raise PipelineError(
            f"{where} has `servers` of its own, {quote(_first_server(node), 200)}; the client sends every operation to "
            f"the first server of the document, {quote(_first_server(document), 200)}"
        )


def _screen_security(document: Mapping[str, Any], operation: Mapping[str, Any], where: str) -> None:
    """Refuse an operation for which an API key sent as a bearer token is not enough."""
    stated = operation.get("security", document.get("security", []))
    schemes = as_mapping(as_mapping(document.get("components")).get("securitySchemes"))

    def is_enough(requirement: object) -> bool:
        named = [resolved(document, schemes.get(name)) for name in as_mapping(requirement)]
        return isinstance(requirement, Mapping) and all(
            scheme.get("type") == "http" and str(scheme.get("scheme")).lower() == "bearer" for scheme in named
        )

    if not isinstance(stated, list) or (stated and not any(map(is_enough, stated))):
        raise PipelineError(
            f"{where} is secured by {quote(stated, 200)}; the client can send its key as a bearer token alone "
            "(a security scheme with `type: http` and `scheme: bearer`)"
        )


def _screen_name(name: object, where: str, form: re.Pattern[str] | None = None, longest: int = _LONGEST_NAME) -> None:
    if not isinstance(name, str) or not 0 < len(name) <= longest:
        raise PipelineError(f"{where}: {quote(name, 100)} is not a name of 1 to {longest} characters")
    if form is not None and not form.fullmatch(name):
        raise PipelineError(f"{where}: {quote(name, 100)} is not a name that the OpenAPI Specification allows there")


def _screen_reference(document: Mapping[str, Any], reference: str) -> None:
    if not reference.startswith("#/"):
        raise PipelineError(f"$ref {quote(reference)} leads out of the document; put what it refers to into it")
    if not isinstance(node := at(document, reference), Mapping):
        raise PipelineError(f"$ref {quote(reference)} leads to nothing that could stand in its place")
    if "$ref" in node:
        raise PipelineError(f"$ref {quote(reference)} leads to another $ref; let it lead to what that one refers to")


def _weigh(document: Mapping[str, Any], node: Any, known: dict[str, int], depth: int) -> int:
    """Count the values under a node with every reference replaced by what it refers to, once within itself."""
    if depth > _DEEPEST_EXPANDED:
        raise PipelineError(f"schemas refer to one another through more than {_DEEPEST_EXPANDED} levels")
    children: list[Any] = []
    if isinstance(node, Mapping) and isinstance(reference := node.get("$ref"), str):
        if reference not in known:
            known[reference] = 1
            known[reference] = _weigh(document, at(document, reference), known, depth + 1)
        return known[reference]
    if isinstance(node, Mapping):
        children = list(node.values())
    elif isinstance(node, list):
        children = node
    weight = 1 + sum(_weigh(document, child, known, depth + 1) for child in children)
    if weight > _MOST_EXPANDED:
        raise PipelineError(f"with its references followed the document has more than {_MOST_EXPANDED} values")
    return weight


def _values(document: Mapping[str, Any]) -> int:
    count = 0
    waiting: list[Any] = [document]
    while waiting:
        node = waiting.pop()
        count += 2 * len(node) if isinstance(node, Mapping) else len(node)
        children = node.values() if isinstance(node, Mapping) else node
        waiting += [child for child in children if isinstance(child, Mapping | list)]
    return count
