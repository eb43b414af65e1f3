"""The faults by name: what each does, and on what."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable
from enum import Enum
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from zai_image_conformance.server.business_codes import BUSINESS_CODES
from zai_image_conformance.server.faults import layers, limits
from zai_image_conformance.server.faults.answers import Answer, Delivery, Layer
from zai_image_conformance.server.faults.layers import delivered, instead, shaped, success, written


class FaultError(ValueError):
    """A fault is asked for that there is not; `str()` is one line for a person."""


class Target(Enum):
    """What a fault acts on."""

    REQUEST = "request"
    """A POST for an image."""
    IMAGE = "image"
    """A GET of an image by its URL."""


@frozen
class Fault:
    """Something that can go wrong, by name."""

    name: str
    target: Target
    sentence: str
    """What it does, for people."""
    make: Callable[[float], Layer] = field(repr=False)
    """Makes the fault with its value; 0 where it takes none."""
    unit: str = ""
    """What its value is, such as `SECONDS`; empty where it takes none. `N` is a whole number from 1 on."""
    counts: bool = False
    """Whether it counts requests, so that those that ask for it with the same value share one count."""

    @property
    def form(self) -> str:
        """How it is asked for, such as `latency=SECONDS`."""
        return f"{self.name}={self.unit}" if self.unit else self.name


@frozen
class Requested:
    """A fault with its value."""

    fault: Fault
    value: float = 0.0

    @property
    def text(self) -> str:
        """How it is asked for, such as `latency=0.2`."""
        return f"{self.fault.name}={written(self.value)}" if self.fault.unit else self.fault.name

    def layer(self) -> Layer:
        """Make what it does."""
        return self.fault.make(self.value)


def _order(name: str, sentence: str, layer: Layer) -> Fault:
    return Fault(name, Target.REQUEST, sentence, lambda _value: layer)


def _image(name: str, sentence: str, layer: Layer) -> Fault:
    return Fault(name, Target.IMAGE, sentence, lambda _value: layer)


def _valued(form: str, target: Target, sentence: str, make: Callable[[float], Layer]) -> Fault:
    name, _, unit = form.partition("=")
    return Fault(name, target, sentence, make, unit)


def _limit(name: str, sentence: str, make: Callable[[float], Layer]) -> Fault:
    return Fault(name, Target.REQUEST, sentence, make, "N", counts=True)


_RATE = "over N requests within a minute, further ones are refused with 429, code 1303 and Retry-After"
_CONCURRENCY = "while N requests are being answered, others are refused with 429 and code 1302"
_BUSY = layers.html(503, "503 Service Temporarily Unavailable")
_TABLE = (
    _order("timeout", "the answer never comes", delivered(Delivery.NEVER)),
    _order("connection-reset-before", "the connection is reset instead of an answer", delivered(Delivery.RESET_BEFORE)),
    _order("connection-reset-while", "the connection is reset amid the answer", delivered(Delivery.RESET_WHILE)),
    _order("connection-reset-after", "the connection is reset behind the answer", delivered(Delivery.RESET_AFTER)),
    _order(
        "connection-close-before", "the connection is closed instead of an answer", delivered(Delivery.CLOSED_BEFORE)
    ),
    _order("connection-close-while", "the connection is closed amid the answer", delivered(Delivery.CLOSED_WHILE)),
    _order("nested-error", "error responses have the vendor's other form, with a string code", layers.nested),
    _limit("rate-limit", _RATE, limits.rate),
    _limit("concurrency-limit", _CONCURRENCY, limits.concurrency),
    _valued("latency=SECONDS", Target.REQUEST, "the answer comes that much later", layers.late),
    _valued(
        "jitter=SECONDS", Target.REQUEST, "the answer comes up to that much later, each time anew", layers.unsteady
    ),
    _order("truncated-json", "the answer's JSON breaks off in the middle", success(layers.halved)),
    _order("malformed-json", "the answer has single quotes, which JSON forbids", success(layers.malformed)),
    _order("empty-answer", "the answer is 200 and empty", success(layers.emptied)),
    _order("html-answer", "the answer is 200 and a web page", success(lambda _answer: layers.html(200, "Welcome"))),
    _order("array-answer", "the answer is an array around the object", shaped(lambda document: [document])),
    _order("null-answer", "the answer is null", shaped(lambda _document: None)),
    _order("created-missing", "created is missing", shaped(layers.without("created"))),
    _order("created-text", "created is a string", shaped(layers.with_value("created", "yesterday"))),
    _order("data-missing", "data is missing", shaped(layers.without("data"))),
    _order("data-empty", "data is an empty array", shaped(layers.with_value("data", []))),
    _order("data-null", "data is null", shaped(layers.with_value("data", None))),
    _order("data-object", "data is an object instead of an array", shaped(layers.with_value("data", {"url": "/"}))),
    _order("url-missing", "the items of data have no url", shaped(layers.with_items({}))),
    _order("url-number", "url is a number", shaped(layers.with_items({"url": 7}))),
    _order("url-relative", "url is a path without a host", shaped(layers.with_items({"url": "/images/kitten.png"}))),
    _order("content-flagged", "content_filter reports the most severe findings", shaped(layers.flagged)),
    _order("content-filtered", "refused with 400 and code 1301, with content_filter", instead(layers.blocked())),
    _order("429", "refused with 429 and code 1302, without Retry-After", instead(Answer.refusal(1302))),
    _valued(
        "429-retry-after=SECONDS", Target.REQUEST, "refused with 429, code 1302 and Retry-After", layers.told_to_wait
    ),
    _order("500", "500 and plain text, as a crashed program answers", instead(layers.crashed())),
    _order("502-html", "502 and a web page, as a proxy answers", instead(layers.html(502, "502 Bad Gateway"))),
    _order("503-html", "503 and a web page, as a proxy answers", instead(_BUSY)),
    *(
        _order(f"code-{code}", f"refused with {status} and code {code}: {message}", instead(Answer.refusal(code)))
        for code, (status, message) in BUSINESS_CODES.items()
    ),
    _image("image-timeout", "the image never comes", delivered(Delivery.NEVER)),
    _image("image-reset", "the connection is reset amid the image", delivered(Delivery.RESET_WHILE)),
    _image("image-close", "the connection is closed amid the image", delivered(Delivery.CLOSED_WHILE)),
    _valued("slow-image=SECONDS", Target.IMAGE, "the image takes that long to be sent", layers.slow),
    _image("truncated-image", "half an image comes as if it were whole", success(layers.halved)),
    _image("expired-link", "the link has expired: 403 and XML, as object stores answer", instead(layers.expired())),
    _image("dead-link", "the link leads nowhere: 404", instead(layers.gone())),
    _image("image-503", "the images' host is busy: 503", instead(_BUSY)),
    _image("image-html", "a web page comes instead of the image, under 200", instead(layers.html(200, "Welcome"))),
)
FAULTS: Final = MappingProxyType({fault.name: fault for fault in _TABLE})
"""Every fault by name. Where several are at work, each acts on what those after it in the table make of the answer."""


def requested(text: str) -> Requested:
    """Read a fault as it is asked for, such as `latency=0.2`.

    Args:
        text: The name, and for some faults a value after `=`.

    Returns:
        The fault with its value.

    Raises:
        FaultError: There is no such fault, or its value is missing, needless or impossible.
    """
    name, equals, value = (part.strip() for part in text.partition("="))
    fault = FAULTS.get(name)
    if fault is None:
        near = difflib.get_close_matches(name, FAULTS, n=1)
        hint = f"did you mean {FAULTS[near[0]].form}? " if near else ""
        raise FaultError(f"there is no fault {_shown(name)}; {hint}`zai-image serve --list-faults` lists them")
    if not fault.unit:
        if equals:
            raise FaultError(f"the fault {name} takes no value")
        return Requested(fault)
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    whole = fault.unit == "N"
    if not (0 <= number < math.inf) or (whole and (number < 1 or number != int(number))):
        wanted = "a whole number from 1 on" if whole else f"a number of {fault.unit.lower()}"
        raise FaultError(f"the fault {name} needs {wanted}, as in {fault.form}")
    return Requested(fault, number)


def _shown(name: str) -> str:
    return ascii(name if len(name) <= 60 else f"{name[:60]}...")
