"""Makes planned calls with the client on the path, over a socket, and tells the first that does not do what it must.

A program of its own, since what it imports is not what is installed. It reads the plan from standard input.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, quote

Plan = Mapping[str, Any]
Ask = Callable[[str, Mapping[str, Any]], Any]
"""Calls the operation of that name; returns what comes of it, an exception included."""

_KEY = "the-key-of-the-calls"
_LONGEST = 120


class Problem(Exception):
    """A call does not do what it must."""


class Server(ThreadingHTTPServer):
    """Gives the answer that it is told to, and keeps the requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: Mapping[str, Any] = {}
        self.requests: list[tuple[str, str, Mapping[str, str], bytes]] = []

    @property
    def address(self) -> str:
        """What the paths of the document are relative to."""
        return f"http://127.0.0.1:{self.server_port}/api"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._reply
        raise AttributeError(name)

    def _reply(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fields = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.command, self.path, fields, content))
        answer = self.server.answer
        body = base64.b64decode(answer["content"])
        self.send_response(answer["status"])
        if answer["media_type"]:
            self.send_header("Content-Type", answer["media_type"])
        if answer["status"] not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def check(plan: Plan, ask: Ask, server: Server) -> None:
    """Make every call of an operation.

    Raises:
        Problem: One does not do what it must.
    """
    success = next((answer for answer in plan["answers"] if 200 <= answer["status"] < 300), plan["answers"][0])
    server.answer = success
    for arguments in ({}, *({name: value} for name, value in plan["valid"])):
        given = {**plan["least"], **arguments}
        server.requests.clear()
        outcome = ask(plan["name"], given)
        if not server.requests:
            raise Problem(f"{_call(plan, arguments)} sends nothing: {_told(outcome)}")
        if len(server.requests) > 1:
            raise Problem(f"{_call(plan, arguments)} sends more than one request")
        _compare(plan, given, server.requests[0], _call(plan, arguments))
    for name, value in plan["invalid"]:
        server.requests.clear()
        outcome = ask(plan["name"], {**plan["least"], name: value})
        if server.requests or type(outcome).__name__ != "InvalidRequestError":
            raise Problem(f"{_call(plan, {name: value})} is not refused, and the document allows no such value")
    for answer in plan["answers"]:
        server.answer = answer
        _read(plan, answer, ask(plan["name"], plan["least"]))


def _compare(plan: Plan, given: Mapping[str, Any], request: Any, call: str) -> None:
    """Hold the request that came against what the document asks for."""
    method, target, fields, content = request
    path, _, query = target.partition("?")
    wanted_path, wanted_query, body = "/api" + plan["path"], list[tuple[str, str]](), dict[str, Any]()
    whole: Any = body
    for argument, value in {**plan["defaults"], **given}.items():
        where, name, exploded = plan["inputs"][argument]
        if where == "path":
            wanted_path = wanted_path.replace(f"{{{name}}}", quote(_text(value), safe=""))
        elif where == "query":
            many = isinstance(value, list) and exploded
            wanted_query += [(name, _text(item)) for item in (value if many else [value])]
        elif where == "header" and fields.get(name.lower()) != _text(value):
            raise Problem(f"{call} does not send the header field {name}: {_text(value)}")
        elif where == "cookie" and f"{name}={quote(_text(value), safe='')}" not in fields.get("cookie", ""):
            raise Problem(f"{call} does not send the cookie {name}")
        elif where == "property":
            body[name] = value
        elif where == "body":
            whole = value
    if (method, path) != (plan["method"], wanted_path):
        raise Problem(f"{call} asks for {method} {path}, and the document has {plan['method']} {wanted_path}")
    if sorted(parse_qsl(query, keep_blank_values=True)) != sorted(wanted_query):
        raise Problem(f"{call} sends the query {query!a}, where {wanted_query!a} was given")
    sent = json.loads(content) if content else {}
    if plan["body"] and sent != whole:
        raise Problem(f"{call} sends {_short(sent)}, where {_short(whole)} was given")
    if plan["secured"] is not ("authorization" in fields):
        raise Problem(
            f"{call} {'does not send' if plan['secured'] else 'sends'} the key, and the document says otherwise"
        )


def _read(plan: Plan, answer: Mapping[str, Any], outcome: Any) -> None:
    """Hold the outcome of a call against the answer that was given."""
    status, says = answer["status"], answer["says"]
    what = f"{plan['name']}: the documented answer {status} {answer['media_type'] or 'without a body'}"
    if 200 <= status < 300:
        if isinstance(outcome, Exception):
            raise Problem(f"{what} is not read: {_told(outcome)}")
        read = _plain(outcome.answer if plan["returns_image"] else outcome)
        if read != says:
            raise Problem(f"{what} is read with loss: {_short(says)} becomes {_short(read)}")
    elif getattr(outcome, "status", None) != status:
        raise Problem(f"{what} does not become an error with its status: {_told(outcome)}")
    elif answer["media_type"] == "application/json" and json.loads(getattr(outcome, "body", "") or "null") != says:
        raise Problem(f"{what} is not kept in the error")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"octets": base64.b64encode(value).decode()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value.to_dict() if hasattr(value, "to_dict") else value


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return value if isinstance(value, str) else json.dumps(value)


def _call(plan: Plan, arguments: Mapping[str, Any]) -> str:
    return f"{plan['name']}({', '.join(['...', *(f'{name}={_short(value)}' for name, value in arguments.items())])})"


def _short(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _told(outcome: Any) -> str:
    return f"{type(outcome).__name__}: {str(outcome)[:300]}" if isinstance(outcome, Exception) else "it returns"


@contextmanager
def both(address: str, key: str) -> Iterator[Mapping[str, Ask]]:
    """Offer the two clients on a server, by name."""
    package = import_module("zai_image")

    def outcome(run: Callable[[], Any]) -> Any:
        try:
            return run()
        except Exception as error:
            return error

    def method(client: Any, name: str) -> Any:
        tag, operation = name.split(".")
        return getattr(getattr(client, tag), operation)

    with asyncio.Runner() as runner, package.ZaiImage(key, base_url=address, max_retries=0) as client:
        twin = package.AsyncZaiImage(key, base_url=address, max_retries=0)
        try:
            yield {
                "ZaiImage": lambda name, given: outcome(lambda: method(client, name)(**given)),
                "AsyncZaiImage": lambda name, given: outcome(lambda: runner.run(method(twin, name)(**given))),
            }
        finally:
            runner.run(twin.close())


@contextmanager
def embedded() -> Iterator[str]:
    """Run the embedded server; give its address."""
    words = [sys.executable, "-m", "zai_image", "serve", "--port", "0", "--api-key", _KEY]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            if found is None:
                raise Problem("the embedded server does not start")
            yield found[0]
        finally:
            process.terminate()


def main() -> int:
    """Carry out the plan; 0 where every call does what it must."""
    warnings.simplefilter("ignore")
    plans = json.load(sys.stdin)
    server = Server()
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        with both(server.address, _KEY) as clients:
            for plan in plans:
                for client, ask in clients.items():
                    try:
                        check(plan, ask, server)
                    except Problem as problem:
                        raise Problem(f"{client}.{problem}") from None
        with embedded() as address, both(address, _KEY) as clients:
            for plan in plans if address else ():
                for client, ask in clients.items() if plan["returns_image"] else ():
                    for arguments in ({}, *({name: value} for name, value in plan["valid"])):
                        outcome = ask(plan["name"], {**plan["least"], **arguments})
                        if getattr(outcome, "status", None) in (404, 405):
                            break  # the embedded server has no such operation
                        if isinstance(outcome, Exception) or not outcome.url:
                            raise Problem(f"{client}.{_call(plan, arguments)} of the embedded server: {_told(outcome)}")
    except Problem as problem:
        print(problem)
        return 1
    finally:
        server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
