"""What every right server refuses: each field, the body, the method and the credentials, broken in every way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any

from attrs import evolve

from zai_image_conformance.model import Credential, Moment, Request
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.sizes import limits_for
from zai_image_conformance.suite import size_cases
from zai_image_conformance.suite.case import MADE_UP, PROMPT, Case, Feature, body, written
from zai_image_conformance.suite.credentials import differs
from zai_image_conformance.suite.target import Target

_WIDE = "猫"
"""One character, one unit of UTF-16, three bytes of UTF-8."""
_ASTRAL = "🐈"
"""One character, two units of UTF-16, four bytes of UTF-8."""
_USER_ID = "5d2f7a1e-93c4-4b0e-8f6a-d1b7c02e4a90"
_OTHER_MODELS = ("cogview-4", "dall-e-3", "gpt-image-1", "stable-diffusion-xl")
"""Of this vendor and of others: what a gateway might map to what it has."""
_OTHER_QUALITIES = ("high", "medium", "low", "auto")
"""What other providers call theirs."""


def refused(requirement: str, name: str, fields: dict[str, Any], model: str | None, **more: Any) -> Case:
    """A request for an image, of these fields, that must be refused."""
    return Case(requirement, name, Request.of(fields), model, **more)


def field_cases(models: Sequence[str]) -> Iterator[Case]:
    """Fields that are missing, of another type, or of another value; what is not bound to a model takes turns."""
    for number, model in enumerate(models):
        yield from _of_each_model(model, number)
    turns = cycle(models)
    model = next(turns)
    yield refused("PROMPT-REQUIRED", "Prompt in place of prompt", {"model": model, "Prompt": PROMPT}, model)
    for name in _OTHER_MODELS:
        yield refused("MODEL-KNOWN", name, body(name), None)
    yield refused("MODEL-KNOWN", "unknown model", body(f"no-such-model-{MADE_UP}"), None)
    yield refused("MODEL-REQUIRED", "no model", {"prompt": PROMPT}, None)
    yield refused("MODEL-REQUIRED", "Model in place of model", {"Model": models[0], "prompt": PROMPT}, None)
    yield refused("FIELD-TYPE", "model is null", {"model": None, "prompt": PROMPT}, None)
    for quality in _OTHER_QUALITIES:
        model = next(turns)
        yield refused("QUALITY-VALUES", f"quality {quality}", body(model, quality=quality), model)
    for quality in catalogue()["QUALITY-VALUES"].values:
        for wrong in (quality.upper(), f"{quality}-{MADE_UP}"):
            model = next(turns)
            yield refused("QUALITY-VALUES", f"quality {wrong}", body(model, quality=wrong), model)
    yield from _types(turns)
    yield from _strict(turns)


def _of_each_model(model: str, number: int) -> Iterator[Case]:
    lengths = catalogue()["USER-ID-LENGTH"].numbers
    least, most = lengths["minLength"], lengths["maxLength"]
    full = {"quality": catalogue()["QUALITY-VALUES"].values[0], "size": str(limits_for(model).default)}
    yield refused("PROMPT-REQUIRED", "no prompt", {"model": model}, model)
    yield refused("FIELD-TYPE", "prompt is null", {"model": model, "prompt": None}, model)
    yield refused("MODEL-KNOWN", "known model with an ending", body(f"{model}-{MADE_UP}"), None)
    yield refused("MODEL-KNOWN", "known model in other letters", body(model.upper()), None)
    for name, user_id in (
        (f"{least - 1} characters", "u" * (least - 1)),
        (f"{most + 1} characters", "u" * (most + 1)),
        (f"{least - 1} wide characters", _WIDE * (least - 1)),
        (f"{least - 1} characters beyond the first plane", _ASTRAL * (least - 1)),
    ):
        yield refused("USER-ID-LENGTH", name, body(model, user_id=user_id), model)
    length = most + 1 if number % 2 else least - 1
    name = f"{length} characters in a full request"
    yield refused("USER-ID-LENGTH", name, body(model, user_id="u" * length, **full), model)


def _types(turns: Iterator[str]) -> Iterator[Case]:
    """An array and an object in the place of each field, as a careless server would understand them."""
    for name in ("model", "prompt", "quality", "size", "user_id"):
        for shape in ("array", "object"):
            model = next(turns)
            right: dict[str, Any] = {
                **body(model, quality=catalogue()["QUALITY-VALUES"].values[0], user_id=_USER_ID),
            }
            width, height = limits_for(model).default
            array, mapping = [right.get(name)], {"value": right.get(name)}
            if name == "size":
                array, mapping = [width, height], {"width": width, "height": height}
            fields = {**body(model), name: array if shape == "array" else mapping}
            yield refused("FIELD-TYPE", f"{name} is an {shape}", fields, model)


def _strict(turns: Iterator[str]) -> Iterator[Case]:
    """What the schema forbids, and most servers forgive."""
    for name, number in {"model": 4, "prompt": 7, "quality": 1, "size": 1280, "user_id": 1234567}.items():
        for value in (number, True):
            model = next(turns)
            words = f"{name} is {json.dumps(value)}"
            yield refused("FIELD-TYPE", words, {**body(model), name: value}, model, kind="scalar-for-string")
    for name in ("quality", "size", "user_id"):
        model = next(turns)
        yield refused("FIELD-TYPE", f"{name} is null", body(model, **{name: None}), model, kind="null-for-optional")
    for name, requirement in {
        "model": "MODEL-KNOWN",
        "quality": "QUALITY-VALUES",
        "size": "SIZE-FORM",
        "user_id": "USER-ID-LENGTH",
    }.items():
        model = next(turns)
        yield refused(requirement, f"{name} is empty", {**body(model), name: ""}, model, kind="empty-string")
    for media_type in ("text/plain", "application/x-www-form-urlencoded"):
        model = next(turns)
        request = evolve(Request.of(body(model)), media_type=media_type)
        yield Case("BODY-JSON", f"announced as {media_type}", request, model, kind="other-media-type")


def size_forms(models: Sequence[str]) -> Iterator[Case]:
    """Strings that name no pair of sides, and other ways of naming one."""
    turns = cycle(models)
    for model in models:
        for word in ("auto", "1k"):
            yield refused("SIZE-FORM", word, body(model, size=word), model)
    for form in ("{w}", "{w}x", "x{h}", "{w}x{h}x{h}", "{w}x{h}image", "image{w}x{h}"):
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
    for name, content in (
        ("empty array", "[]"),
        ("array of a request", f"[{json.dumps(body(models[0]))}]"),
        ("string", f'"{PROMPT}"'),
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
