"""Finds the descriptions that hold the promises: what image requests take and what answers with pictures hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from attrs import frozen

from scripts.prose.statements import RulesError
from scripts.source.references import resolved

Schema: TypeAlias = Mapping[str, Any]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
COMBINED = ("allOf", "oneOf", "anyOf")


@frozen
class Property:
    """A property of a request or an answer."""

    path: tuple[str, ...]
    """The names that lead to it from the body, ``[]`` for an item of an array."""
    where: str
    """Where it stands, for people."""
    schema: Schema

    @property
    def description(self) -> str:
        """Its description; empty where it has none."""
        text = self.schema.get("description", "")
        if not isinstance(text, str):
            raise RulesError(f"{self.where}: the description is not text")
        return text


@frozen
class ImageRequest:
    """What one operation that makes pictures takes."""

    where: str
    """Which operation, for people."""
    properties: tuple[Property, ...]
    """All of the body's, nested ones too."""

    def named(self, name: str) -> list[Property]:
        """Return the body's own property of that name; several where schemas are combined."""
        return [prop for prop in self.properties if prop.path == (name,)]

    @property
    def models(self) -> tuple[str, ...]:
        """The models that its schema lists."""
        listed = [model for prop in self.named("model") for model in _list(prop.schema.get("enum"))]
        return tuple(dict.fromkeys(model for model in listed if isinstance(model, str)))


def image_requests(document: Mapping[str, Any]) -> list[ImageRequest]:
    """Return the request of every operation whose path has a segment ``images``, in the document's order."""
    found = []
    for path, operation in operations(document):
        if makes_pictures(path):
            where = f"request to {path}"
            schemas = _contents(resolved(document, operation.get("requestBody")))
            properties = [prop for schema in schemas for prop in _properties(document, schema, where)]
            found.append(ImageRequest(where, tuple(properties)))
    return found


def makes_pictures(path: str) -> bool:
    """Whether the operations of a path make pictures: it has a segment ``images``."""
    return "images" in path.split("/")


def answer_properties(document: Mapping[str, Any]) -> Iterator[Property]:
    """Yield every property of every successful answer, those of nested objects and array items included."""
    for path, operation in operations(document):
        for status, response in _mapping(operation.get("responses")).items():
            if str(status).startswith("2"):
                for schema in _contents(resolved(document, response)):
                    yield from _properties(document, schema, f"answer of {path}")


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every operation of the document with its path."""
    for path, item in _mapping(document.get("paths")).items():
        for method, operation in _mapping(item).items():
            if method in _METHODS:
                yield str(path), _mapping(operation)


def _contents(body: Mapping[str, Any]) -> list[object]:
    return [_mapping(media).get("schema") for media in _mapping(body.get("content")).values()]


def _properties(document: Mapping[str, Any], root: object, where: str) -> Iterator[Property]:
    # A list and not recursion: a document of a million levels, or one that refers to itself, must come to an end.
    waiting: list[tuple[tuple[str, ...], object]] = [((), root)]
    seen: set[int] = set()
    while waiting:
        path, unresolved = waiting.pop()
        schema = resolved(document, unresolved)
        if path and path[-1] != "[]":
            yield Property(path, f"{'.'.join(path).replace('.[]', '[]')} in the {where}", schema)
        if id(schema) in seen:
            continue
        seen.add(id(schema))
        parts = [(path, part) for key in COMBINED for part in _list(schema.get(key))]
        parts += [((*path, str(name)), part) for name, part in _mapping(schema.get("properties")).items()]
        if "items" in schema:
            parts.append(((*path, "[]"), schema["items"]))
        waiting += reversed(parts)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
