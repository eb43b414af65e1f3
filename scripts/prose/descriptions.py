"""Finds the descriptions that hold the promises: what image requests take and what answers with images hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from attrs import frozen

from scripts.source.failure import PipelineError
from scripts.source.references import escaped, located

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
    place: str = ""
    """A JSON pointer to its schema."""

    @property
    def description(self) -> str:
        """Its description; empty where it has none."""
        text = self.schema.get("description", "")
        if not isinstance(text, str):
            raise PipelineError(f"{self.where}: the description is not text")
        return text


@frozen
class ImageRequest:
    """What one operation that makes images takes."""

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
    for path, operation, at in _placed_operations(document):
        if makes_images(path):
            where = f"request to {path}"
            schemas = _contents(document, operation.get("requestBody"), f"{at}/requestBody")
            properties = [prop for schema, place in schemas for prop in _properties(document, schema, place, where)]
            found.append(ImageRequest(where, tuple(properties)))
    return found


def makes_images(path: str) -> bool:
    """Whether the operations of a path make images: it has a segment ``images``."""
    return "images" in path.split("/")


def answer_properties(document: Mapping[str, Any]) -> Iterator[Property]:
    """Yield every property of every successful answer, those of nested objects and array items included."""
    for path, operation, at in _placed_operations(document):
        for status, response in _mapping(operation.get("responses")).items():
            if str(status).startswith("2"):
                for schema, place in _contents(document, response, f"{at}/responses/{escaped(status)}"):
                    yield from _properties(document, schema, place, f"answer of {path}")


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every operation of the document with its path."""
    for path, operation, _ in _placed_operations(document):
        yield path, operation


def _placed_operations(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    for path, item in _mapping(document.get("paths")).items():
        for method, operation in _mapping(item).items():
            if method in _METHODS:
                yield str(path), _mapping(operation), f"/paths/{escaped(path)}/{method}"


def _contents(document: Mapping[str, Any], body: object, place: str) -> list[tuple[object, str]]:
    found, at = located(document, body, place)
    return [
        (_mapping(media).get("schema"), f"{at}/content/{escaped(kind)}/schema")
        for kind, media in _mapping(found.get("content")).items()
    ]


def _properties(document: Mapping[str, Any], root: object, place: str, where: str) -> Iterator[Property]:
    # A list and not recursion: a document of a million levels, or one that refers to itself, must come to an end.
    waiting: list[tuple[tuple[str, ...], object, str]] = [((), root, place)]
    seen: set[int] = set()
    while waiting:
        path, unresolved, at = waiting.pop()
        schema, at = located(document, unresolved, at)
        if path and path[-1] != "[]":
            yield Property(path, f"{'.'.join(path).replace('.[]', '[]')} in the {where}", schema, at)
        if id(schema) in seen:
            continue
        seen.add(id(schema))
        parts = [
            (path, part, f"{at}/{key}/{number}")
            for key in COMBINED
            for number, part in enumerate(_list(schema.get(key)))
        ]
        parts += [
            ((*path, str(name)), part, f"{at}/properties/{escaped(name)}")
            for name, part in _mapping(schema.get("properties")).items()
        ]
        if "items" in schema:
            parts.append(((*path, "[]"), schema["items"], f"{at}/items"))
        waiting += reversed(parts)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


# What the array of images is called: in a direct answer, and in that of a finished task.
_IMAGES = ("data", "image_result")


def is_image_link(prop: Property) -> bool:
    """Whether a property of an answer is the link of an image."""
    return len(prop.path) > 2 and prop.path[-3] in _IMAGES and prop.path[-2:] == ("[]", "url")


def holds_images(prop: Property, answers: Sequence[Property]) -> bool:
    """Whether a property of an answer is the array of images."""
    return any(is_image_link(other) and other.path[:-2] == prop.path for other in answers)


def is_severity_level(prop: Property) -> bool:
    """Whether a property of an answer is a severity level of the content filter."""
    return prop.path[-3:] == ("content_filter", "[]", "level")
