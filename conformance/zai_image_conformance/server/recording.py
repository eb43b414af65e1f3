"""Remembers what a server was asked, with credentials removed, for tests and for the curious."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping

from attrs import frozen
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_KEPT = 1_000
"""Requests remembered; the oldest are forgotten first."""
_BODY_KEPT = 65_536
"""Bytes of each body that are remembered."""
_REDACTED = "[redacted]"


@frozen
class RecordedRequest:
    """One request and the status it was answered with."""

    method: str
    path: str
    headers: Mapping[str, str]
    """By lower-case name; of `authorization` only the scheme is kept."""
    body: bytes
    """What the server read of it, at most 64 KiB."""
    status: int


class Recording:
    """An ASGI application around another one that remembers the last requests.

    A request is remembered before the first byte of its answer leaves, so whoever has the answer finds it.
    """

    def __init__(self, application: ASGIApp) -> None:
        self._application = application
        self._requests: deque[RecordedRequest] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    @property
    def requests(self) -> tuple[RecordedRequest, ...]:
        """The remembered requests, oldest first; safe to read from another thread."""
        with self._lock:
            return tuple(self._requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        body = bytearray()

        async def listening() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                body.extend(message.get("body", b"")[: _BODY_KEPT - len(body)])
            return message

        async def answering(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._remember(scope, bytes(body), message["status"])
            await send(message)

        await self._application(scope, listening, answering)

    def _remember(self, scope: Scope, body: bytes, status: int) -> None:
        headers = dict(Headers(scope=scope))
        if "authorization" in headers:
            headers["authorization"] = _without_secret(headers["authorization"])
        request = RecordedRequest(method=scope["method"], path=scope["path"], headers=headers, body=body, status=status)
        with self._lock:
            self._requests.append(request)


def _without_secret(authorization: str) -> str:
    """Keep the scheme of a credential, where there is one, and drop the rest."""
    scheme, separator, _ = authorization.partition(" ")
    return f"{scheme} {_REDACTED}" if separator else _REDACTED
