"""Keeps of a document the operations that are wanted, and of its components those that they lead to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scripts.source.failure import PipelineError
from scripts.source.quoting import shown
from scripts.source.references import as_list, as_mapping, below, references, steps_of

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def operations_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield path, method and path item of every operation, in the document's order."""
    for path, item in as_mapping(document.get("paths")).items():
        for method in as_mapping(item):
            if method in METHODS:
                yield path, method, item


def selected(document: Mapping[str, Any], wanted: Sequence[str]) -> dict[str, Any]:
    """Return the document with the wanted operations alone.

    Args:
        document: The OpenAPI document, parsed.
        wanted: Operations such as ``POST /paas/v4/images/generations``; all where there is none.

    Raises:
        PipelineError: One that is wanted is not in the document.
    """
    if not wanted:
        return dict(document)
    found = {f"{method.upper()} {path}": (path, method) for path, method, _ in operations_of(document)}
    for name in wanted:
        if name not in found:
            raise PipelineError(
                f"openapi/provenance.toml wants the operation {shown(name, 200)}, which the document does not have"
            )
    paths: dict[str, dict[str, Any]] = {}
    for name, (path, method) in found.items():
        if name in wanted:
            item = document["paths"][path]
            shared = {key: value for key, value in item.items() if key not in METHODS}
            paths.setdefault(path, shared)[method] = item[method]
    rest = {key: value for key, value in document.items() if key not in ("paths", "components", "tags")}
    tags = {tag for path, method, item in operations_of({"paths": paths}) for tag in _tags(item[method])}
    parts = rest | {
        "paths": paths,
        "components": _reached(document, {**rest, "paths": paths}),
        "tags": [tag for tag in as_list(document.get("tags")) if as_mapping(tag).get("name") in tags],
    }
    return {key: parts[key] for key in document if parts[key] or key not in ("components", "tags")}


def _reached(document: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the components that the operations lead to, in the document's order."""
    components = as_mapping(document.get("components"))
    reached: set[tuple[str, str]] = set()
    waiting: list[Any] = [result]
    while waiting:
        node = waiting.pop()
        for place in [*references(node), *_named(node)]:
            steps = steps_of(place)
            if steps[:1] == ["components"] and len(steps) >= 3 and (key := (steps[1], steps[2])) not in reached:
                reached.add(key)
                waiting.append(as_mapping(components.get(key[0])).get(key[1]))
    return {
        kind: kept
        for kind, named in components.items()
        if (kept := {name: item for name, item in as_mapping(named).items() if (kind, name) in reached})
    }


def _named(root: Any) -> Iterator[str]:
    """Yield the places that a node leads to by a name instead of a `$ref`."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, Mapping):
            waiting += node.values()
            for requirement in as_list(node.get("security")):
                yield from (below("/components/securitySchemes", name) for name in as_mapping(requirement))
            for target in as_mapping(as_mapping(node.get("discriminator")).get("mapping")).values():
                if isinstance(target, str):
                    yield target if target.startswith("#") else below("/components/schemas", target)


def _tags(operation: object) -> list[Any]:
    return [tag for tag in as_list(as_mapping(operation).get("tags")) if isinstance(tag, str)]
