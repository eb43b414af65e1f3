"""Reads an answer: what was promised, or an error that says what the answer is instead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from zai_image._errors import (
    BY_CODE,
    BY_STATUS,
    APIError,
    ConnectionError,
    ContentBlockedError,
    InvalidResponseError,
    TimeoutError,
    ZaiImageError,
)
from zai_image._image_answers import findings, named, read_image_answer, read_leniently
from zai_image._redact import LONGEST_SPELLING, Key
from zai_image._retries import retry_after
from zai_image_api.errors import InvalidResponse
from zai_image_api.wire import LARGEST_BODY

if TYPE_CHECKING:
    from zai_image_api.operation import Operation

BEYOND_ASCII_KEPT: Final = LARGEST_BODY // 4
"""Bytes that an error keeps of a body that is not ASCII, since Python may hold each character of it in four bytes."""

_LONGEST_CODE = 100

E = TypeVar("E", bound=ZaiImageError)


def answer_read(operation: Operation[Any], status: int, headers: Mapping[str, str], content: bytes, key: Key) -> Any:
    """Return what an answer says, by its status: what was asked for, or an error.

    Args:
        operation: What was asked for.
        status: The answer's HTTP status.
        headers: Its header fields; their names match in any case.
        content: Its body.
        key: The API key, which no error may show.
    """
    succeeded = 200 <= status < 300
    if succeeded and operation.returns_image:
        answer = read_image_answer(headers, content, key)
        if answer is not None:
            return answer
    problem = "neither an image nor an error"
    try:
        came = operation.read(status, headers, content)
        if succeeded and not operation.returns_image:
            return came.parsed
    except InvalidResponse as error:
        if status == 200:
            problem = error.problem
    return _refusal(status, headers, content, key, problem)


def with_body(error: E, status: int, content: bytes, key: Key) -> E:
    """Return an error with as much of an answer as arrived."""
    if isinstance(error, InvalidResponseError | ConnectionError | TimeoutError):
        error.status, error.body = status, _kept(content, key)
    return error


def request_id(headers: Mapping[str, str], content: bytes, key: Key) -> str | None:
    """Return the server's own name for a request, from the header fields or the body of its answer.

    Args:
        headers: The answer's header fields.
        content: Its body.
        key: The API key, which no name may be or hold.
    """
    return named(headers, read_leniently(content), key)


def _refusal(status: int, headers: Mapping[str, str], content: bytes, key: Key, problem: str) -> ZaiImageError:
    """Return what an answer without what was asked for is: a documented error, the vendor's other one, or neither."""
    body = read_leniently(content)
    fields = _error_fields(body)
    found = body.get("content_filter") if isinstance(body, dict) and not body.get("data") else None
    filtered = isinstance(found, list) and bool(found)
    if fields is None and not filtered and status < 400:
        return InvalidResponseError(
            key.redact(f"the answer with status {status} is not what was promised: {problem}"),
            status=status,
            body=_kept(content, key),
        )
    code, message = fields or (None, "")
    if isinstance(code, str):
        code = key.redact(code)[:_LONGEST_CODE]
    kind = BY_CODE.get(code) or BY_STATUS.get(status) or (ContentBlockedError if filtered else APIError)
    if filtered and not message:
        message = "findings of the content filter came, and no image"
    error = kind(
        status,
        code,
        key.redact(message) or "the server gave no reason that can be read",
        body=_kept(content, key),
        retry_after=retry_after(headers),
    )
    if isinstance(error, ContentBlockedError) and isinstance(body, dict):
        error.content_filter = findings(body, key)
    return error


def _error_fields(body: object) -> tuple[int | str | None, str] | None:
    """Return code and message of an error body: the page's shape, or the one that the vendor's Errors page shows."""
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        body = body | {name: value for name, value in body["error"].items() if value is not None}
    if not isinstance(body, dict) or not {"code", "message"} & body.keys():
        return None
    message = body.get("message")
    return _code(body.get("code")), message if isinstance(message, str) else ""


def _code(code: object) -> int | str | None:
    """Return a code as a number where it is one, however it is written, and else as it is; None where there is none."""
    if isinstance(code, float) and code.is_integer():
        return int(code)
    if code is None or (isinstance(code, int) and not isinstance(code, bool)):
        return code
    try:
        text = code.strip() if isinstance(code, str) else json.dumps(code)
    except RecursionError:
        # What was just read can be too deep to be written.
        text = "nested too deeply"
    digits = text.removesuffix(".0")
    # Business codes have four digits; a longer run of them is something else.
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else text or None


def _kept(content: bytes, key: Key) -> str:
    """Return a body as text, without the key."""
    if content.isascii() or len(content) <= BEYOND_ASCII_KEPT:
        return key.redact(content.decode(errors="replace"))
    shown = key.redact(content[:BEYOND_ASCII_KEPT].decode(errors="replace"))
    # A key that is cut in two is found in neither part.
    return shown[: -len(key.reveal()) * LONGEST_SPELLING]
