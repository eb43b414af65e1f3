"""Remembers what a server was asked, with credentials removed, for tests and for the curious."""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping

from attrs import evolve, frozen
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zai_image_conformance.redaction import REDACTED

_KEPT = 1_000
"""Requests remembered; the oldest are forgotten first."""
_PATH_KEPT = 2_048
"""Characters of each path that are remembered."""
_HEADERS_KEPT = 16_384
"""Bytes of each request's header fields that are remembered, names and values."""
_BODY_KEPT = 65_536
"""Bytes of each body that are remembered."""
_ANSWER_KEPT = 4_096
"""Bytes of each answer that are remembered: more than any error response of this server has."""
# Any other word before a space may be half a key.
_SCHEMES = frozenset({"basic", "bearer", "digest", "token"})


@frozen
class RecordedRequest:
    """One request and the status it was answered with."""

    method: str
    path: str
    headers: Mapping[str, str]
    """By lower-case name, the first of each, at most 16 KiB; of `authorization` only the scheme is kept."""
    body: bytes
    """What the server read of it, at most 64 KiB."""
    at: float
    """When it was heard, in Unix seconds."""
    status: int | None = None
    """None where it has no answer: it is under way, or the connection was lost before."""
    answer: str = ""
    """The beginning of an answer in JSON, at most 4 KiB."""


class Recording:
    """The last requests to a server, oldest first.

    A request is remembered when its body has been read or its client has gone, and its answer before the first byte
    of it leaves: so whoever has the answer finds both.
    """

    def __init__(self) -> None:
        self._requests: OrderedDict[int, RecordedRequest] = OrderedDict()
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    @property
    def requests(self) -> tuple[RecordedRequest, ...]:
        """The remembered requests, oldest first; safe to read from another thread."""
        with self._lock:
            return tuple(self._requests.values())

    def forget(self) -> None:
        """Forget every request so far."""
        with self._lock:
            self._requests.clear()

    def of(self, application: ASGIApp) -> ASGIApp:
        """Return the application with its requests remembered here."""

        async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                heard = _Heard(self, scope, receive, send)
                receive, send = heard.receive, heard.send
            await application(scope, receive, send)

        return recorded

    def add(self, request: RecordedRequest) -> int:
        """Remember a request, and return its number."""
        with self._lock:
            number = next(self._numbers)
            self._requests[number] = request
            if len(self._requests) > _KEPT:
                self._requests.popitem(last=False)
        return number

    def answered(self, number: int, status: int, answer: str) -> None:
        """Remember what the request of that number was answered with."""
        with self._lock:
            # It may have been forgotten meanwhile.
            if (request := self._requests.get(number)) is not None:
                self._requests[number] = evolve(request, status=status, answer=answer)


class _Heard:
    """One exchange on its way through a recording."""

    def __init__(self, recording: Recording, scope: Scope, receive: Receive, send: Send) -> None:
        self._recording = recording
        self._scope = scope
        self._receive = receive
        self._send = send
        self._body = bytearray()
        self._number: int | None = None
        self._start: Message | None = None

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._body.extend(message.get("body", b"")[: _BODY_KEPT - len(self._body)])
            if not message.get("more_body", False):
                self._remember()
        else:
            # It has gone, perhaps before it had sent all.
            self._remember()
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            # Held back until the body begins, since both are remembered together.
            self._start = message
            return
        if self._start is not None:
            start, self._start = self._start, None
            self._recording.answered(self._remember(), start["status"], _shown(start, message))
            await self._send(start)
        await self._send(message)

    def _remember(self) -> int:
        if self._number is None:
            headers = headers_of(self._scope, most=_HEADERS_KEPT)
            if "authorization" in headers:
                headers["authorization"] = without_secret(headers["authorization"])
            request = RecordedRequest(
                method=self._scope["method"],
                path=self._scope["path"][:_PATH_KEPT],
                headers=headers,
                body=bytes(self._body),
                at=time.time(),
            )
            self._number = self._recording.add(request)
        return self._number


def _shown(start: Message, body: Message) -> str:
    """The beginning of an answer's text, where it is JSON."""
    kind = Headers(raw=list(start.get("headers", ()))).get("content-type", "")
    if not kind.startswith("application/json"):
        return ""
    return bytes(body.get("body", b"")[:_ANSWER_KEPT]).decode("utf-8", "replace")


def headers_of(scope: Scope, most: float = math.inf) -> dict[str, str]:
    """Return a request's header fields by lower-case name, the first of each.

    Args:
        scope: The request.
        most: Bytes of names and values; a field that does not fit any more is left out.
    """
    headers: dict[str, str] = {}
    # Not through starlette's Headers, which for each name looks through all of them: a caller may send thousands.
    for name, value in scope["headers"]:
        if len(name) + len(value) <= most:
            most -= len(name) + len(value)
            headers.setdefault(name.decode("latin-1"), value.decode("latin-1"))
    return headers


def without_secret(authorization: str) -> str:
    """Keep the scheme of a credential, where there is one, and drop the rest."""
    scheme, separator, _ = authorization.partition(" ")
    return f"{scheme} {REDACTED}" if separator and scheme.lower() in _SCHEMES else REDACTED
