# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""JSON in and out: reads values as the types that the document promises, and writes models as plain JSON.

A reader takes a parsed JSON value and returns it typed, or raises :class:`~.errors.InvalidData`. Nothing else
escapes from here, whatever the bytes are.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar
from uuid import UUID

from .errors import InvalidData, InvalidResponse
from .types import UNSET, Response, Unset

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

LARGEST_BODY: Final = 32 * 1024 * 1024
"""Bytes that the body of an answer may have, compression undone: room for a picture in it, and an end to a hostile one."""


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


# NaN and Infinity are Python's additions to JSON, so they are refused in both directions.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def decode(content: bytes) -> object:
    """Return the JSON value that the bytes spell, or raise ``InvalidData``."""
    if not content:
        raise InvalidData("JSON was promised, an empty body came")
    try:
        return _DECODER.decode(content.decode(json.detect_encoding(content)))
    except RecursionError:
        raise InvalidData("JSON was promised, what came is nested too deeply") from None
    except ValueError as error:
        raise InvalidData(f"JSON was promised, what came is not: {error}") from error


def encode(value: object) -> bytes:
    """Return the value as JSON in UTF-8, or raise ``InvalidData`` where JSON cannot hold it."""
    try:
        return _ENCODER.encode(value).encode()
    except RecursionError:
        raise InvalidData("this cannot be sent as JSON: it is nested too deeply") from None
    except (TypeError, ValueError) as error:
        raise InvalidData(f"this cannot be sent as JSON: {error}") from error


class Body:
    """Takes the body of an answer as it comes, and refuses one that is too long, or has no end."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._chunks: list[bytes] = []
        self._length = 0

    def take(self, chunk: bytes) -> None:
        """Take a decoded chunk, or raise ``InvalidResponse`` with all that came where that is too much."""
        self._chunks.append(chunk)
        self._length += len(chunk)
        if self._length > LARGEST_BODY:
            answer, problem = self.answer(), f"its body is longer than {LARGEST_BODY} bytes"
            raise InvalidResponse(answer.status_code, answer.headers, answer.content, problem)

    def answer(self) -> Response[None]:
        """Return the answer with the chunks as its body, not parsed yet."""
        return Response(self._response.status_code, b"".join(self._chunks), self._response.headers, None)


def read(response: Response[None], reader: Callable[[Any], T]) -> Response[T]:
    """Return the response with its JSON body read, or raise ``InvalidResponse`` with status and body."""
    try:
        parsed = reader(decode(response.content))
    except InvalidData as error:
        raise InvalidResponse(response.status_code, response.headers, response.content, str(error)) from error
    return Response(response.status_code, response.content, response.headers, parsed)


def undocumented(response: Response[None]) -> NoReturn:
    """Raise ``InvalidResponse``, because the document promises nothing for this status."""
    problem = "the document promises no answer with this status"
    raise InvalidResponse(response.status_code, response.headers, response.content, problem)


def fields(value: object) -> dict[str, Any]:
    """Read an object, as a new dictionary."""
    if isinstance(value, Mapping):
        return dict(value)
    _mismatch("an object", value)


def required(source: dict[str, Any], name: str, reader: Callable[[Any], T]) -> T:
    """Take the named property out of the source and read it; it must be there."""
    if name not in source:
        raise InvalidData("promised, but missing", (name,))
    try:
        return reader(source.pop(name))
    except InvalidData as error:
        raise error.within(name) from None


def optional(source: dict[str, Any], name: str, reader: Callable[[Any], T]) -> T | Unset:
    """Take the named property out of the source and read it; absent and null both read as ``UNSET``.

    Many servers write null for a property they leave out, and an answer that cost money is not thrown away for it.
    """
    value = source.pop(name, None)
    if value is None:
        return UNSET
    try:
        return reader(value)
    except InvalidData as error:
        raise error.within(name) from None


def anything(value: Any) -> Any:
    """Read any value, as it is."""
    return value


def text(value: object) -> str:
    """Read a string."""
    if isinstance(value, str):
        return value
    _mismatch("a string", value)


def integer(value: object) -> int:
    """Read an integer; ``1.0`` is one, as JSON Schema has it, ``true`` is not."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    _mismatch("an integer", value)


def number(value: object) -> float:
    """Read a number that a float can hold."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise InvalidData("a number was promised, one too large came") from None
    _mismatch("a number", value)


def boolean(value: object) -> bool:
    """Read true or false."""
    if isinstance(value, bool):
        return value
    _mismatch("true or false", value)


def null(value: object) -> None:
    """Read null."""
    if value is not None:
        _mismatch("null", value)


def moment(value: object) -> datetime.datetime:
    """Read a date and time in RFC 3339 form."""
    try:
        return datetime.datetime.fromisoformat(text(value))
    except ValueError:
        _mismatch("a date and time", value)


def date(value: object) -> datetime.date:
    """Read a date in RFC 3339 form."""
    try:
        return datetime.date.fromisoformat(text(value))
    except ValueError:
        _mismatch("a date", value)


def uuid(value: object) -> UUID:
    """Read a UUID."""
    try:
        return UUID(text(value))
    except ValueError:
        _mismatch("a UUID", value)


def items(reader: Callable[[Any], T]) -> Callable[[object], list[T]]:
    """Return a reader of arrays whose items the given reader reads."""

    def read_items(value: object) -> list[T]:
        if not isinstance(value, list):
            _mismatch("an array", value)
        result: list[T] = []
        for index, item in enumerate(value):
            try:
                result.append(reader(item))
            except InvalidData as error:
                raise error.within(index) from None
        return result

    return read_items


def one_of(*readers: Callable[[Any], Any]) -> Callable[[object], Any]:
    """Return a reader that reads with the first of the given readers that can."""

    def read_one(value: object) -> Any:
        problems: list[str] = []
        for reader in readers:
            try:
                return reader(value)
            except InvalidData as error:
                problems.append(str(error))
        raise InvalidData(f"none of the promised shapes: {'; or '.join(problems)}")

    return read_one


def to_dict(additional: Mapping[str, Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model's properties as plain JSON values: the unnamed ones, then the named ones that are set."""
    result = dict(additional)
    for name, value in named.items():
        if value is not UNSET:
            result[name] = _plain(value)
    return result


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value.to_dict() if hasattr(value, "to_dict") else value


def _mismatch(promised: str, value: object) -> NoReturn:
    raise InvalidData(f"{promised} was promised, {_KINDS.get(type(value), type(value).__name__)} came")


_KINDS = {
    type(None): "null",
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}
