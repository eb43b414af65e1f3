"""The documented endpoint as an ASGI application: routes, authentication and the answers' form."""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import time
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from zai_image_api.constraints import stated
from zai_image_api.promises import CONSTRAINTS
from zai_image_conformance.server import requests
from zai_image_conformance.server.faults import HEADER, Faulty, Switchboard, Target, asked_for
from zai_image_conformance.server.images import ImageStore
from zai_image_conformance.server.paths import ENDPOINT_PATH, IMAGES_PATH
from zai_image_conformance.server.recording import Recording
from zai_image_conformance.server.refusals import BusinessCode, Refusal

BODY_LIMIT = 1_048_576
"""Bytes a request body may have. The page sets no limit; an open end would let one caller fill the memory."""
_STRANGERS_BODY_LIMIT = 65_536
"""Bytes of a body that are read where the key is wrong, so that many callers with wrong ones do not fill it either."""
_DRAWN_AT_ONCE = min(os.cpu_count() or 1, 8)
"""Images; asyncio has some more threads than that on any machine."""

IMAGES_PER_ANSWER: int = stated(CONSTRAINTS, "data", "maxItems") or 1
_LEAST_SEVERE: int = stated(CONSTRAINTS, "level", "leastSevere") or 0

_ROUTING_REFUSALS = {
    404: (BusinessCode.API_UNKNOWN, f"there is nothing here; images are requested with POST {ENDPOINT_PATH}"),
    405: (
        BusinessCode.METHOD_NOT_SUPPORTED,
        f"this method is not supported here; images are requested with POST {ENDPOINT_PATH}",
    ),
}


def application(*, api_key: str, faults: Switchboard | None = None, recording: Recording | None = None) -> ASGIApp:
    """Make the endpoint, with an image store of its own.

    Args:
        api_key: The one key that is accepted.
        faults: What is to go wrong; without it, only what a request itself asks for.
        recording: Where its requests are remembered.

    Raises:
        ValueError: The key cannot be sent in a header.
    """
    if not usable_key(api_key):
        raise ValueError("the API key must be of printable characters, without spaces, and at least one")
    images = ImageStore()
    drawing = asyncio.Semaphore(_DRAWN_AT_ONCE)

    async def generate(request: Request) -> Response:
        refusal = _authenticate(request, api_key)
        body = await _body(request, BODY_LIMIT if refusal is None else _STRANGERS_BODY_LIMIT)
        if refusal is not None:
            return _refuse(refusal)
        if body is None:
            message = f"the body is larger than {BODY_LIMIT} bytes"
            return _refuse(Refusal(413, BusinessCode.PARAMETERS_INCORRECT, message))
        wanted = requests.read(request.headers.get("content-type", ""), body)
        if isinstance(wanted, Refusal):
            return _refuse(wanted)
        created = int(time.time())
        names = [images.add(wanted) for _ in range(IMAGES_PER_ANSWER)]
        links = [request.url_for("image", name=name) for name in names]
        if of_images := ", ".join(each.text for each in asked_for(request) if each.fault.target is Target.IMAGE):
            links = [link.include_query_params(**{HEADER: of_images}) for link in links]
        return _answer(
            200,
            {
                "created": created,
                "data": [{"url": str(link)} for link in links],
                "content_filter": [{"role": "user", "level": _LEAST_SEVERE}],
            },
        )

    async def image(request: Request) -> Response:
        known = images.get(request.path_params["name"])
        if known is None:
            return _refuse(Refusal(404, BusinessCode.API_UNKNOWN, "no such image, or no longer"))
        async with drawing:
            # Whoever waited long may have left meanwhile, and others wait.
            if await request.is_disconnected():
                return _Nothing()
            # In the loop's own executor, whose threads end with the loop.
            png = await asyncio.to_thread(_drawn, known)
        return Response(png, media_type="image/png")

    endpoint = Starlette(
        routes=[
            Route(ENDPOINT_PATH, generate, methods=["POST"]),
            Route(IMAGES_PATH + "{name}.png", image, methods=["GET"], name="image"),
        ],
        exception_handlers={HTTPException: _http_error, ClientDisconnect: _nobody, Exception: _internal_error},
    )
    # A path that the page does not name is not found, and not another one.
    endpoint.router.redirect_slashes = False
    faulty = Faulty(endpoint, faults or Switchboard(), body_limit=BODY_LIMIT)
    return faulty if recording is None else recording.of(faulty)


def _drawn(image: requests.Accepted) -> bytes:
    # Pillow is loaded with the first image: no request before has to wait for it.
    from zai_image_conformance.server import placeholder

    return placeholder.draw(image)


class _Nothing(Response):
    """The answer to a client that has gone."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send nothing."""


async def _body(request: Request, limit: int) -> bytes | None:
    """The whole body, or None as soon as it is too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            return None
    return bytes(body)


def usable_key(key: str) -> bool:
    """Whether a key can be sent in a header and come back as it was."""
    return bool(key) and key.isprintable() and " " not in key


def _authenticate(request: Request, api_key: str) -> Refusal | None:
    challenge = {"WWW-Authenticate": "Bearer"}
    authorization = request.headers.get("authorization")
    if authorization is None:
        message = "the header Authorization is missing; send Authorization: Bearer <your API key>"
        return Refusal(401, BusinessCode.AUTHORIZATION_MISSING, message, challenge)
    scheme, _, token = authorization.partition(" ")
    # Header bytes arrive as latin-1. Constant time, so that answers do not leak how much of a key was right.
    right = hmac.compare_digest(token.strip(" \t").encode("latin-1"), api_key.encode("utf-8"))
    if scheme.lower() == "bearer" and right:
        return None
    message = "the API key is not valid; send Authorization: Bearer <your API key>"
    return Refusal(401, BusinessCode.TOKEN_INVALID, message, challenge)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, message = _ROUTING_REFUSALS.get(error.status_code, (BusinessCode.PARAMETERS_INCORRECT, error.detail))
    return _refuse(Refusal(error.status_code, code, message, error.headers or {}))


async def _nobody(request: Request, error: Exception) -> Response:
    return _Nothing()


async def _internal_error(request: Request, error: Exception) -> Response:
    return _refuse(Refusal(500, BusinessCode.INTERNAL, "internal error"))


def _refuse(refusal: Refusal) -> Response:
    return _answer(refusal.status, refusal.body(), dict(refusal.headers))


def _answer(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    # Escaped to ASCII, because half a surrogate pair from a caller has no UTF-8 form.
    content = json.dumps(body).encode()
    return Response(content, status, headers=headers, media_type="application/json")
