"""Lists all that a reader of the published pages sees, each text with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen
from ruamel.yaml import YAML

from scripts.prose.cutting import sentences, spaced
from scripts.prose.properties import Property
from scripts.source.page import Passage, document_in, passages_of
from scripts.source.references import as_mapping, escaped

DESCRIBING = ("description", "summary", "title")
BESIDE = "page"
"""The place of what a page says outside of its document."""

# What machines read: these keys hold no words. Text under any other key is a text, extensions included.
_MACHINE = frozenset(
    {
        *("$ref", "type", "format", "pattern", "in", "operationId", "style", "openapi", "version", "url"),
        *("email", "scheme", "bearerFormat", "openIdConnectUrl", "authorizationUrl", "tokenUrl", "refreshUrl"),
        *("propertyName", "termsOfService", "contentType", "contentEncoding", "contentMediaType", "$schema"),
        *("$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "jsonSchemaDialect", "operationRef"),
        *("externalValue", "namespace", "prefix", "identifier"),
    }
)
# What machines read, whole: values, and names of what is defined elsewhere.
_VALUES = frozenset({"enum", "const", "required", "default", "tags", "security", "mapping", "dependentRequired"})
# Under these keys stand names of the document's own choice, and not keywords.
_NAMES = frozenset(
    {
        *("properties", "patternProperties", "schemas", "responses", "parameters", "examples", "requestBodies"),
        *("headers", "securitySchemes", "links", "callbacks", "paths", "webhooks", "pathItems", "$defs"),
        *("definitions", "content", "encoding", "variables", "scopes", "dependentSchemas"),
    }
)


@frozen
class Text:
    """One text."""

    place: str
    """A JSON pointer into the document, or :data:`BESIDE`."""
    text: str

    @property
    def owner(self) -> str:
        """The place of what it describes."""
        return self.place.rpartition("/")[0]


@frozen
class Example:
    """A value that the document shows for a property, or for a property of it."""

    place: str
    value: Any
    of: Property | None
    """None where nothing says what it is an example of."""
    within: Mapping[str, Any]
    """The object that it stands in; empty for an example on its own."""


def texts_beside(pages: Sequence[bytes]) -> list[Text]:
    """Return what published pages say outside of their documents, and in the comments of these.

    What only leads to other pages is left out.
    """
    found = []
    for page in pages:
        found += [passage.text for passage in passages_of(page) if not _leads_elsewhere(passage)]
        found += _comments(document_in(page).decode())
    return [Text(BESIDE, text) for text in found]


def _leads_elsewhere(passage: Passage) -> bool:
    # What is called a link may be a sentence.
    return passage.is_navigation and not re.search(r"[.!?`\d](?:[^()]*)\]", passage.text)


def _comments(document: str) -> Iterator[str]:
    """Yield the comments of a YAML document: what stands between its tokens and is no white space."""
    if document.lstrip().startswith("{") or not re.search(r"(?:^|\s)#", document):
        return
    end = 0
    for token in YAML(typ="safe", pure=True).scan(document):
        if comment := document[end : token.start_mark.index].strip():
            yield comment
        end = max(end, token.end_mark.index)
    if comment := document[end:].strip():
        yield comment


def texts_and_examples(document: Mapping[str, Any], known: Sequence[Property]) -> tuple[list[Text], list[Example]]:
    """Return every text of a document, and every example.

    Args:
        document: The document.
        known: Its properties.
    """
    by_part: dict[str, Property] = {}
    by_place = {prop.place: prop for prop in known}
    for prop in known:
        for _, place in prop.parts:
            by_part.setdefault(place, prop)
    walk = _Walk(by_part, by_place)
    walk.node(document, "", names=False)
    return walk.texts, walk.examples


def as_said(node: Any, key: str = "") -> Any:
    """Return a document with the sentences of its descriptions in the place of these: white space says nothing."""
    if isinstance(node, Mapping):
        return {name: as_said(value, name) for name, value in node.items()}
    if isinstance(node, list):
        return [as_said(item) for item in node]
    return [spaced(sentence) for sentence in sentences(node)] if key in DESCRIBING and isinstance(node, str) else node


class _Walk:
    def __init__(self, by_part: Mapping[str, Property], by_place: Mapping[str, Property]) -> None:
        self.by_part, self.by_place = by_part, by_place
        self.texts: list[Text] = []
        self.examples: list[Example] = []

    def node(self, node: Any, place: str, *, names: bool) -> None:
        if isinstance(node, list):
            for number, item in enumerate(node):
                self.child(item, f"{place}/{number}", "", node)
        elif isinstance(node, Mapping):
            for key, value in node.items():
                self.child(value, f"{place}/{escaped(key)}", "" if names else key, node)

    def child(self, value: Any, place: str, key: str, parent: Any) -> None:
        if key in ("example", "examples"):
            self.shown(key, value, place)
        elif isinstance(value, str):
            named = key in _MACHINE | _VALUES or (key == "name" and _is_identifier(place, parent))
            # What a machine reads has no white space: where there is some, there are words.
            if not named or re.search(r"\s", value):
                self.texts.append(Text(place, value))
        elif place == "/tags" or key not in _MACHINE | _VALUES:
            self.node(value, place, names=key in _NAMES)
        else:
            self.values(value, place)

    def values(self, value: Any, place: str) -> None:
        """Look for words among values."""
        children = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
        for key, item in children:
            self.values(item, f"{place}/{escaped(key)}")
        if isinstance(value, str) and re.search(r"\s", value):
            self.texts.append(Text(place, value))

    def shown(self, key: str, value: Any, place: str) -> None:
        owner = place.rpartition("/")[0]
        of = self.by_part.get(owner) or self.by_place.get(f"{owner}/schema")
        if key == "example" or isinstance(value, list):
            for example, at in (
                [(value, place)]
                if key == "example"
                else [(item, f"{place}/{number}") for number, item in enumerate(value)]
            ):
                self.example(example, at, of, {})
            return
        for name, shown in as_mapping(value).items():
            at = f"{place}/{escaped(name)}"
            self.texts.append(Text(at, str(name)))
            rest = {other: item for other, item in as_mapping(shown).items() if other != "value"}
            self.node(rest, at, names=False)
            if "value" in as_mapping(shown):
                self.example(shown["value"], f"{at}/value", of, {})

    def example(self, value: Any, place: str, of: Property | None, within: Mapping[str, Any]) -> None:
        self.examples.append(Example(place, value, of, within))
        if isinstance(value, Mapping):
            for name, item in value.items():
                self.example(item, f"{place}/{escaped(name)}", self.inner(of, f"properties/{escaped(name)}"), value)
        elif isinstance(value, list):
            for number, item in enumerate(value):
                self.example(item, f"{place}/{number}", self.inner(of, "items"), within)

    def inner(self, of: Property | None, step: str) -> Property | None:
        places = [f"{place}/{step}" for _, place in of.parts] if of is not None else []
        return next((self.by_place[place] for place in places if place in self.by_place), None)


def _is_identifier(place: str, parent: Mapping[str, Any]) -> bool:
    """Whether `name` is that of a parameter, header or tag, and not of a person or a licence."""
    return "in" in parent or place.startswith("/tags/") or place.endswith("/xml/name")
