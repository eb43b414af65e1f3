"""Serves the start page, and answers what its script asks: what decides about a size, what was asked lately."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import re
import time
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from attrs import frozen
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from zai_image.sizes import rule_for
from zai_image_api import document
from zai_image_api.promises import CONSTRAINTS
from zai_image_conformance.redaction import REDACTED
from zai_image_conformance.server.faults import FAULTS
from zai_image_conformance.server.paths import ENDPOINT_PATH, IMAGES_PATH
from zai_image_conformance.server.recording import RecordedRequest, Recording
from zai_image_conformance.server.requests import MODELS, QUALITIES
from zai_image_conformance.server.start_page.drawing import Drawing, decision, drawing

if TYPE_CHECKING:
    from jinja2 import Environment

START_PATH = "/start/"
"""How the paths begin that only the start page's own script asks for."""

_HOST = re.compile(r"\[(.*)\](?::[0-9]*)?|([^:]*)(?::[0-9]*)?")
"""The header Host: an address of IPv6 in brackets or another name, and perhaps a port."""
_PART_OF_KEY = 8
"""Characters from the start of a key that are not shown, wherever the rest was cut off."""
_SHOWN = 200
"""Characters that are shown of anything that a caller sent, or was told."""
_LATELY = 20
"""Requests shown."""


@frozen
class SeenRequest:
    """A request as the page shows it: what it asked for and the response, without the prompt and without a key."""

    at: str
    """The time of day, UTC."""
    line: str
    """Method and path."""
    fields: str
    """Model and size, where it named them."""
    status: int | None
    """None where it has no answer, or not yet."""
    verdict: str
    """Why it was refused; or that an image was made."""


class StartPage:
    """An ASGI application around another one that answers `/` itself, and what the script of that page asks for.

    Args:
        application: What answers everything else.
        recording: What the server was asked.
        secret: The server's key. The form holds it where the page is opened on this machine; it is shown nowhere
            else, whatever field a caller put it into.
    """

    def __init__(self, application: ASGIApp, recording: Recording, secret: str) -> None:
        self._application = application
        self._recording = recording
        self._secret = secret
        self._own = Starlette(
            routes=[
                Route("/", self._page, methods=["GET"]),
                Route(START_PATH + "size", _size, methods=["GET"]),
                Route(START_PATH + "requests", self._rows, methods=["GET"]),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        own = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        own = own and (scope["path"] == "/" or scope["path"].startswith(START_PATH))
        await (self._own if own else self._application)(scope, receive, send)

    async def _page(self, request: Request) -> Response:
        html = (
            _templates()
            .get_template("page.html.jinja")
            .render(
                drawings=_drawings(),
                models=MODELS,
                qualities=QUALITIES,
                faults=FAULTS.values(),
                rules=_sentences(),
                document=document,
                endpoint_path=ENDPOINT_PATH,
                start_path=START_PATH,
                requests=self._lately(),
                key=self._secret if on_this_machine(request) else "",
                **_inlined(),
            )
        )
        return HTMLResponse(html, headers={"Content-Security-Policy": _policy(), "Cache-Control": "no-store"})

    async def _rows(self, request: Request) -> Response:
        html = _templates().get_template("rows.html.jinja").render(requests=self._lately())
        return HTMLResponse(html, headers={"Cache-Control": "no-store"})

    def _lately(self) -> list[SeenRequest]:
        return [_seen(request, self._secret) for request in reversed(self._recording.requests[-_LATELY:])]


async def _size(request: Request) -> Response:
    model = request.query_params.get("model", "")
    if model not in MODELS:
        return JSONResponse({"error": f"model is one of {', '.join(MODELS)}"}, 400)
    return JSONResponse(decision(model, request.query_params.get("size", "")))


def on_this_machine(request: Request) -> bool:
    """Whether a request was sent on this machine to this machine, and neither through a proxy nor by a foreign name.

    A page of another site cannot read what such a request gets: a name that its owner has lead to 127.0.0.1 is foreign.
    """
    forwarded = any(name in ("forwarded", "via") or name.startswith("x-forwarded-") for name in request.headers)
    ends = (request.client.host if request.client else None, (request.scope.get("server") or [None])[0])
    # Not by its URL, which is that of the server's own end where the header is malformed.
    named = _HOST.fullmatch(request.headers.get("host", "").lower())
    name = named and (named[1] or named[2])
    return not forwarded and all(_is_loopback(host) for host in (*ends, name))


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


@cache
def _templates() -> Environment:
    # Only a browser needs it, and most servers run for a test without one.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader(__package__, "")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _inlined() -> dict[str, str]:
    """The page's style and script as they stand in it."""
    folder = files(__package__)
    return {name: (folder / file).read_text("utf-8") for name, file in (("style", "page.css"), ("script", "page.js"))}


@cache
def _policy() -> str:
    """What the page may do: run its own script and style, talk to this server, show its images, and nothing else."""
    hashes = {
        name: f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for name, text in _inlined().items()
    }
    return (
        f"default-src 'none'; script-src {hashes['script']}; style-src {hashes['style']}; connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@cache
def _drawings() -> list[Drawing]:
    return [drawing(model, rule_for(model)) for model in MODELS]


@cache
def _sentences() -> list[tuple[str, str]]:
    """Return each sentence of the page that states a rule, with what it is about; those on sizes stand apart."""
    sizes = {rule.place for rule in CONSTRAINTS if rule.keyword == "recommended"}
    stated = [rule for rule in CONSTRAINTS if rule.sentence and rule.place not in sizes]
    return list(dict.fromkeys((rule.place.rpartition("/")[2], rule.sentence) for rule in stated))


def _seen(request: RecordedRequest, secret: str) -> SeenRequest:
    def shown(text: str) -> str:
        # Redacted before it is cut, or half a key could remain at the cut; an error has cut what it repeats already.
        for length in range(len(secret), min(len(secret), _PART_OF_KEY) - 1, -1):
            text = text.replace(secret[:length], REDACTED)
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."

    fields = _object(request.body.decode("utf-8", "replace"))
    named = (fields.get(name) for name in ("model", "size", "quality"))
    return SeenRequest(
        at=time.strftime("%H:%M:%S", time.gmtime(request.at)),
        line=shown(f"{request.method} {_path(request.path)}"),
        fields=shown(" ".join(value for value in named if isinstance(value, str))),
        status=request.status,
        verdict=shown(_verdict(request)),
    )


def _path(path: str) -> str:
    # Whoever knows the name of an image can fetch it.
    return f"{IMAGES_PATH}..." if path.startswith(IMAGES_PATH) else path


def _verdict(request: RecordedRequest) -> str:
    if request.status is None:
        return "no answer, or not yet"
    answer = _object(request.answer)
    match answer:
        case {"data": [{"url": str()}, *_]} if request.status == 200:
            return "an image was made"
        case {"error": dict(told)} | told if "code" in told:
            return f"{told['code']} {told.get('message', '')}".strip()
    return "fetched" if request.status == 200 and request.path != ENDPOINT_PATH else "nothing that the page documents"


def _object(text: str) -> dict[str, Any]:
    """The JSON object that a text is; an empty one where it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
