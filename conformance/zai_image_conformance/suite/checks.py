"""What a right answer looks like, as functions that raise `Broken` where it does not."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from zai_image_conformance.model import Exchange
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.sizes import Sides
from zai_image_conformance.suite import strict_document
from zai_image_conformance.suite.images import View

_CLOCKS_DIFFER = 3600
"""Seconds that the server's clock may be off. Less than a time zone, far less than milliseconds for seconds."""
_INT32 = range(-(2**31), 2**31)


class Broken(AssertionError):
    """A promise was not kept.

    Args:
        expected: What a right server does.
        exchange: What was asked, and answered.
        came: What came instead; the answer itself where it is left out.
        deviation: Whether it is the one that the catalogue knows of servers in use.
    """

    def __init__(self, expected: str, exchange: Exchange, came: str | None = None, *, deviation: bool = False) -> None:
        self.deviation = deviation
        self.expected = expected
        self.exchange = exchange
        self.came = exchange.summary if came is None else came
        super().__init__(f"expected {expected}; came {self.came}; ask again: {exchange.curl}")


def refused(exchange: Exchange) -> None:
    """An answer came, and no picture was made: the status is an error's."""
    if exchange.status < 400:
        raise Broken("a refusal", exchange)


def refused_as_the_callers_fault(exchange: Exchange) -> None:
    """The status is 4xx; or 501, which HTTP has for a method that a server does not know at all."""
    unknown_method = exchange.question.method != "POST" and exchange.status == 501
    if not 400 <= exchange.status < 500 and not unknown_method:
        raise Broken("a 4xx status", exchange)


def accepted(exchange: Exchange) -> None:
    """The status is 200, the one documented for a success."""
    if exchange.status != 200:
        raise Broken("200 and a picture", exchange)


def sent_as_json(exchange: Exchange) -> None:
    """The body is announced as JSON."""
    media_type = exchange.media_type
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise Broken("Content-Type: application/json", exchange)


def documented_error(exchange: Exchange) -> None:
    """The body is an object with an int32 code and a string message; more fields do no harm."""
    expected = '{"code": an integer, "message": a string}'
    document = exchange.document
    fields = document if isinstance(document, dict) else {}
    code = _integer(fields.get("code"))
    if code is None or code not in _INT32 or not isinstance(fields.get("message"), str):
        raise Broken(expected, exchange, deviation=_is_nested_error(document))


def created_about_now(exchange: Exchange) -> None:
    """`created` is the time of the request in Unix seconds."""
    created = _integer(_field(exchange, "created"))
    least, most = exchange.sent_at - _CLOCKS_DIFFER, exchange.came_at + _CLOCKS_DIFFER
    if created is None or not least <= created <= most:
        raise Broken(f"created: an integer near {exchange.sent_at:.0f} (Unix seconds)", exchange)


def one_picture(exchange: Exchange) -> None:
    """`data` holds as many items as the page says."""
    count = catalogue()["ANSWER-COUNT"].numbers["maxItems"]
    data = _field(exchange, "data")
    if not isinstance(data, list) or len(data) != count:
        raise Broken(f"data: an array of {count} item", exchange)


def absolute_link(exchange: Exchange) -> None:
    """`data[0].url` is an absolute http or https address."""
    try:
        parts = urlsplit(exchange.link or "")
        absolute = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        absolute = False
    if not absolute:
        raise Broken("data[0].url: an absolute http or https address", exchange)


def content_filter_in_form(exchange: Exchange) -> None:
    """`content_filter`, where it is sent, is an array of documented roles and levels."""
    document = exchange.document
    if not isinstance(document, dict) or "content_filter" not in document:
        return
    requirement = catalogue()["FILTER-FORM"]
    roles, numbers = requirement.values, requirement.numbers
    levels = range(numbers["minimum"], numbers["maximum"] + 1)

    def in_form(item: Any) -> bool:
        if not isinstance(item, dict):
            return False
        return item.get("role", roles[0]) in roles and _integer(item.get("level", levels[0])) in levels

    items = document["content_filter"]
    if not isinstance(items, list) or not all(in_form(item) for item in items):
        expected = f"content_filter: items with a role of {', '.join(roles)} and a level of {levels[0]} to {levels[-1]}"
        raise Broken(expected, exchange)


def complete_picture(exchange: Exchange, view: View) -> None:
    """The link gives a picture that decodes to its last pixel."""
    if view.sides is None:
        raise Broken("a complete picture behind the link", exchange, view.fault)


def announced_as_picture(exchange: Exchange, view: View) -> None:
    """The Content-Type, where it is sent, is a picture's, or that of bytes which may be anything."""
    kind = view.media_type.partition("/")[0]
    if view.media_type not in ("", "application/octet-stream", "binary/octet-stream") and kind != "image":
        raise Broken("Content-Type: image/...", exchange, f"Content-Type: {view.media_type}")


def of_size(exchange: Exchange, view: View, ordered: Sides) -> None:
    """The picture's width and height are the ordered ones."""
    if view.sides != ordered:
        raise Broken(f"a picture of {ordered}", exchange, f"a picture of {view.sides}")


def after_the_strict_document(exchange: Exchange, requirement: str) -> None:
    """Schemathesis finds nothing that breaks the requirement."""
    if requirement in strict_document.broken_by(exchange):
        nested = requirement == "ERROR-BODY" and _is_nested_error(exchange.document)
        raise Broken("an answer that Schemathesis finds to follow the strict document", exchange, deviation=nested)


def _is_nested_error(document: Any) -> bool:
    """The body that the vendor's page of errors shows: `{"error": {"code": "1214", "message": "..."}}`."""
    error = document.get("error") if isinstance(document, dict) else None
    return isinstance(error, dict) and all(isinstance(error.get(name), str) for name in ("code", "message"))


def _field(exchange: Exchange, name: str) -> Any:
    document = exchange.document
    return document.get(name) if isinstance(document, dict) else None


def _integer(value: Any) -> int | None:
    """The value of a JSON integer. JSON does not tell 3.0 from 3; Python takes true for 1."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
