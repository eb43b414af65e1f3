"""Servers that differ from the embedded one in a single way: an ASGI application around another."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from attrs import evolve, field, frozen
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KEY = "the-key-of-the-altered-server"


@frozen
class Call:
    """A request, whole."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    query: str = ""

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of a request; nothing where the body is no JSON object."""
        try:
            document = json.loads(self.body)
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}

    def with_fields(self, **changes: Any) -> Call:
        """The same request with other fields; None takes a field out."""
        fields = {name: value for name, value in {**self.fields, **changes}.items() if value is not None}
        return evolve(self, body=json.dumps(fields).encode())


@frozen
class Answer:
    """A response, whole."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    def saying(self, document: Any) -> Answer:
        """The same with another JSON body."""
        return evolve(self, body=json.dumps(document).encode())


Before = Callable[[Call], Call]
After = Callable[[Call, Answer], Answer]


def unchanged(call: Call) -> Call:
    return call


def as_it_came(call: Call, answer: Answer) -> Answer:
    return answer


@frozen
class Altered:
    """An application whose requests and answers are changed on the way."""

    application: ASGIApp
    before: Before = field(default=unchanged)
    after: After = field(default=as_it_came)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytearray()
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        call = Call(scope["method"], scope["path"], headers, bytes(body), scope["query_string"].decode())
        answer = self.after(call, await self._answer(scope, self.before(call)))
        raw = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in answer.headers.items()
            if name != "content-length"
        ]
        raw.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, call: Call) -> Answer:
        started: Message = {}
        body = bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": call.body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            else:
                body.extend(message.get("body", b""))

        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in call.headers.items()]
        changed = {**scope, "method": call.method, "path": call.path, "headers": raw}
        await self.application(changed, receive, send)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in started["headers"]}
        return Answer(started["status"], headers, bytes(body))
