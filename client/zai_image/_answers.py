"""Reads what came back: the promised answer, or the error that says what came instead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from zai_image._errors import (
    BY_CODE,
    BY_STATUS,
    APIError,
    ConnectionError,
    ContentBlockedError,
    InvalidRequestError,
    InvalidResponseError,
    TimeoutError,
    ZaiImageError,
)
from zai_image._image_answers import ImageAnswer, findings, named, read_image_answer, read_leniently
from zai_image._masking import masked, masked_bytes
from zai_image_api.errors import InvalidData, InvalidResponse
from zai_image_api.types import Response
from zai_image_api.wire import LARGEST_BODY

if TYPE_CHECKING:
    import httpx

_LONGEST_CODE = 100
_OUTCOME_UNKNOWN = "; whether an image was made, and charged for, is not known"


def image_answer(came: Response[Any] | InvalidResponse, key: str) -> ImageAnswer:
    """Return what an answer says of its image.

    Args:
        came: The answer, read as documented or not.
        key: The API key, which no error may show.

    Raises:
        APIError: It is a refusal; ``ContentBlockedError`` also where findings came in place of an image.
        InvalidResponseError: There is no usable image in it.
    """
    if 200 <= came.status_code < 300 and len(came.content) <= LARGEST_BODY:
        parsed = came.parsed if isinstance(came, Response) else None
        answer = read_image_answer(parsed, came.headers, came.content, key)
        if answer is not None:
            return answer
    if isinstance(came, InvalidResponse):
        raise _unreadable(came, key)
    raise _refusal(came.status_code, came.headers, came.content, key)


def failure(error: Exception, key: str) -> ZaiImageError | None:
    """Return the error that tells what an exception of the layers below means; None where it is none of theirs.

    Args:
        error: What sending the request raised.
        key: The API key, which no error may show.
    """
    import httpx

    if isinstance(error, InvalidData):
        return InvalidRequestError([str(error)])
    # httpx says so in a plain RuntimeError.
    if isinstance(error, RuntimeError) and "the client has been closed" in str(error):
        return InvalidRequestError(["the client is closed; make another one, or ask inside its `with` block"])
    # Whatever the layers below say in an exception, they may have from the request.
    told = masked(str(error), key)
    # httpx looks where a redirect leads even where it is not to follow.
    if isinstance(error, httpx.DecodingError | httpx.TooManyRedirects | httpx.InvalidURL):
        return InvalidResponseError(f"the answer cannot be read: {told}")
    # An address that is none may be any ValueError; so may a mistake in the caller's own hooks.
    if isinstance(error, ValueError):
        return InvalidResponseError(f"the exchange broke off: {told}")
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return TimeoutError(f"no connection to {_host(error)} in time", outcome_unknown=False)
    if isinstance(error, httpx.TimeoutException):
        return TimeoutError(f"no answer from {_host(error)} in time{_OUTCOME_UNKNOWN}", outcome_unknown=True)
    if isinstance(error, httpx.ConnectError | httpx.UnsupportedProtocol | httpx.ProxyError):
        return ConnectionError(f"no connection to {_host(error)}: {told}", outcome_unknown=False)
    if isinstance(error, httpx.RequestError):
        return ConnectionError(
            f"the connection to {_host(error)} was lost: {told}{_OUTCOME_UNKNOWN}", outcome_unknown=True
        )
    return None


def request_id(headers: Mapping[str, str], content: bytes, key: str) -> str | None:
    """Return the server's own name for a request, from the header fields or the body of its answer.

    Args:
        headers: The answer's header fields.
        content: Its body.
        key: The API key, which no name may be or hold.
    """
    return named(headers, read_leniently(content), key)


def _host(error: httpx.RequestError) -> str:
    try:
        return error.request.url.host
    except RuntimeError:  # httpx knows the request of what its transports raise, not of what the caller's hooks do
        return "the server"


def _unreadable(error: InvalidResponse, key: str) -> ZaiImageError:
    """A body of another shape than promised: the vendor's other error shape, an error under status 200, or neither."""
    refusal = _refusal(error.status_code, error.headers, error.content, key)
    if error.status_code == 200 and isinstance(refusal, InvalidResponseError):
        return _invalid(error.problem, error.status_code, error.content, key)
    return refusal


def _refusal(status: int, headers: Mapping[str, str], content: bytes, key: str) -> ZaiImageError:
    body = read_leniently(content)
    fields = _error_fields(body)
    found = body.get("content_filter") if isinstance(body, dict) and not body.get("data") else None
    filtered = isinstance(found, list) and bool(found)
    if fields is None and not filtered and status < 400:
        return _invalid("neither an image nor an error", status, content, key)
    code, message = fields or (None, "")
    if isinstance(code, str):
        code = masked(code, key)[:_LONGEST_CODE]
    kind = BY_CODE.get(code) or BY_STATUS.get(status) or (ContentBlockedError if filtered else APIError)
    if filtered and not message:
        message = "findings of the content filter came, and no image"
    error = kind(
        status,
        code,
        masked(message, key) or "the server gave no reason that can be read",
        body=_kept(content, key),
        retry_after=_retry_after(headers.get("retry-after", "")),
    )
    if isinstance(error, ContentBlockedError) and isinstance(body, dict):
        error.content_filter = findings(body)
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
    text = code.strip() if isinstance(code, str) else json.dumps(code)
    digits = text.removesuffix(".0")
    # Business codes have four digits; a longer run of them is something else.
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else text or None


def _retry_after(value: str) -> float | None:
    """Return the seconds that a Retry-After field asks for: a number, or until a date."""
    if value.isascii() and value.isdecimal() and len(value) < 10:
        return float(value)
    # Loading it takes longer than the rest of this package's modules together, and few answers hold a date.
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _invalid(problem: str, status: int, content: bytes, key: str) -> InvalidResponseError:
    return InvalidResponseError(
        masked(f"the answer with status {status} is not what was promised: {problem}", key),
        status=status,
        body=_kept(content, key),
    )


def _kept(content: bytes, key: str) -> str:
    # Masked before it is cut, or half a key could remain at the cut.
    return masked_bytes(content, key)[:LARGEST_BODY].decode(errors="replace")
