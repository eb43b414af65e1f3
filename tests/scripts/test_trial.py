"""What was made is taken in when every call of the made client does what the document promises, and only then."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

import pytest

from scripts.change.calling import Problem, Server, check
from scripts.change.calls import calls
from scripts.change.trial import Trial, try_out
from scripts.regenerate import ROOT
from scripts.rules.rulebook import Rules
from scripts.source.failure import PipelineError
from scripts.source.reading import read_mapping
from tests.scripts.generated_packages import Change, overlaid, request_schema


def plan(change: Change = lambda document: None) -> dict[str, Any]:
    document = overlaid()
    change(document)
    (made,) = calls(document, Rules.of(read_mapping((ROOT / "openapi/rules.yaml").read_bytes(), "rules")))
    return made


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


class InvalidRequestError(Exception):
    """What a client raises for a request that it does not send."""


class Failure(Exception):
    """What a client raises for a refusal."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(body)
        self.status = status
        self.body = body


class Image:
    """What a client makes of an image answer."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer


def is_invalid(made: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether the plan says so of an argument; in JSON, false and 0 are two values."""
    return not {json.dumps(pair) for pair in made["invalid"]}.isdisjoint(json.dumps(pair) for pair in given.items())


class Client:
    """A client of the image operation that does what it must; tests break one thing in it each."""

    def __init__(self, server: Server, made: Mapping[str, Any]) -> None:
        self.server = server
        self.made = made

    def ask(self, name: str, given: Mapping[str, Any]) -> Any:
        if is_invalid(self.made, given):
            return self.refuse(given)
        return self.send("POST", "/paas/v4/images/generations", {**self.made["defaults"], **given})

    def refuse(self, given: Mapping[str, Any]) -> Any:
        return InvalidRequestError("no")

    def send(self, method: str, path: str, body: Any) -> Any:
        connection = HTTPConnection("127.0.0.1", self.server.server_port)
        connection.request(method, f"/api{path}", json.dumps(body), {"Authorization": "Bearer key"})
        came = connection.getresponse()
        content = came.read()
        connection.close()
        return self.read(came.status, content)

    def read(self, status: int, content: bytes) -> Any:
        return Image(json.loads(content)) if status == 200 else Failure(status, content.decode())


def test_a_client_that_does_what_it_must_passes(server: Server) -> None:
    made = plan()
    check(made, Client(server, made).ask, server)


class SendsTheDefault(Client):
    def send(self, method: str, path: str, body: Any) -> Any:
        return super().send(method, path, {"quality": "hd", **body})


class LeavesOutWhatIsFalse(Client):
    def send(self, method: str, path: str, body: Any) -> Any:
        return super().send(method, path, {name: value for name, value in body.items() if value})


class SendsTwice(Client):
    def send(self, method: str, path: str, body: Any) -> Any:
        super().send(method, path, body)
        return super().send(method, path, body)


class SendsNothing(Client):
    def ask(self, name: str, given: Mapping[str, Any]) -> Any:
        return InvalidRequestError("must be a string, not bool")


class AsksElsewhere(Client):
    def send(self, method: str, path: str, body: Any) -> Any:
        return super().send(method, "/paas/v4/images", body)


class SendsWhatIsInvalid(Client):
    def refuse(self, given: Mapping[str, Any]) -> Any:
        return self.send("POST", "/paas/v4/images/generations", {**self.made["defaults"], **given})


class RefusesAfterSending(Client):
    def refuse(self, given: Mapping[str, Any]) -> Any:
        self.send("POST", "/paas/v4/images/generations", given)
        return InvalidRequestError("no")


class LosesAProperty(Client):
    def read(self, status: int, content: bytes) -> Any:
        says = json.loads(content)
        says.pop("content_filter", None)
        return super().read(status, json.dumps(says).encode())


class RaisesForEveryAnswer(Client):
    def read(self, status: int, content: bytes) -> Any:
        return Failure(status, content.decode())


class ReturnsEveryAnswer(Client):
    def read(self, status: int, content: bytes) -> Any:
        return Image(json.loads(content))


class LosesTheBodyOfAnError(Client):
    def read(self, status: int, content: bytes) -> Any:
        return super().read(status, content if status == 200 else b"")


def add_watermark(document: dict[str, Any]) -> None:
    request_schema(document)["properties"]["watermark_enabled"] = {"type": "boolean", "default": True}


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (SendsTheDefault, r"generate\(\.\.\.\) sends \{'quality': 'hd'"),
        (LeavesOutWhatIsFalse, r"watermark_enabled=False\) sends"),
        (SendsTwice, "sends more than one request"),
        (SendsNothing, "sends nothing: InvalidRequestError: must be a string, not bool"),
        (AsksElsewhere, "asks for POST /api/paas/v4/images, and the document has POST /api/paas/v4/images/generations"),
        (SendsWhatIsInvalid, "is not refused, and the document allows no such value"),
        (RefusesAfterSending, "is not refused, and the document allows no such value"),
        (LosesAProperty, "answer 200 application/json is read with loss"),
        (RaisesForEveryAnswer, "answer 200 application/json is not read"),
        (ReturnsEveryAnswer, "answer 400 application/json does not become an error with its status"),
        (LosesTheBodyOfAnError, "answer 400 application/json is not kept in the error"),
    ],
)
def test_a_client_that_does_not_is_told_in_one_line(server: Server, broken: type[Client], told: str) -> None:
    made = plan(add_watermark)
    with pytest.raises(Problem, match=told) as problem:
        check(made, broken(server, made).ask, server)
    assert "\n" not in str(problem.value)


def test_every_argument_is_given_what_is_valid_and_what_is_not_and_every_answer_is_given() -> None:
    made = plan(add_watermark)
    assert made["least"].keys() == {"prompt"}
    assert {name for name, _ in made["valid"]} == made["inputs"].keys() - {"prompt"}
    assert {name for name, _ in made["invalid"]} == made["inputs"].keys()
    assert [answer["status"] for answer in made["answers"]] == [200, 400]
    assert base64.b64decode(made["answers"][0]["content"])


def test_parameters_are_looked_for_where_the_document_has_them(server: Server) -> None:
    def move(document: dict[str, Any]) -> None:
        paths = document["paths"]
        paths["/images/{id}"] = paths.pop("/paas/v4/images/generations")
        operation = paths["/images/{id}"]["post"]
        del operation["requestBody"]
        operation["parameters"] = [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
            {"name": "tags", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
            {"name": "X-Trace", "in": "header", "schema": {"type": "integer"}},
            {"name": "session", "in": "cookie", "schema": {"type": "string"}},
        ]

    made = plan(move)

    def ask(without: str) -> Any:
        def answer(name: str, given: Mapping[str, Any]) -> Any:
            if is_invalid(made, given):
                return InvalidRequestError("no")
            query = "&".join(f"tags={quote(tag, safe='')}" for tag in given.get("tags", ()))
            fields = {"Authorization": "key"}
            fields |= {"X-Trace": str(given["x_trace"])} if "x_trace" in given else {}
            fields |= {"Cookie": f"session={quote(given['session'], safe='')}"} if "session" in given else {}
            fields.pop(without, None)
            path = f"/api/images/{quote(given['id'], safe='')}?{'' if without == 'query' else query}"
            connection = HTTPConnection("127.0.0.1", server.server_port)
            connection.request("POST", path, headers=fields)
            came = connection.getresponse()
            content = came.read()
            connection.close()
            return Image(json.loads(content)) if came.status == 200 else Failure(came.status, content.decode())

        return answer

    check(made, ask("nothing"), server)
    for without in ("query", "X-Trace", "Cookie", "Authorization"):
        with pytest.raises(Problem, match=r"does not send|sends the query"):
            check(made, ask(without), server)


def test_a_trial_that_fails_ends_all_others_and_is_told(tmp_path: Path) -> None:
    endless = Trial("an endless one", ["-c", "import sys; sys.stdin.buffer.read(); input()"], 60, lambda tree: "")
    waiting = Trial("one that waits", ["-c", "import threading; threading.Event().wait()"], 60)
    with pytest.raises(PipelineError, match=r"^one that fails fails with what was made: no client$"):
        try_out(tmp_path, [waiting, Trial("one that fails", ["-c", "print('no client'); raise SystemExit(1)"], 60)])
    with pytest.raises(PipelineError, match=r"one that waits did not come to an end within 0\.1 seconds"):
        try_out(tmp_path, [Trial(waiting.name, waiting.arguments, 0.1)])
    with pytest.raises(PipelineError, match="an endless one fails"):
        try_out(tmp_path, [endless])
    with pytest.raises(PipelineError, match="a call cannot be made of the document: ZeroDivisionError"):
        try_out(tmp_path, [Trial("a call", ["-c", ""], 60, lambda tree: str(1 // 0))])
