# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""JSON in and out: reads values as the types that the document promises, and writes models as plain JSON.

A reader takes a parsed JSON value and returns it typed, or raises :class:`~.errors.InvalidData`. Nothing else
escapes from here, whatever the bytes are.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn, TypeVar

from .errors import InvalidData

T = TypeVar("T")

LARGEST_BODY: Final = 32 * 1024 * 1024
"""Bytes that the body of an answer may have, compression undone: room for an image, and an end to a hostile one."""


MOST_VALUES: Final = 10_000
"""Values that an answer may have; a body of a megabyte can have a million, and hold up an event loop."""
_SHORT: Final = 1024 * 1024
_MOST_DIGITS: Final = 400
_BEYOND_ASCII: Final = re.compile("[^\0-\x7f]+")


def _integer(digits: str) -> int:
    # Python takes time that grows with the square to read a number.
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number has more than {_MOST_DIGITS} digits")
    return int(digits)


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


# NaN and Infinity are Python's additions to JSON, so they are refused in both directions.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_integer)
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def decode(content: bytes) -> object:
    """Return the JSON value that the bytes spell, or raise ``InvalidData``."""
    if not content:
        raise InvalidData("JSON was promised, an empty body came")
    try:
        return _DECODER.decode(text_of(content))
    except InvalidData:
        raise
    except RecursionError:
        raise InvalidData("JSON was promised, the answer is nested too deeply") from None
    except ValueError as error:
        raise InvalidData(f"JSON was promised, the answer is not: {error}") from error


def text_of(content: bytes, errors: str = "strict") -> str:
    """Return the text of a body in JSON, which takes neither long to read nor much more memory than the bytes.

    Args:
        content: The body.
        errors: What to do about bytes that are no text, as for ``bytes.decode``.

    Raises:
        InvalidData: It would take longer.
        UnicodeDecodeError: It is no text.
    """
    # Each value but the first comes behind one of these, which also stand in strings, but not so often.
    if sum(map(content.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise InvalidData(f"JSON was promised, the answer has more than {MOST_VALUES} values")
    encoding = json.detect_encoding(content)
    if len(content) <= _SHORT or (content.isascii() and encoding.startswith("utf-8")):
        return content.decode(encoding, errors)
    # One character from the far end of Unicode makes Python hold each character of a text in four bytes.
    if len(content) - len(content.translate(None, bytes(range(128, 256)))) > _SHORT:
        raise InvalidData(f"JSON was promised, the answer has more than {_SHORT} bytes outside of ASCII")
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    pieces = (decoder.decode(content[begin : begin + _SHORT]) for begin in range(0, len(content), _SHORT))
    return "".join(_BEYOND_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], piece) for piece in pieces)


def encode(value: object) -> bytes:
    """Return the value as JSON in UTF-8, or raise ``InvalidData`` where JSON cannot hold it."""
    try:
        return _ENCODER.encode(value).encode()
    except RecursionError:
        raise InvalidData("this cannot be sent as JSON: it is nested too deeply") from None
    except Exception as error:
        raise InvalidData(f"this cannot be sent as JSON: {error}") from error


def json_of(reader: Callable[[Any], T]) -> Callable[[bytes], T]:
    """Return a reader of bodies in JSON, whose value the given reader reads."""
    return lambda content: reader(decode(content))


def characters(content: bytes) -> str:
    """Read a body of text."""
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise InvalidData("text in UTF-8 was promised, the answer is not") from error


def octets(content: bytes) -> bytes:
    """Read a body of bytes, as it is."""
    return content


def fields(value: object) -> dict[str, Any]:
    """Read an object, as a new dictionary."""
    if isinstance(value, Mapping):
        return dict(value)
    raise _mismatch("an object", value)


def anything(value: Any) -> Any:
    """Read any value, as it is."""
    return value


def text(value: object) -> str:
    """Read a string."""
    if isinstance(value, str):
        return value
    raise _mismatch("a string", value)


def integer(value: object) -> int:
    """Read an integer; ``1.0`` is one, as JSON Schema has it, ``true`` is not."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise _mismatch("an integer", value)


def number(value: object) -> float:
    """Read a number; one without a fraction stays an integer, which may have more digits than a float."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise _mismatch("a number", value)


def boolean(value: object) -> bool:
    """Read true or false."""
    if isinstance(value, bool):
        return value
    raise _mismatch("true or false", value)


def null(value: object) -> None:
    """Read null."""
    if value is not None:
        raise _mismatch("null", value)


def items(reader: Callable[[Any], T]) -> Callable[[object], list[T]]:
    """Return a reader of arrays whose items the given reader reads."""

    def read_items(value: object) -> list[T]:
        if not isinstance(value, list):
            raise _mismatch("an array", value)
        result: list[T] = []
        for index, item in enumerate(value):
            try:
                result.append(reader(item))
            except InvalidData as error:
                raise error.within(index) from None
        return result

    return read_items


def one_of(*readers: Callable[[Any], Any]) -> Callable[[object], Any]:
    """Return a reader that reads with that of the given readers which leaves least unread; with the first of equals."""

    def read_one(value: object) -> Any:
        problems: list[str] = []
        best: tuple[int, Any] | None = None
        for reader in readers:
            try:
                result = reader(value)
            except InvalidData as error:
                problems.append(str(error))
                continue
            unread = len(getattr(result, "additional_properties", ()))
            if best is None or unread < best[0]:
                best = unread, result
        if best is None:
            raise InvalidData(f"none of the promised shapes: {'; or '.join(problems)}")
        return best[1]

    return read_one


def entries(reader: Callable[[Any], T]) -> Callable[[object], dict[str, T]]:
    """Return a reader of objects with any names, whose values the given reader reads."""

    def read_entries(value: object) -> dict[str, T]:
        result: dict[str, T] = {}
        for name, entry in fields(value).items():
            try:
                result[name] = reader(entry)
            except InvalidData as error:
                raise error.within(name) from None
        return result

    return read_entries


def nullable(reader: Callable[[Any], T]) -> Callable[[object], T | None]:
    """Return a reader of null, and of what the given reader reads."""
    return lambda value: None if value is None else reader(value)


def plain(value: Any) -> Any:
    """Return a value with every model in it as a JSON object, and tuples as arrays; any other is left as it is."""
    if isinstance(value, _SCALARS):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    return value.to_dict() if hasattr(value, "to_dict") else value


_SCALARS: Final = (str, int, float, type(None))


def _mismatch(promised: str, value: object) -> InvalidData:
    return InvalidData(f"{promised} was promised, {_KINDS.get(type(value), type(value).__name__)} came")


_KINDS = {
    type(None): "null",
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}
