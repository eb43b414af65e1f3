"""Reads YAML or JSON that nobody has vouched for into plain JSON values, within limits of size, depth and number."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    NodeEvent,
    ScalarEvent,
)

from scripts.source.failure import PipelineError
from scripts.source.quoting import quote

MAX_BYTES = 524_288
"""Twice Z.AI's whole document, of all its operations. ruamel.yaml needs up to five seconds for each megabyte."""
MAX_DEPTH = 64
"""Mappings and lists within one another; Z.AI's document has 12."""
MAX_VALUES = 40_000
"""Keys and values together; Z.AI's whole document has 10,000."""
MAX_TEXT = 16_384
"""Characters of one text; the longest of Z.AI's has 700."""
_MAX_INTEGER = 2**63


class UnreadableError(PipelineError):
    """Something is not what it should be before its meaning is even looked at; one line."""


def read_mapping(content: bytes, name: str, *, trusted: bool = False) -> dict[str, Any]:
    """Read a YAML or JSON document whose top level is a mapping.

    Beside the limits of this module, some of YAML is refused: no OpenAPI document needs it, and it can hide things.
    That is: anchors and aliases (a page of a kilobyte may mean gigabytes), tags, a key that stands twice, and values
    that JSON does not have.

    Args:
        content: The document; one that begins with ``{`` is JSON, any other YAML.
        name: What to call it in an error.
        trusted: Whether people of this project wrote it: it is then not looked through for what could harm.

    Returns:
        Mappings, lists, text, numbers, booleans and None. A key such as ``200`` has become text.

    Raises:
        UnreadableError: It is not such a document.
    """
    text = decoded(content, name)
    try:
        value = _json(text) if text.lstrip().startswith("{") else _yaml(text, trusted=trusted)
        if not isinstance(value, dict):
            raise UnreadableError("is not a mapping at its top")
        return {key: _plain(item, key, 1) for key, item in _items(value, "")}
    except UnreadableError as error:
        raise UnreadableError(f"{name} {error}") from error


def decoded(content: bytes, name: str) -> str:
    """Return the content as text.

    Raises:
        UnreadableError: It is too large, or not UTF-8.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableError(f"{name} has more than {MAX_BYTES} bytes, the most that is read")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{name} is not UTF-8: byte {error.start} is {content[error.start]:#04x}") from error


# One run reads the same files several times. What is returned here is copied, and left as it is.
@lru_cache(maxsize=16)
def _yaml(text: str, *, trusted: bool) -> Any:
    # The same reader as openapi-python-client's. It composes recursively and expands aliases, so the events are
    # looked through before it may.
    try:
        if not trusted:
            _look_through(YAML(typ="safe", pure=True), text)
        return YAML(typ="safe", pure=True).load(text)
    except UnreadableError:
        raise
    except MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UnreadableError(f"is not YAML{line}: {_one_line(error.problem or error.context)}") from error
    except YAMLError as error:
        raise UnreadableError(f"is not YAML: {_one_line(error)}") from error
    except Exception as error:
        # Its constructors let other errors through, such as those of datetime for the date 2026-99-99.
        raise UnreadableError(f"holds a YAML value that cannot be read: {_one_line(error)}") from error


def _look_through(yaml: YAML, text: str) -> None:
    depth = values = documents = 0
    for event in yaml.parse(text):
        match event:
            case DocumentStartEvent():
                documents += 1
            case AliasEvent():
                raise UnreadableError(f"{_line(event)} uses a YAML alias; write the value out")
            case NodeEvent(anchor=str()):
                raise UnreadableError(f"{_line(event)} has a YAML anchor; write the value out where it is needed")
            case ScalarEvent(tag=str()) | CollectionStartEvent(tag=str()):
                raise UnreadableError(f"{_line(event)} has a YAML tag; write a plain value")
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        values += isinstance(event, NodeEvent)
        _within_limits(depth, values)
        if documents > 1:
            raise UnreadableError(f"{_line(event)} begins a second YAML document; there must be one")


def _within_limits(depth: int, values: int) -> None:
    if depth > MAX_DEPTH:
        raise UnreadableError(f"is nested more than {MAX_DEPTH} levels deep")
    if values > MAX_VALUES:
        raise UnreadableError(f"has more than {MAX_VALUES} keys and values")


def _line(event: Any) -> str:
    return f"in line {event.start_mark.line + 1}"


def _json(text: str) -> Any:
    values = 0

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal values
        values += 2 * len(pairs)
        _within_limits(0, values)
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            raise UnreadableError(f"has the key {quote(max(keys, key=keys.count), 80)} twice in one mapping")
        return found

    def refuse(constant: str) -> NoReturn:
        raise UnreadableError(f"holds {constant}, which JSON does not have")

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=refuse)
    except RecursionError as error:
        raise UnreadableError(f"is nested more than {MAX_DEPTH} levels deep") from error
    except UnreadableError:
        raise
    except ValueError as error:
        raise UnreadableError(f"begins like JSON and is not: {_one_line(error)}") from error


def _plain(value: object, place: str, depth: int) -> Any:
    _within_limits(depth, 0)
    if isinstance(value, Mapping):
        return {key: _plain(item, key, depth + 1) for key, item in _items(value, place)}
    if isinstance(value, list):
        return [_plain(item, place, depth + 1) for item in value]
    if isinstance(value, str):
        return _text(value, place)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < _MAX_INTEGER:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    raise UnreadableError(
        f"holds a value at {quote(place, 80)} that JSON does not have; if it is text, put it in quotes"
    )


def _items(mapping: Mapping[Any, Any], place: str) -> list[tuple[str, Any]]:
    found: dict[str, Any] = {}
    for key, value in mapping.items():
        if isinstance(key, bool) or not isinstance(key, str | int):
            raise UnreadableError(f"has a key under {quote(place, 80)} that is not text; put it in quotes")
        if (text := _text(str(key), place)) in found:
            raise UnreadableError(f"has the key {quote(text, 80)} twice in one mapping")
        found[text] = value
    return list(found.items())


def _text(text: str, place: str) -> str:
    # Escapes can make half a surrogate pair, which no file can hold.
    if len(text) > MAX_TEXT:
        raise UnreadableError(f"holds a text of more than {MAX_TEXT} characters at {quote(place, 80)}")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise UnreadableError(f"holds text at {quote(place, 80)} that has no UTF-8 form")
    return text


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:200]
