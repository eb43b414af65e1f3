"""Which of the promises that bind a client one request keeps, and which it breaks: by the reviewed catalogue alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn, TypeAlias

from attrs import frozen

from zai_image_conformance.requirements import catalogue
from zai_image_conformance.schema import Constraint, properties
from zai_image_conformance.sizes import NAMES

_FORM = re.compile(r"([0-9]{1,9})x([0-9]{1,9})")
_JSON_TYPES = {bool: "a boolean", int: "a number", float: "a number", list: "an array", dict: "an object"}

_Limit: TypeAlias = Callable[[int, int, int], bool]
_BREAKS: Mapping[str, tuple[_Limit, str]] = {
    "min_side": (lambda width, height, limit: min(width, height) < limit, "each side has at least {} pixels"),
    "max_side": (lambda width, height, limit: max(width, height) > limit, "each side has at most {} pixels"),
    "step": (lambda width, height, limit: bool(width % limit or height % limit), "each side is a multiple of {}"),
    "max_pixels": (lambda width, height, limit: width * height > limit, "width times height is at most {}"),
}
"""By the name of a reviewed number: whether a size breaks it, and what it asks for."""


@frozen
class Heard:
    """A request as it came."""

    method: str
    path: str
    """Without the query."""
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes | None
    """None where it was longer than the server reads."""


@frozen
class Finding:
    """What one request shows of one promise."""

    requirement: str
    problem: str | None = None
    """How it is broken, in one line without any text of the client's; None where it is kept."""


def findings(request: Heard, endpoint_path: str) -> Iterator[Finding]:
    """Yield what a request shows, once for each promise that it has to do with.

    Where one thing is wrong that makes the rest meaningless (no JSON, another path), the rest is not judged.

    Args:
        request: The request.
        endpoint_path: The path at which images are requested.
    """
    if (request.method, request.path) != ("POST", endpoint_path):
        yield Finding("METHOD-POST", f"images are requested with POST {endpoint_path} and nowhere else")
        return
    yield Finding("METHOD-POST")
    yield from _of_authorization(request.headers.get("authorization", "").strip())
    if request.body is not None:
        yield from _of_body(request.headers.get("content-type", ""), request.body)


def _of_authorization(value: str) -> Iterator[Finding]:
    scheme, _, token = value.partition(" ")
    bearer = scheme.lower() == "bearer"
    if not value or (bearer and not token):
        yield Finding("AUTH-MISSING", "carries no key; send Authorization: Bearer <API key>")
        return
    yield Finding("AUTH-MISSING")
    problem = "the key is not sent as a bearer token; send Authorization: Bearer <API key>"
    yield Finding("AUTH-SCHEME", None if bearer else problem)


def _of_body(content_type: str, body: bytes) -> Iterator[Finding]:
    media_type = content_type.partition(";")[0].strip()
    if media_type.lower() != "application/json":
        yield Finding("BODY-JSON", "the Content-Type is not application/json")
        return
    try:
        document = json.loads(body.decode("utf-8"), parse_constant=_no_such_number)
    except (ValueError, RecursionError):
        yield Finding("BODY-JSON", "the body is not JSON in UTF-8")
        return
    yield Finding("BODY-JSON")
    if not isinstance(document, dict):
        yield Finding("BODY-OBJECT", f"the body is {json_type(document)}; it must be an object")
        return
    yield Finding("BODY-OBJECT")
    yield from _of_fields(document)


def _no_such_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _of_fields(document: Mapping[str, Any]) -> Iterator[Finding]:
    known = properties()
    for name, about in known.items():
        if about.required_by is not None:
            yield Finding(about.required_by, None if name in document else f"{name} is missing")
    named = document.get("model")
    model = named if isinstance(named, str) and not known["model"].broken_by(named) else None
    problems: dict[str, list[str]] = {}
    for name, about in known.items():
        if name not in document:
            continue
        broken = about.broken_by(document[name], model)
        for constraint in about.constraints(model):
            found = problems.setdefault(constraint.requirement, [])
            if constraint in broken:
                found.append(f"{name} {_in_words(constraint, document[name])}")
            if constraint.keyword == "type" and constraint in broken:
                break
    for requirement, found in problems.items():
        yield Finding(requirement, " and ".join(found) or None)
    if isinstance(prompt := document.get("prompt"), str):
        torn = any("\ud800" <= character <= "\udfff" for character in prompt)
        yield Finding("PROMPT-TEXT", "the prompt holds half a surrogate pair, which is no character" if torn else None)
    if isinstance(size := document.get("size"), str):
        yield from _of_size(size, model)


def _in_words(broken: Constraint, value: object) -> str:
    """How a value breaks a constraint, without any text of the client's."""
    match broken.keyword:
        case "type":
            return f"is {json_type(value)}; its type must be {broken.value}"
        case "enum":
            return f"is not one of {', '.join(map(str, broken.value))}"
        case "minLength" | "maxLength":
            has = f"has {len(str(value))} characters"
            return f"{has}; it must have at {'least' if broken.keyword == 'minLength' else 'most'} {broken.value}"
        case _:
            return f"breaks {broken.keyword} {broken.value}"


def _of_size(size: str, model: str | None) -> Iterator[Finding]:
    match = _FORM.fullmatch(size)
    if match is None or any(len(side) > 1 and side.startswith("0") for side in match.groups()):
        yield Finding("SIZE-FORM", "size is not WIDTHxHEIGHT in plain digits, such as 1024x1024")
        return
    yield Finding("SIZE-FORM")
    if model is None:
        return
    stating = catalogue().ruling("size", model)
    stated = {NAMES.get(name, name): (item.id, value) for item in stating for name, value in item.numbers.items()}
    requirement, recommended = stated["recommended"]
    if size in recommended:
        yield Finding(requirement)
        return
    width, height = int(match[1]), int(match[2])
    # Two limits may be one requirement; it is kept where both are.
    problems: dict[str, list[str]] = {}
    for name, (breaks, asked) in _BREAKS.items():
        requirement, limit = stated[name]
        found = problems.setdefault(requirement, [])
        if breaks(width, height, limit):
            found.append(asked.format(limit))
    for requirement, found in problems.items():
        problem = f"size {size} does not suit {model}: {' and '.join(found)}" if found else None
        yield Finding(requirement, problem)


def json_type(value: object) -> str:
    """The JSON type of a parsed value, with its article."""
    return "a string" if isinstance(value, str) else _JSON_TYPES.get(type(value), "null")
