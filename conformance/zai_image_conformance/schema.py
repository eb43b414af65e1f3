"""What catalogue and document state of each property of a request and an answer: constraints with their requirement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import takewhile
from typing import Any

import jsonschema_rs
import yaml
from attrs import field, frozen

from zai_image_conformance.requirements import Catalogue, catalogue

PATH = "/paas/v4/images/generations"
"""Where images are requested, behind the base URL."""
KEYWORDS = frozenset(
    {"type", "enum", "const", "pattern", "multipleOf", "uniqueItems"}
    | {f"{end}{what}" for end in ("min", "max") for what in ("Length", "Items", "Properties", "imum")}
    | {"exclusiveMinimum", "exclusiveMaximum"}
)
"""The keywords of JSON Schema that a value can break by itself."""
_DOCUMENT = "zai-image.strict.yaml"
_SURROGATE = re.compile("[\ud800-\udfff]")


def portable(value: Any, depth: int = 64) -> Any:
    """A JSON value as any library can hold it: without half surrogate pairs, and nothing beyond a depth."""
    if isinstance(value, str):
        # Half a pair counts as one character as well.
        return value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    if isinstance(value, float) and value.is_integer():
        # JSON does not tell 3.0 from 3, and the draft of OpenAPI 3.0 does.
        return int(value)
    if not isinstance(value, list | dict):
        return value
    if depth == 0:
        return None
    if isinstance(value, list):
        return [portable(item, depth - 1) for item in value]
    return {portable(name): portable(item, depth - 1) for name, item in value.items()}


@frozen
class Constraint:
    """One rule on one property."""

    requirement: str
    """The id in the catalogue."""
    keyword: str
    value: Any

    def breaks(self, instance: Any) -> bool:
        """Whether a JSON value breaks it."""
        return not jsonschema_rs.is_valid({self.keyword: self.value}, portable(instance))


@frozen
class Property:
    """A property of a request for an image."""

    name: str
    place: str
    """A JSON pointer into the page's OpenAPI document."""
    schema: Mapping[str, Any] = field(eq=False, repr=False)
    """What the document says of it."""
    required_by: str | None
    """The requirement that demands it; None where it may be left out."""

    @property
    def type(self) -> str:
        """Its JSON type."""
        return str(self.schema.get("type", "string"))

    @property
    def nullable(self) -> bool:
        """Whether null is a value of it."""
        return self.schema.get("nullable") is True

    def constraints(self, model: str | None = None) -> tuple[Constraint, ...]:
        """What a value can break: its type first, then the reviewed numbers and values.

        Args:
            model: The model of the request; None leaves out what holds for some models alone.
        """
        return _constraints(catalogue(), self, model)

    def allows(self, value: Any, model: str) -> bool:
        """Whether the strict document lets requests that name a model have a value, with all its parts."""
        return jsonschema_rs.is_valid(_whole_schema(self.name, model), portable(value))

    def broken_by(self, value: Any, model: str | None = None) -> tuple[Constraint, ...]:
        """The constraints that a value breaks; the type alone where it has another type."""
        broken = tuple(each for each in self.constraints(model) if each.breaks(value))
        return broken[:1] if broken and broken[0].keyword == "type" else broken


@cache
def document() -> dict[str, Any]:
    """Read the strict document."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    read: dict[str, Any] = yaml.load(files(__package__).joinpath(_DOCUMENT).read_text("utf-8"), Loader=loader)
    return read


@cache
def _whole_schema(name: str, model: str) -> Any:
    _, schema = _resolved(document()["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]["schema"])
    variants = [_resolved(each)[1] for each in schema.get("oneOf", ())] or [schema]
    own = [each for each in variants if model in each["properties"]["model"].get("enum", [model])]
    # References within it lead to the components. Of a model that the document does not know it states nothing.
    stated = {"allOf": [own[0]["properties"][name]]} if own else {}
    return with_null({"components": document()["components"], **stated})


def properties() -> Mapping[str, Property]:
    """The properties of a request for an image, by name, in the order of the document."""
    return _properties(catalogue())


def optional() -> tuple[Property, ...]:
    """The properties that may be left out, but for the size, which has rules of its own."""
    return tuple(each for name, each in properties().items() if each.required_by is None and name != "size")


@cache
def _properties(reviewed: Catalogue) -> dict[str, Property]:
    place, schema = _request()
    return {
        name: Property(
            name,
            f"{place}/properties/{name}",
            about,
            _demanding(reviewed, place, name) if name in schema["required"] else None,
        )
        for name, about in schema["properties"].items()
    }


def _request() -> tuple[str, dict[str, Any]]:
    place, schema = _resolved(document()["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]["schema"])
    # A schema for each model: all have the same properties.
    return place, _resolved(schema["oneOf"][0])[1] if "oneOf" in schema else schema


def answer_schema() -> tuple[str, dict[str, Any]]:
    """The place and the schema of a success."""
    return _resolved(document()["paths"][PATH]["post"]["responses"]["200"]["content"]["application/json"]["schema"])


def _resolved(schema: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    place = schema["$ref"].removeprefix("#")
    found: Any = document()
    for name in place.strip("/").split("/"):
        found = found[name]
    return place, found


def _demanding(reviewed: Catalogue, place: str, name: str) -> str:
    """The requirement that a property is there: there is one for each, named after it."""
    demanding = [each.id for each in reviewed if each.schema == f"#{place}/required"]
    named = [each for each in demanding if each.startswith(name.upper().replace("_", "-"))]
    return [*named, *demanding][0]


@cache
def _constraints(reviewed: Catalogue, about: Property, model: str | None) -> tuple[Constraint, ...]:
    found = [Constraint(_typing(about.place), "type", [about.type, "null"] if about.nullable else about.type)]
    for requirement in reviewed:
        if requirement.values and requirement.schema == f"#{about.place}/enum":
            found.append(Constraint(requirement.id, "enum", list(requirement.values)))
        holds = requirement.when is None if model is None else requirement.covers(model)
        if requirement.place == about.place and holds:
            numbers = requirement.numbers.items()
            found += [Constraint(requirement.id, keyword, value) for keyword, value in numbers if keyword in KEYWORDS]
    return tuple(found)


def _typing(place: str) -> str:
    """The requirement about the types of properties: the one that points to most of what is above the type."""
    above = [each for each in catalogue() if each.schema and f"#{place}/type".startswith(f"{each.schema}/")]
    return max(above, key=lambda each: len(str(each.schema))).id


def with_null(schema: Any) -> Any:
    """A schema of OpenAPI 3.0 as one of JSON Schema, which knows no `nullable`."""
    if isinstance(schema, list):
        return [with_null(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: with_null(each) for name, each in schema.items() if name != "nullable"}
    if schema.get("nullable") is True and "type" in told:
        told["type"] = [told["type"], "null"]
        if "enum" in told:
            told["enum"] = [*told["enum"], None]
    return told


def requirement_at(place: str) -> str | None:
    """The requirement about a property of an answer, or what is inside of it.

    Args:
        place: A JSON pointer into the page's OpenAPI document.

    Returns:
        The id of the one whose own pointer shares most with it; None where none is about this property.
    """
    best, found = (len(answer_schema()[0].split("/")) + 1, False), None
    for requirement in catalogue():
        for pointer in filter(None, (requirement.place, (requirement.schema or "").removeprefix("#"))):
            pairs = zip(place.split("/"), pointer.split("/"), strict=False)
            # One that ends there is about it rather than one that goes on.
            shared = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs))), place.startswith(pointer)
            if shared > best:
                best, found = shared, requirement.id
    return found
