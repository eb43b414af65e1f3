"""Works out the operations of a document, and a resource class with a method for each of them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from attrs import frozen

from scripts.emit.names import attributes, classes, constants
from scripts.emit.shapes import BUILTINS, Shapes, Typed
from scripts.runtime.types import CLIENT_NAMES, Options
from scripts.source.failure import PipelineError
from scripts.source.quoting import quote
from scripts.source.references import below, followed, part
from scripts.source.selection import METHODS

_JSON = re.compile(r"application/(?:.*\+)?json", re.IGNORECASE)
_IMAGE = "x-image-answer"
"""In the overlay: the operation answers with an image."""
_OPTIONS = tuple(Options._fields)
_STATED_ELSEWHERE = ("accept", "authorization", "content-type")
_PLACES = ("path", "query", "header", "cookie")
_ORDER = ("path", "property", "body", "query", "header", "cookie")
# By where a parameter stands: the one style that the client writes.
_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}


@frozen
class Input:
    """One argument of a method."""

    argument: str
    name: str
    where: str
    place: str
    """Where its schema stands."""
    typed: Typed
    required: bool
    default: str | None
    """What is sent where the caller gives nothing, as code; None where nothing is."""
    exploded: bool
    description: str
    is_size: bool

    @property
    def annotation(self) -> str:
        """Its annotation in the signature."""
        kind = "_sizes.SizeLike" if self.is_size else self.typed.accepted
        if self.required or self.default is not None:
            return kind
        return f"{kind} | _types.Unset" if self.typed.nullable else f"{kind} | None"

    @property
    def code_default(self) -> str | None:
        """Its default in the signature, as code; None where the caller must give it."""
        if self.default is not None or self.required:
            return self.default
        return "_types.UNSET" if self.typed.nullable else "None"

    @property
    def sent(self) -> str:
        """What is handed on, as code."""
        return f"_sizes.text({self.argument})" if self.is_size else self.argument


@frozen
class Answer:
    """What is promised for a range of statuses; readers by media type, as code."""

    first: int
    last: int
    readers: Mapping[str, str]
    annotation: str


@frozen
class Operation:
    """One operation."""

    name: str
    """That of its method."""
    tag: str
    """The attribute that holds its resource."""
    constant: str
    method: str
    path: str
    summary: str
    description: str
    inputs: Sequence[Input]
    media_type: str | None
    body_required: bool
    body_place: str | None
    answers: Sequence[Answer]
    secured: bool
    returns_image: bool
    chooser: str | None

    @property
    def where(self) -> str:
        """What it is called in messages."""
        return f"{self.method} {self.path}"

    @property
    def places(self) -> list[str]:
        """Where the schemas stand of all that it takes."""
        return [taken.place for taken in self.inputs] + ([self.body_place] if self.body_place else [])

    @property
    def result(self) -> str:
        """The annotation of a successful answer."""
        promised = [answer for answer in self.answers if 200 <= answer.first < 300]
        found = dict.fromkeys(answer.annotation for answer in promised or self.answers)
        return " | ".join(found) if "_typing.Any" not in found else "_typing.Any"

    @property
    def options(self) -> list[str]:
        """The client's own arguments that its method takes."""
        extra = any(taken.where == "property" for taken in self.inputs)
        return [name for name in _OPTIONS if name != "extra_body" or extra]


@frozen
class Resource:
    """The operations of one tag."""

    tag: str
    attribute: str
    class_name: str
    async_class_name: str
    operations: Sequence[Operation]


def resources(document: Mapping[str, Any], shapes: Shapes, is_size: Callable[[str], bool]) -> list[Resource]:
    """Return the resources of a document, in its order.

    Args:
        document: The OpenAPI document with the overlay applied.
        shapes: Its schemas.
        is_size: Whether the schema at a place is that of a size by the rules, so that it takes a ``SizeLike``.

    Raises:
        PipelineError: An operation takes or answers what the client can neither send nor read.
    """
    stated = list(_operations(document))
    tags = dict.fromkeys(_tag(operation) for _, _, operation in stated)
    tag_names = attributes(tags, taken=CLIENT_NAMES)
    twins = [name for tag in tags for name in (tag, f"Async {tag}")]
    class_names = classes(twins, taken=("Resources", "AsyncResources"))
    by_tag: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {tag: [] for tag in tags}
    for method, path, operation in stated:
        by_tag[_tag(operation)].append((method, path, operation))
    every = [f"{tag_names[tag]} {_identity(*one)}" for tag, there in by_tag.items() for one in there]
    constant_names = constants(every)
    found = []
    for tag, there in by_tag.items():
        identities = [_identity(*one) for one in there]
        if doubles := sorted({identity for identity in identities if identities.count(identity) > 1}):
            raise PipelineError(f"several operations of the tag {quote(tag)} have the operationId {quote(doubles[0])}")
        names = attributes(identities, taken=BUILTINS)
        made = [
            _Reading(document, shapes, is_size, *one).operation(
                tag_names[tag], names[identity], constant_names[f"{tag_names[tag]} {identity}"]
            )
            for one, identity in zip(there, identities, strict=True)
        ]
        found.append(Resource(tag, tag_names[tag], class_names[tag], class_names[f"Async {tag}"], made))
    return found


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def _tag(operation: Mapping[str, Any]) -> str:
    return str((operation.get("tags") or ["default"])[0])


def _identity(method: str, path: str, operation: Mapping[str, Any]) -> str:
    return str(operation.get("operationId") or f"{method} {path}")


@frozen
class _Reading:
    """Reads one operation of a document."""

    document: Mapping[str, Any]
    shapes: Shapes
    is_size: Callable[[str], bool]
    method: str
    path: str
    stated: Mapping[str, Any]

    @property
    def place(self) -> str:
        return below("/paths", self.path, self.method)

    def operation(self, tag: str, name: str, constant: str) -> Operation:
        if "callbacks" in self.stated:
            self.refuse("has callbacks, which a client cannot serve")
        media_type, required, body = self.body()
        parts = [*self.parameters(), *self.properties(body, required, name)]
        arguments = self.arguments(parts)
        inputs = [self.input(*part, argument=argument) for part, argument in zip(parts, arguments, strict=True)]
        # A parameter that comes to be required does not move what callers give by position.
        inputs.sort(key=lambda taken: (taken.code_default is not None, _ORDER.index(taken.where)))
        models = [taken.argument for taken in inputs if (taken.where, taken.name) == ("property", "model")]
        return Operation(
            name=name,
            tag=tag,
            constant=constant,
            method=self.method.upper(),
            path=self.path,
            summary=str(self.stated.get("summary") or name),
            description=str(self.stated.get("description", "")),
            inputs=inputs,
            media_type=media_type,
            body_required=required,
            body_place=body,
            answers=list(self.answers(name)),
            secured=any(self.stated.get("security", self.document.get("security", []))),
            returns_image=self.stated.get(_IMAGE) is True,
            chooser=next(iter(models), None),
        )

    def refuse(self, problem: str) -> NoReturn:
        raise PipelineError(f"{self.method.upper()} {self.path} {problem}")

    def parameters(self) -> Iterator[tuple[str, str, str, bool, bool, str]]:
        """Yield the parameters; one of the operation stands for one of the same name and place of its path."""
        found: dict[tuple[str, str], str] = {}
        for holder in (below("/paths", self.path), self.place):
            for number in range(len(part(self.document, holder).get("parameters", ()))):
                place = followed(self.document, below(holder, "parameters", number))
                stated = part(self.document, place)
                # The OpenAPI Specification has them ignored: body, answers and security say what is sent in them.
                if stated["in"] != "header" or stated["name"].lower() not in _STATED_ELSEWHERE:
                    found[stated["in"], stated["name"]] = place
        for (where, name), place in found.items():
            stated = part(self.document, place)
            if where not in _PLACES:
                self.refuse(f"takes {quote(name)} in {quote(where, 40)}; a parameter may be in {', '.join(_PLACES)}")
            if "schema" not in stated:
                self.refuse(f"takes the parameter {quote(name)} without a plain schema")
            if stated.get("style", _STYLES[where]) != _STYLES[where] or stated.get("allowReserved"):
                self.refuse(f"takes the parameter {quote(name)} in a style other than {quote(_STYLES[where])}")
            kinds = self.shapes.typed(below(place, "schema"), name).annotation.split(" | ")
            if any(kind.startswith(("_models.", "dict[")) for kind in kinds):
                self.refuse(f"takes an object as the parameter {quote(name)}, and the client writes none")
            required = stated.get("required") is True or where == "path"
            exploded = stated.get("explode", where in ("query", "cookie"))
            yield where, name, below(place, "schema"), required, exploded, str(stated.get("description", ""))
        named = set(re.findall(r"\{([^{}]*)\}", self.path))
        if named != {name for where, name in found if where == "path"}:
            self.refuse("has a path whose names in braces are not its path parameters")

    def body(self) -> tuple[str | None, bool, str | None]:
        """Return the media type of the body, whether it is required, and where its schema stands."""
        if "requestBody" not in self.stated:
            return None, False, None
        place = followed(self.document, below(self.place, "requestBody"))
        stated = part(self.document, place)
        contents = stated.get("content", {})
        media_type = next((name for name in contents if _JSON.fullmatch(name.partition(";")[0].strip())), None)
        if media_type is None or "schema" not in contents[media_type]:
            self.refuse(f"takes {' or '.join(map(quote, contents)) or 'a body of no type'}; the client can send JSON")
        return media_type, stated.get("required") is True, below(place, "content", media_type, "schema")

    def properties(
        self, body: str | None, required: bool, name: str
    ) -> Iterator[tuple[str, str, str, bool, bool, str]]:
        """Yield the properties of the body, or the body as a whole where it has none by name."""
        if body is None:
            return
        held = self.shapes.properties(body)
        schema = self.shapes.schema(body)
        if held is None or {"oneOf", "anyOf", "nullable"} & schema.keys():
            yield "body", "body", body, required, True, str(schema.get("description", ""))
            return
        for one, place in held.places.items():
            described = self.shapes.schema(place)
            if not described.get("readOnly"):
                needed = one in held.required and required
                yield "property", one, place, needed, True, str(described.get("description", ""))

    def arguments(self, parts: Sequence[tuple[str, str, str, bool, bool, str]]) -> list[str]:
        """Return the names in Python; those of the body keep theirs before parameters of the same name."""
        texts = [""] * len(parts)
        for number in sorted(range(len(parts)), key=lambda number: parts[number][0] != "property"):
            where, name = parts[number][:2]
            texts[number] = name if name not in texts else f"{name} {where}"
            while texts.count(texts[number]) > 1:
                texts[number] += " "
        names = attributes(texts, taken={"self", *_OPTIONS, *BUILTINS})
        return [names[text] for text in texts]

    def input(
        self, where: str, name: str, place: str, required: bool, exploded: bool, description: str, *, argument: str
    ) -> Input:
        schema = self.shapes.schema(place)
        typed = self.shapes.typed(place, f"{argument}")
        default = ascii(schema["default"]) if required and "default" in schema else None
        is_size = self.is_size(place) or self.is_size(followed(self.document, place))
        described = description or str(schema.get("description", ""))
        return Input(argument, name, where, place, typed, required, default, exploded, described, is_size)

    def answers(self, name: str) -> Iterator[Answer]:
        """Yield what is promised for each status, the particular ones first."""
        responses = self.stated.get("responses", {})
        for status in sorted(responses, key=lambda status: _range(str(status))[1] - _range(str(status))[0]):
            first, last = _range(str(status))
            if (first, last) == (-1, -1):
                self.refuse(f"answers with the status {quote(status, 40)}, which is none")
            place = followed(self.document, below(self.place, "responses", status))
            readers: dict[str, str] = {}
            annotations: list[str] = []
            for media_type, content in part(self.document, place).get("content", {}).items():
                plain = media_type.partition(";")[0].strip().lower()
                reader, annotation = self.content(
                    plain, content, below(place, "content", media_type, "schema"), f"{name} {status}"
                )
                readers[plain] = reader
                annotations.append(annotation)
            if len(set(readers.values())) == 1 and all(map(_JSON.fullmatch, readers)):
                readers = dict([next(iter(readers.items()))])
            found = list(dict.fromkeys(annotations)) or ["None"]
            yield Answer(first, last, readers, "_typing.Any" if "_typing.Any" in found else " | ".join(found))

    def content(self, media_type: str, content: Mapping[str, Any], place: str, named: str) -> tuple[str, str]:
        if _JSON.fullmatch(media_type) or media_type == "*/*":
            if "schema" not in content:
                return "_wire.json_of(_wire.anything)", "_typing.Any"
            typed = self.shapes.typed(place, f"{named} answer")
            return f"_wire.json_of({typed.reader})", typed.annotation
        if media_type == "text/event-stream" or media_type.startswith("multipart/"):
            self.refuse(f"answers with {media_type}, which the client cannot read")
        if media_type.startswith("text/"):
            return "_wire.characters", "str"
        return "_wire.octets", "bytes"


def _range(status: str) -> tuple[int, int]:
    """Return the first and last status that a key of ``responses`` means; -1 for any other key."""
    if status == "default":
        return 0, 999
    if re.fullmatch(r"[1-5]XX", status, re.IGNORECASE):
        return int(status[0]) * 100, int(status[0]) * 100 + 99
    return (int(status), int(status)) if re.fullmatch(r"[1-5]\d\d", status) else (-1, -1)


@frozen
class Option:
    """One of the client's own arguments."""

    annotation: str
    default: str
    description: str


def options() -> dict[str, Option]:
    """Return the client's own arguments as code: the fields of `Options`."""
    described = re.findall(r'^    (\w+): .*\n    """(.*)"""$', inspect.getsource(Options), re.MULTILINE)
    qualified = {"Any": "_typing.Any", "Mapping": "_abc.Mapping", "Unset": "_types.Unset", "httpx": "_httpx"}
    found = {}
    for name, description in described:
        annotation = re.sub(r"\b[A-Za-z]+\b", lambda word: qualified.get(word[0], word[0]), _stated(name))
        found[name] = Option(
            annotation, "_types.UNSET" if Options._field_defaults[name] is not None else "None", description
        )
    return found


def _stated(name: str) -> str:
    annotation: str = Options.__annotations__[name].__forward_arg__
    return annotation
