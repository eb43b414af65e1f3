"""What every right server refuses: each field, the body, the method and the credentials, broken in every way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any

from attrs import evolve

from zai_image_conformance.model import Credential, Moment, Request
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.schema import Property, properties
from zai_image_conformance.sizes import limits_for
from zai_image_conformance.suite import size_cases, values
from zai_image_conformance.suite.case import Case, Feature, written
from zai_image_conformance.suite.credentials import differs
from zai_image_conformance.suite.target import Target
from zai_image_conformance.suite.values import body


def refused(requirement: str, name: str, fields: dict[str, Any], model: str | None, **more: Any) -> Case:
    """A request for an image, of these fields, that must be refused."""
    return Case(requirement, name, Request.of(fields), model, **more)


def field_cases(models: Sequence[str]) -> Iterator[Case]:
    """Properties that are missing, of another type, or of a value that breaks one constraint; and no more of them.

    What is there for a limit is sent with each model, since limits may differ; all else with the models in turn.
    """
    for number, model in enumerate(models):
        for about in properties().values():
            if about.required_by is not None:
                yield from _missing(about, model, number)
            beyond = []
            for place, (requirement, value, kind) in enumerate(values.refused(about, model)):
                required = value.value is None and about.required_by is not None
                if value.at_limit or required or place % len(models) == number:
                    fields = {**body(model), about.name: value.value}
                    yield refused(requirement, value.name, fields, _named(fields), kind=kind)
                if value.at_limit and not kind:
                    beyond.append((requirement, value, fields))
            for requirement, value, fields in beyond[number % max(1, len(beyond)) :][:1]:
                full = {each.name: values.right(each, model) for each in properties().values()}
                yield refused(requirement, f"{value.name} in a full request", {**full, **fields}, model)


def _missing(about: Property, model: str, number: int) -> Iterator[Case]:
    fields = body(model)
    value = fields.pop(about.name)
    assert about.required_by is not None
    yield refused(about.required_by, f"no {about.name}", fields, _named(fields))
    letters = about.name.title()
    named = {**fields, letters: value}
    yield refused(
        about.required_by, f"{letters} in place of {about.name}", named, _named(fields), priority=2 * (number > 0)
    )


def _named(fields: dict[str, Any]) -> str | None:
    """The model that a request names, where there is such a model."""
    named = fields.get("model")
    return named if isinstance(named, str) and not properties()["model"].broken_by(named) else None


def size_forms(models: Sequence[str]) -> Iterator[Case]:
    """Strings that name no pair of sides, and other ways of naming one."""
    turns = cycle(models)
    yield refused("SIZE-FORM", "size is empty", body(models[0], size=""), models[0], kind="empty-string")
    for model in models:
        for word in ("auto", "1k"):
            yield refused("SIZE-FORM", word, body(model, size=word), model)
    for form in ("{w}", "{w}x", "x{h}", "{w}x{h}x{h}", "{w}x{h}px", "image{w}x{h}", "square", "16:9", "-{w}x-{h}"):
        model = next(turns)
        width, height = limits_for(model).default
        size = form.format(w=width, h=height)
        yield refused("SIZE-FORM", size, body(model, size=size), model)
    for form in ("{w}X{h}", "{w} x {h}", " {w}x{h}", "{w}*{h}", "{w}\u00d7{h}", "0{w}x{h}", "+{w}x{h}", "{w}.0x{h}.0"):
        model = next(turns)
        width, height = limits_for(model).default
        size = form.format(w=width, h=height)
        yield refused("SIZE-FORM", f'"{size}"', body(model, size=size), model, kind="size-in-another-form")


def size_refusals(models: Sequence[str]) -> Iterator[Case]:
    """Sizes beyond the limits of each model."""
    known = catalogue()["MODEL-KNOWN"].values
    for model in models:
        limits = limits_for(model)
        for probe in size_cases.refused(limits, [limits_for(each) for each in known if limits_for(each) != limits]):
            fields = body(model, size=str(probe.sides))
            yield refused(limits.stated_by[probe.number], str(probe.sides), fields, model, priority=probe.priority)


def body_cases(models: Sequence[str]) -> Iterator[Case]:
    """Bodies that are not JSON, and JSON that is no object."""
    turns = cycle(models)
    for name, change in _NOT_JSON.items():
        model = next(turns)
        content = change(json.dumps(body(model)))
        request = Request(content=content if isinstance(content, bytes) else content.encode())
        yield Case("BODY-JSON", name, request, model if content else None)
    for media_type in ("text/plain", "application/x-www-form-urlencoded"):
        model = next(turns)
        request = evolve(Request.of(body(model)), media_type=media_type)
        yield Case("BODY-JSON", f"announced as {media_type}", request, model, kind="other-media-type")
    for name, content in (
        ("empty array", "[]"),
        ("array of a request", f"[{json.dumps(body(models[0]))}]"),
        ("string", f'"{values.PROMPT}"'),
        ("number", "7"),
        ("null", "null"),
    ):
        yield Case("BODY-OBJECT", name, Request(content=content.encode()))


_NOT_JSON: dict[str, Any] = {
    "nothing": lambda text: "",
    "broken off": lambda text: text[:-4],
    "a form": lambda text: "&".join(f"{name}={value}" for name, value in json.loads(text).items()),
    "more behind it": lambda text: f"{text} {text}",
    "NaN": lambda text: f'{text[:-1]}, "seed": NaN}}',
    "a trailing comma": lambda text: f"{text[:-1]},}}",
    "invalid UTF-8": lambda text: text.encode().replace(b"cute", b"c\xfftte"),
    "single quotes": lambda text: text.replace('"', "'"),
    "a comment": lambda text: f"{text[:-1]} /* a comment */}}",
    "a line break in a string": lambda text: text.replace("cute", "cute\n"),
}
"""How a right body becomes one that is not JSON."""

WRITTEN: tuple[Feature, ...] = (
    Feature("BODY-JSON", "JSON with escapes", {}, written(str, ascii_only=True)),
    Feature("BODY-JSON", "JSON over several lines", {}, written(str, indent=2)),
    Feature("BODY-JSON", "JSON without spaces", {}, written(str, separators=(",", ":"))),
    Feature(
        "BODY-JSON",
        "JSON in another order of fields",
        {},
        lambda fields: Request.of(dict(reversed(list(fields.items())))),
    ),
    Feature(
        "BODY-JSON",
        "JSON with each letter escaped",
        {},
        written(lambda text: text.replace("kitten", "".join(f"\\u{ord(letter):04x}" for letter in "kitten"))),
    ),
    Feature("BODY-JSON", "JSON with spaces around", {}, written(lambda text: f"\r\n\t {text} \n")),
    Feature(
        "BODY-JSON",
        "JSON announced with its charset",
        {},
        lambda fields: evolve(Request.of(dict(fields)), media_type="application/json; charset=utf-8"),
    ),
)
"""Right bodies in every form that JSON has."""


def methods(models: Sequence[str]) -> Iterator[Case]:
    """Other methods than POST; the document describes no body for their responses."""
    yield Case("METHOD-POST", "GET", Request(method="GET"), forced_form=False)
    request = evolve(Request.of(body(models[0])), method="PUT")
    yield Case("METHOD-POST", "PUT", request, models[0], forced_form=False)


_CREDENTIALS: tuple[tuple[str, Credential], ...] = (
    ("AUTH-MISSING", "none"),
    ("AUTH-WRONG", "wrong key"),
    ("AUTH-WRONG", "longer key"),
    ("AUTH-WRONG", "shorter key"),
    ("AUTH-WRONG", "key in other letters"),
    ("AUTH-WRONG", "no token"),
    ("AUTH-SCHEME", "bare key"),
    ("AUTH-SCHEME", "Basic"),
    ("AUTH-SCHEME", "Token"),
)
_IN_FULL = ("none", "wrong key")
"""Shown at each moment for each model; the others so that each is shown at each moment, and for each model."""


def credential_cases(target: Target, moment: Moment, requests: Sequence[tuple[str, Request]]) -> Iterator[Case]:
    """Requests for images with each wrong credential.

    Args:
        target: The server, whose key is left out or changed.
        moment: When they are sent.
        requests: The right request of each model, with its model.
    """
    if target.api_key is None:
        return
    first = moment == "before any image"
    for number, (requirement, credential) in enumerate(_CREDENTIALS):
        if not differs(credential, target.api_key):
            continue
        for place, (model, request) in enumerate(requests):
            is_its_turn = (number + place + first) % max(2, len(requests)) == 0
            if credential in _IN_FULL or len(requests) == 1 or is_its_turn:
                name = f"{credential}, {moment}"
                yield Case(requirement, name, request.shown_to(credential).at(moment), model)
