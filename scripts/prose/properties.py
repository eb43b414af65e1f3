"""Finds every property of every request and answer of a document, and the schemas that make it up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

from attrs import evolve, frozen

from scripts.source.references import as_list, as_mapping, below, located
from scripts.source.selection import METHODS

Schema: TypeAlias = Mapping[str, Any]
Part: TypeAlias = tuple[Schema, str]
"""A schema and its place in the document, a JSON pointer."""
Side: TypeAlias = Literal["request", "answer"]

COMBINED = ("allOf", "oneOf", "anyOf")


@frozen
class Property:
    """A property or parameter; also the items of an array, and a body as a whole."""

    place: str
    """Where its schema stands, or a reference to it."""
    name: str
    """As it is sent; that of the array for its items, empty for a body."""
    side: Side
    path: str
    """That of the operation."""
    parts: tuple[Part, ...]
    """Its schema with references followed, and those that are combined in it."""
    models: tuple[str, ...] = ()
    """The models that its request may name; none where no model is named."""
    required: bool = False
    """Whether it must be there."""
    status: str = ""
    """Of the answer; empty for a request."""

    @property
    def where(self) -> str:
        """Which request or answer, for people."""
        return f"{'request to' if self.side == 'request' else 'answer of'} {self.path}"

    def first(self, keyword: str) -> Any:
        """Return what the first of its schemas with a keyword says; None where none has it."""
        return next((schema[keyword] for schema, _ in self.parts if keyword in schema), None)

    def is_type(self, *types: str) -> bool:
        """Whether its values may be of one of these JSON types, as far as its schemas tell."""
        declared = self.first("type")
        return declared is None or any(
            kind in types for kind in ([declared] if isinstance(declared, str) else declared)
        )


def makes_images(path: str) -> bool:
    """Whether the operations of a path make images: it has a segment ``images``."""
    return "images" in path.split("/")


def properties(document: Mapping[str, Any]) -> list[Property]:
    """Return every property of the document's operations, each place once, in the document's order."""
    found: dict[str, Property] = {}
    # A list and not recursion: a document that refers to itself must come to an end.
    waiting = list(reversed(list(_roots(document))))
    while waiting:
        node, prop = waiting.pop()
        if prop.place not in found:
            found[prop.place] = prop = evolve(prop, parts=(*prop.parts, *_parts(document, node, prop.place)))
            waiting += reversed(list(_children(document, prop)))
    return list(found.values())


_Waiting: TypeAlias = tuple[object, Property]
"""A schema or a reference to one, and its property without the parts that are in it."""


def _roots(document: Mapping[str, Any]) -> Iterator[_Waiting]:
    for path, item in as_mapping(document.get("paths")).items():
        item_place = below("/paths", path)
        for method, operation in as_mapping(item).items():
            if method not in METHODS:
                continue
            place, operation = f"{item_place}/{method}", as_mapping(operation)
            for owner, at in ((as_mapping(item), item_place), (operation, place)):
                for number, parameter in enumerate(as_list(owner.get("parameters"))):
                    yield _of_parameter(document, parameter, f"{at}/parameters/{number}", path)
            yield from _of_content(document, operation.get("requestBody"), f"{place}/requestBody", path)
            for status, response in as_mapping(operation.get("responses")).items():
                yield from _of_content(document, response, below(place, "responses", status), path, str(status))


def _of_parameter(document: Mapping[str, Any], parameter: object, place: str, path: str) -> _Waiting:
    found, place = located(document, parameter, place)
    # It is described beside its schema.
    described = ({key: value for key, value in found.items() if key != "schema"}, place)
    required = found.get("required") is True
    return found.get("schema"), Property(
        f"{place}/schema", str(found.get("name")), "request", path, (described,), required=required
    )


def _of_content(
    document: Mapping[str, Any], body: object, place: str, path: str, status: str = ""
) -> Iterator[_Waiting]:
    found, place = located(document, body, place)
    whole = Property("", "", "answer" if status else "request", path, (), status=status)
    for kind, media in as_mapping(found.get("content")).items():
        yield as_mapping(media).get("schema"), evolve(whole, place=below(place, "content", kind, "schema"))
    for name, header in as_mapping(found.get("headers")).items():
        node, at = located(document, header, below(place, "headers", name))
        yield node.get("schema"), evolve(whole, place=f"{at}/schema", name=str(name))


def _parts(document: Mapping[str, Any], node: object, place: str) -> tuple[Part, ...]:
    found: dict[str, Schema] = {}
    waiting = [(node, place)]
    while waiting:
        schema, at = located(document, *waiting.pop())
        if at in found or not schema:
            continue
        found[at] = schema
        waiting += [
            (part, f"{at}/{key}/{number}")
            for key in reversed(COMBINED)
            for number, part in reversed(list(enumerate(as_list(schema.get(key)))))
        ]
    return tuple((schema, at) for at, schema in found.items())


def _children(document: Mapping[str, Any], parent: Property) -> Iterator[_Waiting]:
    models = parent.models
    for schema, _ in parent.parts:
        model, _ = located(document, as_mapping(schema.get("properties")).get("model"), "")
        listed = [name for name in as_list(model.get("enum")) if isinstance(name, str)]
        models = tuple(listed) or models
    required = {name for schema, _ in parent.parts for name in as_list(schema.get("required")) if isinstance(name, str)}
    within = evolve(parent, parts=(), models=models)
    for schema, place in parent.parts:
        for name, child in as_mapping(schema.get("properties")).items():
            at = below(place, "properties", name)
            yield child, evolve(within, place=at, name=str(name), required=name in required)
        for key in ("items", "additionalProperties"):
            if isinstance(schema.get(key), Mapping):
                yield schema[key], evolve(within, place=f"{place}/{key}", required=False)
