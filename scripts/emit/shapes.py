"""Works out what each schema of a document is in Python: an annotation, a reader, and a model for each object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import define, field, frozen

from scripts.emit.names import attributes, classes
from scripts.runtime.model import Model
from scripts.source.failure import PipelineError
from scripts.source.quoting import quote
from scripts.source.references import below, followed, part

# By JSON type: annotation and reader. Modules in templates have an underscore in front of their names.
_SCALARS = {
    "string": ("str", "_wire.text"),
    "integer": ("int", "_wire.integer"),
    "number": ("float", "_wire.number"),
    "boolean": ("bool", "_wire.boolean"),
    "null": ("None", "_wire.null"),
}
BUILTINS = frozenset({*(annotation for annotation, _ in _SCALARS.values()), "list", "dict", "bytes"})
"""What annotations name without a module."""


@frozen
class Typed:
    """What a schema is in Python, as code."""

    annotation: str
    reader: str
    accepted: str
    """The annotation of an argument for it, which may be less particular."""
    nullable: bool = False
    """Whether null is one of its values."""


_ANYTHING = Typed("_typing.Any", "_wire.anything", "_typing.Any", nullable=True)


@frozen
class Attribute:
    """A property of a model."""

    name: str
    """In JSON."""
    python_name: str
    typed: Typed
    required: bool
    description: str


@define
class ModelClass:
    """A model."""

    name: str
    description: str
    attributes: Sequence[Attribute] = field(factory=list)


@frozen
class Properties:
    """What an object holds, the parts of its ``allOf`` together."""

    places: Mapping[str, str]
    """By name."""
    required: Sequence[str]
    """Each stands once."""


class Shapes:
    """The schemas of one document, and the models that are made of those which have been asked for."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        components = document.get("components", {}).get("schemas", {})
        self._components = {below("/components/schemas", name): name for name in components}
        # Schemas with a name of their own get theirs before those that are named after where they stand.
        self._names = classes(components)
        self._models: dict[str, ModelClass] = {}
        self._under_way: list[str] = []

    @property
    def models(self) -> list[ModelClass]:
        """The models, in the order in which they were met."""
        return list(self._models.values())

    def schema(self, place: str) -> Mapping[str, Any]:
        """Return the schema at a place, its reference followed."""
        node = part(self._document, followed(self._document, place))
        if isinstance(node, bool):
            return {}
        if not isinstance(node, Mapping):
            raise PipelineError(f"no schema stands at #{place}")
        return node

    def properties(self, place: str) -> Properties | None:
        """Return what an object holds; None for a schema that names no properties."""
        found: dict[str, str] = {}
        required: list[str] = []
        for held in self._parts(place):
            schema = self.schema(held)
            found |= {name: below(held, "properties", name) for name in schema.get("properties", {})}
            required += schema.get("required", [])
        return Properties(found, list(dict.fromkeys(required))) if found else None

    def typed(self, place: str, named: str) -> Typed:
        """Return what a schema is in Python.

        Args:
            place: Where it stands.
            named: What a model made of it is called where it has no name of its own.
        """
        place = followed(self._document, place)
        named = self._components.get(place, named)
        schema = self.schema(place)
        if place in self._models:
            return _with_null(_model(self._models[place].name), schema)
        if place in self._under_way:
            # A schema that holds itself other than as an object is typed no further.
            return _ANYTHING
        self._under_way.append(place)
        try:
            return _with_null(self._typed(place, schema, named), schema)
        finally:
            self._under_way.remove(place)

    def _typed(self, place: str, schema: Mapping[str, Any], named: str) -> Typed:
        kinds = _kinds(schema)
        plain = set(kinds) <= {"object", "null"} and not {"oneOf", "anyOf"} & schema.keys()
        if plain and (held := self.properties(place)) is not None:
            return self._model(place, held, schema, named)
        for keyword in ("oneOf", "anyOf"):
            if keyword in schema:
                parts = range(len(schema[keyword]))
                numbered = [f"{named} {number + 1}" for number in parts]
                return _union([self.typed(below(place, keyword, part), numbered[part]) for part in parts])
        if "allOf" in schema and not kinds:
            typed = [self.typed(below(place, "allOf", part), named) for part in range(len(schema["allOf"]))]
            return next((part for part in typed if part != _ANYTHING), typed[0])
        return _union([self._kind(kind, place, schema, named) for kind in kinds if kind != "null" or len(kinds) == 1])

    def _kind(self, kind: str, place: str, schema: Mapping[str, Any], named: str) -> Typed:
        if kind == "array":
            if not isinstance(schema.get("items"), Mapping):
                return Typed("list[_typing.Any]", "_wire.items(_wire.anything)", "_abc.Sequence[_typing.Any]")
            item = self.typed(below(place, "items"), f"{named} Item")
            return Typed(f"list[{item.annotation}]", f"_wire.items({item.reader})", f"_abc.Sequence[{item.accepted}]")
        if kind == "object":
            if not isinstance(schema.get("additionalProperties"), Mapping):
                return Typed("dict[str, _typing.Any]", "_wire.fields", "_abc.Mapping[str, _typing.Any]")
            entry = self.typed(below(place, "additionalProperties"), f"{named} Entry")
            return Typed(
                f"dict[str, {entry.annotation}]",
                f"_wire.entries({entry.reader})",
                f"_abc.Mapping[str, {entry.accepted}]",
            )
        if kind not in _SCALARS:
            raise PipelineError(f"the schema at #{place} is of the type {quote(kind, 60)}, which JSON has not")
        annotation, reader = _SCALARS[kind]
        if literals := [
            value for value in _values(schema) if _kind_of(value) == kind and kind in ("string", "integer")
        ]:
            annotation = f"_typing.Literal[{', '.join(map(ascii, literals))}] | {annotation}"
        return Typed(annotation, reader, annotation, nullable=kind == "null")

    def _model(self, place: str, held: Properties, schema: Mapping[str, Any], named: str) -> Typed:
        name = self._names[self._components[place]] if place in self._components else self._new_name(named)
        made = self._models[place] = ModelClass(name, _text(schema, "description"))
        python_names = attributes(held.places, taken=BUILTINS | set(dir(Model)) | set(Model.__annotations__))
        made.attributes = sorted(
            (
                Attribute(
                    name,
                    python_names[name],
                    self.typed(there, f"{named} {name}"),
                    name in held.required and not self.schema(there).get("writeOnly"),
                    _text(self.schema(there), "description"),
                )
                for name, there in held.places.items()
            ),
            key=lambda attribute: not attribute.required,
        )
        return _model(made.name)

    def _new_name(self, named: str) -> str:
        name = classes([named], self._names.values())[named]
        self._names[f"{named} {len(self._names)}"] = name
        return name

    def _parts(self, place: str, seen: tuple[str, ...] = ()) -> Iterator[str]:
        """Yield where a schema and all parts of its ``allOf`` stand."""
        place = followed(self._document, place)
        if place not in seen:
            schema = self.schema(place)
            for part in range(len(schema.get("allOf", ()))):
                yield from self._parts(below(place, "allOf", part), (*seen, place))
            yield place


def _text(schema: Mapping[str, Any], keyword: str) -> str:
    text = schema.get(keyword, "")
    return text if isinstance(text, str) else ""


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    """Return the JSON types that a schema names, or that can be told from what else it says."""
    stated = schema.get("type")
    if stated is not None:
        return list(stated) if isinstance(stated, list) else [stated]
    if {"properties", "additionalProperties"} & schema.keys():
        return ["object"]
    if "items" in schema:
        return ["array"]
    return list(dict.fromkeys(_kind_of(value) for value in _values(schema)))


def _values(schema: Mapping[str, Any]) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def _kind_of(value: Any) -> str:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "null" if value is None else "object")


def _model(name: str) -> Typed:
    return Typed(f"_models.{name}", f"_models.{name}.from_dict", f"_models.{name} | _abc.Mapping[str, _typing.Any]")


def _union(options: Sequence[Typed]) -> Typed:
    different = list(dict.fromkeys(options))
    if not different or _ANYTHING in different:
        return _ANYTHING
    if len(different) == 1:
        return different[0]
    readers = list(dict.fromkeys(option.reader for option in different))
    return Typed(
        " | ".join(dict.fromkeys(option.annotation for option in different)),
        readers[0] if len(readers) == 1 else f"_wire.one_of({', '.join(readers)})",
        " | ".join(dict.fromkeys(option.accepted for option in different)),
        any(option.nullable for option in different),
    )


def _with_null(typed: Typed, schema: Mapping[str, Any]) -> Typed:
    stated = schema.get("type")
    wanted = schema.get("nullable") is True or (isinstance(stated, list) and "null" in stated)
    if not wanted or typed.nullable:
        return typed
    return Typed(
        f"{typed.annotation} | None", f"_wire.nullable({typed.reader})", f"{typed.accepted} | None", nullable=True
    )
