"""The test vectors of error responses: both shapes of error body, the vendor's codes, and bodies of neither shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from scripts.emit.vectors.vector import Vector

_JSON = {"Content-Type": "application/json"}
_MESSAGE = "the reason, in the server's own words"


@frozen
class _Meaning:
    """What an error response is about, and what comes of sending the request again."""

    kind: str
    repeat: str
    """``safe``, after a wait; ``useless``: the same comes back; ``risky``: a second image may be charged for."""


_REQUEST = _Meaning("request", "useless")
_AUTHENTICATION = _Meaning("authentication", "useless")
_BALANCE = _Meaning("balance", "useless")
_CONTENT = _Meaning("content", "useless")
_SLOW_DOWN = _Meaning("rate", "safe")
_LIMIT = _Meaning("rate", "useless")
_SERVER = _Meaning("server", "risky")

# The vendor's business codes, each under the HTTP status that it comes with.
_CODES: tuple[tuple[int, tuple[int, ...], _Meaning], ...] = (
    (400, (1210, 1211, 1212, 1213, 1214, 1215), _REQUEST),
    (401, (1000, 1001, 1002, 1003, 1004), _AUTHENTICATION),
    (429, (1110, 1111, 1112, 1120, 1121), _AUTHENTICATION),
    (429, (1113,), _BALANCE),
    (400, (1300, 1301), _CONTENT),
    (429, (1302, 1303), _SLOW_DOWN),
    (429, (1304, 1308, 1309), _LIMIT),
    (500, (500, 1230, 1234), _SERVER),
)
# What a status says where the body says no more.
_STATUSES = {
    400: _REQUEST,
    401: _AUTHENTICATION,
    403: _REQUEST,
    404: _REQUEST,
    429: _SLOW_DOWN,
    500: _SERVER,
    502: _SERVER,
    503: _SERVER,
    504: _SERVER,
}
_NO_ERROR_BODY: Mapping[str, Mapping[str, Any]] = {
    "no body": {"headers": {}, "text": ""},
    "a page of HTML": {"headers": {"Content-Type": "text/html"}, "text": "<html>Bad gateway</html>"},
    "a page of HTML that calls itself JSON": {"text": "<html>Bad gateway</html>"},
    "an empty object": {"json": {}},
    "an array": {"json": []},
    "null": {"json": None},
    "an error that is null": {"json": {"error": None}},
    "lists within lists, a thousand deep": {"text": "[" * 1000 + "]" * 1000},
}


def error_vectors() -> Iterator[Vector]:
    """Yield the vectors of error responses."""
    form = "ERROR-BODY"
    for status, codes, meaning in _CODES:
        for code in codes:
            body = {"code": code, "message": _MESSAGE}
            yield _vector(f"code {code}", form, {"status": status, "json": body}, meaning, code, kept=True)
            nested = {"error": {"code": str(code), "message": _MESSAGE}}
            what = f"code {code} as text, in the shape of the vendor's page on errors"
            yield _vector(what, form, {"status": status, "json": nested}, meaning, code)
    yield from _mixed_shapes(form)
    for status, meaning in _STATUSES.items():
        for what, answer in _NO_ERROR_BODY.items():
            unnamed = f"status {status} with {what}"
            yield _vector(unnamed, form, {"status": status, **answer}, meaning, None, message=None)
    yield from _under_success()
    yield from _waits(form)


def _mixed_shapes(form: str) -> Iterator[Vector]:
    """Bodies between the two shapes; a code or a message that is there is told."""
    shapes: Mapping[str, tuple[Mapping[str, Any], int | None, str | None]] = {
        "code as text, not nested": ({"code": "1214", "message": _MESSAGE}, 1214, _MESSAGE),
        "code as number, nested": ({"error": {"code": 1214, "message": _MESSAGE}}, 1214, _MESSAGE),
        "a code alone": ({"code": 1214}, 1214, None),
        "a message alone": ({"message": _MESSAGE}, None, _MESSAGE),
        "a code that is no number": ({"code": "invalid_size", "message": _MESSAGE}, None, _MESSAGE),
        "a code that is null": ({"code": None, "message": _MESSAGE}, None, _MESSAGE),
        "a message that is null": ({"code": 1214, "message": None}, 1214, None),
    }
    for what, (body, code, message) in shapes.items():
        yield _vector(what, form, {"status": 400, "json": body}, _REQUEST, code, message=message)
    more = {"code": 1214, "message": _MESSAGE, "request_id": "r-1"}
    yield _vector("a field more", form, {"status": 400, "json": more}, _REQUEST, 1214, kept=True)
    unknown = {"code": 9876, "message": _MESSAGE}
    yield _vector("a code that is not known", form, {"status": 400, "json": unknown}, _REQUEST, 9876, kept=True)


def _under_success() -> Iterator[Vector]:
    """An error in the place of an image is an error, whatever the status says."""
    requirement = "ERROR-STATUS"
    for what, body in {
        "an error under status 200": {"code": 1301, "message": _MESSAGE},
        "an error of the other shape under status 200": {"error": {"code": "1301", "message": _MESSAGE}},
    }.items():
        yield _vector(what, requirement, {"status": 200, "json": body}, _CONTENT, 1301)


def _waits(form: str) -> Iterator[Vector]:
    """The header field Retry-After, in seconds."""
    body = {"code": 1302, "message": _MESSAGE}
    for value, seconds in (("7", 7), ("0", 0), ("-1", None), ("soon", None)):
        answer = {"status": 429, "headers": {**_JSON, "Retry-After": value}, "json": body}
        yield _vector(f"Retry-After: {value}", form, answer, _SLOW_DOWN, 1302, kept=True, retry_after=seconds)


def _vector(
    what: str,
    requirement: str,
    answer: Mapping[str, Any],
    meaning: _Meaning,
    code: int | None,
    *,
    message: str | None = _MESSAGE,
    kept: bool = False,
    retry_after: int | None = None,
) -> Vector:
    error = {
        "kind": meaning.kind,
        "status": answer["status"],
        "code": code,
        "message": message,
        "retry_after": retry_after,
        "repeat": meaning.repeat,
    }
    return Vector(what, requirement, {"headers": _JSON, **answer}, {"outcome": "error", "kept": kept, "error": error})
