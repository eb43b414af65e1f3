"""What a right response looks like, as functions that return what is wrong with one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from attrs import frozen
from jsonschema_rs import Draft4Validator, ValidationErrorKind

from zai_image_conformance.model import Exchange
from zai_image_conformance.requirements import Profile, catalogue
from zai_image_conformance.schema import KEYWORDS, answer_schema, portable, requirement_at, with_null
from zai_image_conformance.sizes import Sides
from zai_image_conformance.suite.images import View, is_same

_INT32 = range(-(2**31), 2**31)


@frozen
class Wrong:
    """How a response differs from a right one."""

    expected: str
    actual: str
    deviation: bool = False
    """Whether it is the one that the catalogue knows of servers in use."""


Check: TypeAlias = Callable[[Exchange], Wrong | None]


def refused(exchange: Exchange) -> Wrong | None:
    """A response came, and no image was made: the status is an error's."""
    return Wrong("an error response (status 400 to 499)", exchange.summary) if exchange.status < 400 else None


def accepted(exchange: Exchange) -> Wrong | None:
    """The status is 200, the one documented for a success."""
    return Wrong("200 and an image", exchange.summary) if exchange.status != 200 else None


def refused_as_the_callers_fault(exchange: Exchange, profile: Profile) -> Wrong | None:
    """The status is 4xx; or 501, where that is forgiven for a method that a server does not know at all."""
    unknown_method = exchange.request.method != "POST" and exchange.status == 501
    if unknown_method and catalogue().forgives("501-for-a-method", profile):
        return None
    return None if 400 <= exchange.status < 500 else Wrong("a 4xx status", exchange.summary)


def sent_as_json(exchange: Exchange) -> Wrong | None:
    """The body is announced as JSON."""
    media_type = exchange.media_type
    if media_type == "application/json" or media_type.endswith("+json"):
        return None
    return Wrong("Content-Type: application/json", exchange.summary)


def documented_error(exchange: Exchange) -> Wrong | None:
    """The body is an object with an int32 code and a string message; more fields do no harm."""
    fields = exchange.fields
    code = integer(fields.get("code"))
    if code is None or code not in _INT32 or not isinstance(fields.get("message"), str):
        expected = '{"code": an integer, "message": a string}'
        return Wrong(expected, exchange.summary, deviation=is_nested_error(exchange.document))
    return None


def created_about_now(exchange: Exchange) -> Wrong | None:
    """`created` is the time of the request in Unix seconds."""
    created = integer(exchange.fields.get("created"))
    differing = catalogue().leniency("another-clock").numbers["seconds"]
    least, most = exchange.sent_at - differing, exchange.came_at + differing
    if created is None or not least <= created <= most:
        return Wrong(f"created: an integer near {exchange.sent_at:.0f} (Unix seconds)", exchange.summary)
    return None


def absolute_url(exchange: Exchange) -> Wrong | None:
    """`data[0].url` is an absolute http or https URL."""
    try:
        parts = urlsplit(exchange.image_url or "")
        absolute = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        absolute = False
    return None if absolute else Wrong("data[0].url: an absolute http or https URL", exchange.summary)


def as_described(exchange: Exchange) -> dict[str, Wrong]:
    """What the document says of an answer and this one does not keep, by the requirement about that place."""
    place, _ = answer_schema()
    found: dict[str, Wrong] = {}
    for error in _validator().iter_errors(portable(exchange.fields)):
        path = [str(part) for part in error.schema_path]
        if isinstance(error.kind, ValidationErrorKind.Required) and path == ["required"]:
            path = ["properties", error.kind.property]
        requirement = requirement_at("/".join([place, *path]))
        if requirement is not None:
            where = ".".join(map(str, error.instance_path)) or path[-1]
            found.setdefault(requirement, Wrong(f"{where} as the document describes it", exchange.summary))
    return found


@cache
def _validator() -> Draft4Validator:
    return Draft4Validator(with_null(answer_schema()[1]))


def described(requirement: str) -> Check:
    """The check that an answer keeps what the document says of the places that a requirement is about."""
    return lambda exchange: as_described(exchange).get(requirement)


OF_A_REFUSAL: Mapping[str, Check] = {"ERROR-BODY": documented_error, "ERROR-MEDIA-TYPE": sent_as_json}
"""By requirement, what is checked of each error response that has the documented form."""


def of_an_answer() -> Mapping[str, Check]:
    """By requirement, what is checked of each success: the reviewed numbers of its places among it."""
    return {
        "ANSWER-MEDIA-TYPE": sent_as_json,
        "ANSWER-CREATED": created_about_now,
        "ANSWER-URL": absolute_url,
        **{
            requirement.id: described(requirement.id)
            for requirement in catalogue()
            if (requirement.place or "").startswith(f"{answer_schema()[0]}/") and KEYWORDS & requirement.numbers.keys()
        },
    }


def complete_image(view: View) -> Wrong | None:
    """The URL gives an image that decodes to its last pixel."""
    return Wrong("a complete image behind the URL", view.fault) if view.sides is None else None


def announced_as_image(view: View) -> Wrong | None:
    """The Content-Type, where it is sent, is an image's, or that of bytes which may be anything."""
    kind = view.media_type.partition("/")[0]
    if kind != "image" and view.media_type not in catalogue().leniency("bytes-for-an-image").values:
        return Wrong("Content-Type: image/...", f"Content-Type: {view.media_type}")
    return None


def of_size(view: View, expected: Sides) -> Wrong | None:
    """The image has the width and height that were named."""
    return None if view.sides == expected else Wrong(f"an image of {expected}", f"an image of {view.sides}")


def still_there(first: View, later: View, seconds: float) -> Wrong | None:
    """The URL gives the same image later."""
    expected = "the same image again"
    if later.sides is None:
        return Wrong(expected, f"after {seconds:.1f} s, {later.fault}")
    if not is_same(first, later):
        sides = "" if later.sides == first.sides else f" of {later.sides}"
        return Wrong(expected, f"after {seconds:.1f} s, another image{sides}")
    return None


def is_nested_error(document: Any) -> bool:
    """The body that the vendor's page of errors shows: `{"error": {"code": "1214", "message": "..."}}`."""
    error = document.get("error") if isinstance(document, dict) else None
    return isinstance(error, dict) and all(isinstance(error.get(name), str) for name in ("code", "message"))


def integer(value: Any) -> int | None:
    """The value of a JSON integer. JSON does not tell 3.0 from 3; Python takes true for 1."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
