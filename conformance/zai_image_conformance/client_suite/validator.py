"""Judges the clients of a server: which of the promises that bind a client did their requests keep?"""

from __future__ import annotations

import json
from typing import Any, Literal, TypeAlias

from attrs import define, field, frozen
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zai_image_conformance.redaction import REDACTED
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.server.app import BODY_LIMIT
from zai_image_conformance.server.paths import ENDPOINT_PATH, IMAGES_PATH
from zai_image_conformance.server.recording import headers_of, without_secret
from zai_image_conformance.suite.request_rules import Heard, findings, json_type

REPORT_PATH = "/client-report"
"""Where the report can be asked for, with GET and without a key: it shows none."""

Outcome: TypeAlias = Literal["kept", "broken", "not shown"]

_VIOLATIONS_KEPT = 3
"""Violations told for each promise; the rest are counted, so memory stays flat."""
_FIELDS_SHOWN = 12
_SHOWN = 60
"""Characters that are shown of a name or a value."""
# What is said of a request tells nothing of the person it was made for: of these only what the rules are about.
_IN_CLEAR = frozenset({"model", "quality", "size"})


@frozen
class Violation:
    """One request that breaks a promise."""

    problem: str
    """What is wrong, in one line."""
    request: str
    """The request in one line, without keys and without the caller's own words."""


@define
class Tally:
    """What all requests so far show of one promise."""

    kept: int = 0
    broken: int = 0
    violations: list[Violation] = field(factory=list)
    """The first few."""

    @property
    def outcome(self) -> Outcome:
        """Whether it was kept; "not shown" where no request had to do with it."""
        if self.broken:
            return "broken"
        return "kept" if self.kept else "not shown"


class ClientValidator:
    """An ASGI application around the embedded server that judges every request but those for images.

    A request is judged before the first byte of its answer leaves, so whoever has the answer finds it in the report.
    One that gets no answer is judged when that is known.
    """

    report_path = REPORT_PATH

    def __init__(self, application: ASGIApp, *, api_key: str) -> None:
        """Watch over an application.

        Args:
            application: The embedded server.
            api_key: Its key, which no report may show.
        """
        self._application = application
        self._api_key = api_key
        self._judged = 0
        self._tallies = {item.id: Tally() for item in catalogue() if "client" in item.binds}

    @property
    def exit_code(self) -> int:
        """0 where all promises that requests showed were kept, 1 where one was broken, 2 where no request came."""
        if not self._judged:
            return 2
        return int(any(tally.broken for tally in self._tallies.values()))

    def report(self) -> dict[str, Any]:
        """Return the verdict so far as JSON values."""
        return {
            "requests": self._judged,
            "verdict": ("kept", "broken", "nothing judged")[self.exit_code],
            "requirements": [
                {
                    "id": requirement,
                    "level": catalogue()[requirement].level,
                    "title": catalogue()[requirement].title,
                    "source": catalogue()[requirement].source,
                    "outcome": tally.outcome,
                    "kept": tally.kept,
                    "broken": tally.broken,
                    "violations": [
                        {"problem": violation.problem, "request": violation.request} for violation in tally.violations
                    ],
                }
                for requirement, tally in self._tallies.items()
            ],
        }

    def text(self) -> str:
        """Return the verdict so far for people."""
        by_outcome: dict[Outcome, list[str]] = {"broken": [], "kept": [], "not shown": []}
        for requirement, tally in self._tallies.items():
            by_outcome[tally.outcome].append(requirement)
        lines = [
            f"requests judged: {self._judged}; promises broken: {len(by_outcome['broken'])}, "
            f"kept: {len(by_outcome['kept'])}, shown by no request: {len(by_outcome['not shown'])}"
        ]
        for requirement in by_outcome["broken"]:
            tally = self._tallies[requirement]
            lines += [
                f"broken: {requirement}, {catalogue()[requirement].title}",
                f"    the page: {catalogue()[requirement].source}",
                f"    broken by {tally.broken} of {tally.broken + tally.kept} requests that had to do with it",
            ]
            for violation in tally.violations:
                lines += [f"    {violation.problem}", f"        {violation.request}"]
        for outcome in ("kept", "not shown"):
            if by_outcome[outcome]:
                lines.append(f"{outcome}: {', '.join(by_outcome[outcome])}")
        return "\n".join(lines)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http" or scope["path"].startswith(IMAGES_PATH):
            await self._application(scope, receive, send)
            return
        if (scope["method"], scope["path"]) == ("GET", REPORT_PATH):
            answer = Response(json.dumps(self.report(), indent=2) + "\n", media_type="application/json")
            await answer(scope, receive, send)
            return
        body = bytearray()

        async def listening() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                # One byte more than the server reads tells that there is more.
                body.extend(message.get("body", b"")[: BODY_LIMIT + 1 - len(body)])
            return message

        judged = False

        async def answering(message: Message) -> None:
            nonlocal judged
            if message["type"] == "http.response.start":
                judged = True
                self._judge(scope, bytes(body))
            await send(message)

        try:
            await self._application(scope, listening, answering)
        finally:
            if not judged:
                self._judge(scope, bytes(body))

    def _judge(self, scope: Scope, body: bytes) -> None:
        whole = body if len(body) <= BODY_LIMIT else None
        heard = Heard(scope["method"], scope["path"], headers_of(scope), whole)
        self._judged += 1
        for finding in findings(heard, ENDPOINT_PATH):
            tally = self._tallies[finding.requirement]
            if finding.problem is None:
                tally.kept += 1
                continue
            tally.broken += 1
            if len(tally.violations) < _VIOLATIONS_KEPT:
                shown = _Shown(heard, (self._api_key, _token(heard)))
                tally.violations.append(Violation(finding.problem, shown.line()))


def _token(request: Heard) -> str:
    return request.headers.get("authorization", "").rpartition(" ")[2]


@frozen
class _Shown:
    """A request as a report shows it: one line without keys, without its query, and without its caller's words."""

    _request: Heard
    _secrets: tuple[str, ...]

    def line(self) -> str:
        request = self._request
        authorization, content_type = (request.headers.get(name) for name in ("authorization", "content-type"))
        headers = [
            "no Authorization" if authorization is None else f"Authorization: {without_secret(authorization)}",
            "no Content-Type" if content_type is None else f"Content-Type: {self._text(content_type)}",
        ]
        return f"{self._text(request.method)} {self._text(request.path)} ({'; '.join(headers)}) {self._body()}"

    def _body(self) -> str:
        if self._request.body is None:
            return f"[more than {BODY_LIMIT} bytes]"
        if not self._request.body:
            return "[no body]"
        try:
            document = json.loads(self._request.body)
        except (ValueError, RecursionError):
            return f"[{len(self._request.body)} bytes that are not JSON]"
        if not isinstance(document, dict):
            return f"[{json_type(document)}]"
        fields = [f'"{self._text(name)}": {self._value(name, value)}' for name, value in document.items()]
        return "{" + ", ".join(fields[:_FIELDS_SHOWN]) + (", ..." if len(fields) > _FIELDS_SHOWN else "") + "}"

    def _value(self, name: str, value: object) -> str:
        if not isinstance(value, str):
            return f"[{json_type(value)}]"
        return f'"{self._text(value)}"' if name in _IN_CLEAR else f"[{len(value)} characters]"

    def _text(self, text: str) -> str:
        # Masked before it is cut, or half a key could remain at the cut.
        for secret in filter(None, self._secrets):
            text = text.replace(secret, REDACTED)
        cut = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
        return ascii(cut)[1:-1]
