"""Puts faults around the endpoint, and their answers on the wire."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from functools import partial

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zai_image_conformance.server.business_codes import BUSINESS_CODES
from zai_image_conformance.server.faults.answers import Answer, Ask, ClientGoneError, Delivery
from zai_image_conformance.server.faults.switchboard import Switchboard
from zai_image_conformance.server.faults.table import FaultError, Target
from zai_image_conformance.server.paths import ENDPOINT_PATH, IMAGES_PATH

TRANSPORT = "transport"
"""Under this name the state of a connection's scope holds its transport."""
_PARTS = 20
"""Pieces in which a slow body is sent."""
_FLUSH_STEP = 0.001
_NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
_WRONG_PARAMETER = 1210


class Faulty:
    """An ASGI application around the endpoint, where the faults are at work.

    Args:
        application: The endpoint.
        switchboard: Which faults are on.
        body_limit: Bytes of a body that are read ahead: as many as the endpoint reads.
    """

    def __init__(self, application: ASGIApp, switchboard: Switchboard, *, body_limit: int) -> None:
        self._application = application
        self._switchboard = switchboard
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        target = _target(scope)
        if target is None:
            await self._application(scope, receive, send)
            return
        try:
            layers = self._switchboard.layers(target, HTTPConnection(scope))
        except FaultError as error:
            status, _ = BUSINESS_CODES[_WRONG_PARAMETER]
            refusal = Answer.json(status, {"code": _WRONG_PARAMETER, "message": str(error)})
            await _deliver(refusal, scope, receive, send)
            return
        if not layers:
            await self._application(scope, receive, send)
            return
        heard = await self._heard(receive)
        ask: Ask = partial(_answered, self._application, scope, heard)
        wait = partial(_wait, receive)
        for layer in reversed(layers):
            ask = partial(layer, ask, wait)
        try:
            await _deliver(await ask(), scope, receive, send)
        except ClientGoneError:
            return

    async def _heard(self, receive: Receive) -> list[Message]:
        """The request's body, read before any fault acts: a fault of the answer is no fault of the request."""
        messages: list[Message] = []
        length = 0
        while length <= self._body_limit:
            message = await receive()
            messages.append(message)
            length += len(message.get("body", b""))
            if not message.get("more_body", False):
                break
        return messages


def _target(scope: Scope) -> Target | None:
    if scope["type"] != "http":
        return None
    if scope["path"] == ENDPOINT_PATH:
        return Target.REQUEST if scope["method"] == "POST" else None
    return Target.IMAGE if scope["path"].startswith(IMAGES_PATH) and scope["method"] == "GET" else None


async def _answered(application: ASGIApp, scope: Scope, heard: list[Message]) -> Answer:
    """Ask the endpoint, and return its answer whole."""
    unread = iter(heard)
    start: Message = {}
    body = bytearray()

    async def receive() -> Message:
        return next(unread, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            body.extend(message.get("body", b""))

    await application(scope, receive, send)
    if not start:
        raise ClientGoneError
    headers = dict(Headers(raw=list(start["headers"])))
    headers.pop("content-length", None)
    return Answer(start["status"], headers, bytes(body))


async def _wait(receive: Receive, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await _gone(receive)
    except TimeoutError:
        return
    raise ClientGoneError


async def _gone(receive: Receive) -> None:
    """Return when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _deliver(answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    delivery = answer.delivery
    if delivery is Delivery.NEVER:
        await _gone(receive)
        return
    if delivery in (Delivery.RESET_BEFORE, Delivery.CLOSED_BEFORE):
        await _cut(scope, receive, reset=delivery is Delivery.RESET_BEFORE)
        return
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    raw.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    breaks_off = delivery in (Delivery.RESET_WHILE, Delivery.CLOSED_WHILE)
    rest = answer.body[: len(answer.body) // 2] if breaks_off else answer.body
    if answer.seconds:
        step = max(1, len(answer.body) // _PARTS)
        while len(rest) > step:
            await send({"type": "http.response.body", "body": rest[:step], "more_body": True})
            rest = rest[step:]
            await _wait(receive, answer.seconds / _PARTS)
    await send({"type": "http.response.body", "body": rest, "more_body": breaks_off})
    if breaks_off:
        await _cut(scope, receive, reset=delivery is Delivery.RESET_WHILE)
    elif delivery is Delivery.RESET_AFTER:
        await _cut(scope, receive, reset=True)


async def _cut(scope: Scope, receive: Receive, *, reset: bool) -> None:
    """End the connection once what was sent has left, and return when it is over."""
    transport: asyncio.Transport = scope["state"][TRANSPORT]
    while transport.get_write_buffer_size() and not transport.is_closing():
        await asyncio.sleep(_FLUSH_STEP)
    if reset:
        # Closed without lingering, a socket sends RST instead of FIN.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
    else:
        transport.close()
    await _gone(receive)
