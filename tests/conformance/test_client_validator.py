"""The client validator tells which promises a client keeps, detects wrong ones, and shows no secret."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import httpx
import pytest

from tests.conformance.wire import wait_until
from zai_image import AsyncZaiImage, ZaiImage, ZaiImageError
from zai_image_conformance.client_suite.validator import ClientValidator
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.server import application, listening
from zai_image_conformance.server.paths import ENDPOINT_PATH
from zai_image_conformance.sizes import NAMES
from zai_image_conformance.suite.request_rules import Heard, findings

pytestmark = pytest.mark.score

KEY = "a-key-of-your-own"
BASE = "/api"
FIELDS = {"model": "glm-image", "prompt": "A cute little kitten."}
# What no request shows: what a client tells its caller, and what its caller left out.
BEYOND_REQUESTS = {
    "FILTER-FORM",
    "LINK-LIFE",
    "SIZE-GLM-DEFAULT",
    "SIZE-OTHERS-DEFAULT",
    "QUALITY-GLM-DEFAULT",
    "QUALITY-OTHERS-DEFAULT",
}


class Judged:
    """A server with a client validator, and what it says."""

    def __init__(self, origin: str, validator: ClientValidator) -> None:
        self.origin = origin
        self.url = origin + BASE
        self.validator = validator

    def send(self, method: str = "POST", path: str = ENDPOINT_PATH, **parts: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {KEY}", **parts.pop("headers", {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        return httpx.request(method, self.origin + path, headers=headers, trust_env=False, **parts)

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.origin}/client-report", trust_env=False).json()
        return found

    def outcomes(self, outcome: str) -> set[str]:
        return {item["id"] for item in self.report()["requirements"] if item["outcome"] == outcome}

    def violations(self) -> list[dict[str, str]]:
        return [violation for item in self.report()["requirements"] for violation in item["violations"]]


@pytest.fixture
def judged() -> Iterator[Judged]:
    validator = ClientValidator(application(api_key=KEY), api_key=KEY)
    with listening(validator) as origin:
        yield Judged(origin, validator)


def vectors(name: str) -> list[dict[str, Any]]:
    content = json.loads(files("zai_image_conformance").joinpath("vectors", f"{name}.json").read_bytes())
    found: list[dict[str, Any]] = content["vectors"]
    return found


def problems(request: Heard) -> set[str]:
    return {finding.requirement for finding in findings(request, ENDPOINT_PATH) if finding.problem is not None}


def heard(request: dict[str, Any]) -> Heard:
    body = request["text"] if "text" in request else json.dumps(request["json"])
    headers = {name.lower(): value for name, value in request["headers"].items()}
    return Heard(request["method"], BASE + request["path"], headers, body.encode())


def test_our_client_keeps_every_promise_that_requests_can_show(judged: Judged) -> None:
    sizes = {"glm-image": ("1728x960", "2048x1024"), "cogview-4-250304": ("768x1344", "2048x1024")}
    with ZaiImage(KEY, base_url=judged.url) as zai:
        for model, asked in sizes.items():
            for size in asked:
                image = zai.images.generate("котёнок 🐈", model=model, size=size, quality="hd", user_id="猫" * 6)
        assert image.download()

    async def generate() -> None:
        async with AsyncZaiImage(KEY, base_url=judged.url) as zai:
            await zai.images.generate("kitten")

    asyncio.run(generate())
    report = judged.report()
    assert (report["requests"], report["verdict"]) == (5, "kept")
    assert judged.outcomes("broken") == set()
    assert judged.outcomes("not shown") == BEYOND_REQUESTS


def test_what_our_client_refuses_never_reaches_the_validator(judged: Judged) -> None:
    with ZaiImage(KEY, base_url=judged.url) as zai, pytest.raises(ZaiImageError):
        zai.images.generate("kitten", size="1000x1000")
    assert judged.report()["verdict"] == "nothing judged"


def test_the_report_names_every_requirement_that_binds_a_client(judged: Judged) -> None:
    binding = [item for item in catalogue() if "client" in item.binds]
    told = judged.report()["requirements"]
    assert [item["id"] for item in told] == [item.id for item in binding]
    assert [item["source"] for item in told] == [item.source for item in binding]


def test_each_promise_that_requests_can_show_is_found_broken_by_some_wrong_request(judged: Judged) -> None:
    asked = [heard(vector["input"]) for vector in vectors("requests")]
    asked += [heard(with_fields(**vector["input"])) for vector in vectors("sizes")]
    asked.append(heard(with_fields(prompt="\ud800")))
    # Recommended sizes may be asked for, and need not be.
    never = BEYOND_REQUESTS | {"SIZE-GLM-RECOMMENDED", "SIZE-OTHERS-RECOMMENDED"}
    broken = set().union(*map(problems, asked))
    assert broken == {item.id for item in catalogue() if "client" in item.binds} - never


def with_fields(**fields: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    return {
        "method": "POST",
        "path": ENDPOINT_PATH.removeprefix(BASE),
        "headers": headers,
        "json": {**FIELDS, **fields},
    }


def test_every_wrong_request_vector_breaks_its_own_requirement_and_no_other() -> None:
    for vector in vectors("requests"):
        found = problems(heard(vector["input"]))
        if vector["expected"]["outcome"] == "valid":
            assert found == set(), vector
        elif vector["expected"]["outcome"] == "invalid":
            assert found == {vector["requirement"]}, vector


def test_every_wrong_size_vector_breaks_the_requirements_of_the_limits_it_breaks() -> None:
    for vector in vectors("sizes"):
        model = vector["input"]["model"]
        stating = catalogue().ruling("size", model)
        ids = {NAMES.get(name, name): item.id for item in stating for name in item.numbers} | {"form": "SIZE-FORM"}
        found = problems(heard(with_fields(**vector["input"])))
        expected = vector["expected"]
        assert bool(found) is (expected["outcome"] != "valid"), vector
        assert "broken" not in expected or found == {ids[name] for name in expected["broken"]}, vector


def test_a_raw_wrong_client_is_told_what_is_wrong_with_which_request(judged: Judged) -> None:
    assert judged.send(json={**FIELDS, "size": "1000x1024"}).status_code == 400
    assert judged.outcomes("broken") == {"SIZE-GLM-RANGE", "SIZE-GLM-STEP"}
    first = judged.violations()[0]
    assert first["problem"] == "size 1000x1024 does not suit glm-image: each side has at least 1024 pixels"
    assert first["request"] == (
        f"POST {ENDPOINT_PATH} (Authorization: Bearer [redacted]; Content-Type: application/json) "
        '{"model": "glm-image", "prompt": [21 characters], "size": "1000x1024"}'
    )
    text = judged.validator.text()
    assert text.startswith("requests judged: 1; promises broken: 2, ")
    assert "broken: SIZE-GLM-RANGE, the sides of a glm-image image range from 1024 to 2048 pixels" in text
    assert first["problem"] in text
    assert first["request"] in text


@pytest.mark.parametrize(
    ("parts", "requirement"),
    [
        ({"method": "GET"}, "METHOD-POST"),
        ({"path": "/v1/images/generations", "json": FIELDS}, "METHOD-POST"),
        ({"path": "/client-report", "json": FIELDS}, "METHOD-POST"),
        ({"json": FIELDS, "headers": {"Authorization": None}}, "AUTH-MISSING"),
        ({"json": FIELDS, "headers": {"Authorization": KEY}}, "AUTH-SCHEME"),
        ({"data": FIELDS}, "BODY-JSON"),
        ({"content": b"\xff", "headers": {"Content-Type": "application/json"}}, "BODY-JSON"),
        ({"json": [FIELDS]}, "BODY-OBJECT"),
        ({"json": {**FIELDS, "user_id": None}}, "FIELD-TYPE"),
    ],
)
def test_a_raw_wrong_client_breaks_one_promise_on_a_socket(
    judged: Judged, parts: dict[str, Any], requirement: str
) -> None:
    judged.send(**parts)
    assert judged.outcomes("broken") == {requirement}
    assert judged.report()["verdict"] == "broken"


def test_neither_fetching_images_nor_asking_for_the_report_is_judged(judged: Judged) -> None:
    link = judged.send(json=FIELDS).json()["data"][0]["url"]
    assert httpx.get(link, trust_env=False).status_code == 200
    assert judged.report()["requests"] == judged.report()["requests"] == 1


def test_the_report_shows_no_key_wherever_a_client_put_it_and_no_words_of_its_caller(judged: Judged) -> None:
    secret = "sk-" + "s3cret" * 20
    for headers in (
        {"Authorization": secret},
        {"Authorization": f"{secret[:40]} {secret[40:]}"},
        {"Authorization": f"Basic {secret}", "X-Api-Key": secret, "Cookie": secret},
        {"Content-Type": f"text/plain; key={KEY}"},
        {"Content-Type": f"text/plain; {'x' * 40}{KEY}"},
    ):
        judged.send(json={**FIELDS, "prompt": "my darkest secret", "user_id": "jane"}, headers=headers)
    judged.send(path=f"/{KEY}/generations", params={"api_key": secret}, json=FIELDS)
    judged.send(json={**FIELDS, "model": KEY, "quality": f"{'x' * 50}{KEY}", "api_key": secret, KEY: 1})
    judged.send(content=f"key={secret}".encode(), headers={"Content-Type": "application/json"})
    assert judged.violations()
    for shown in (json.dumps(judged.report()), judged.validator.text()):
        assert not any(word in shown for word in ("s3cret", KEY[:6], "darkest", "jane"))


def test_what_a_client_sends_stays_one_printable_line(judged: Judged) -> None:
    judged.send(json={**FIELDS, "size": "\x1b[31m\n\u202e" + "9" * 5000})
    assert all(line.isprintable() and len(line) < 600 for line in judged.validator.text().splitlines())


def test_a_body_that_is_larger_than_the_server_reads_is_no_violation(judged: Judged) -> None:
    assert judged.send(json={**FIELDS, "prompt": "p" * 2**21}).status_code == 413
    assert judged.outcomes("broken") == set()


def test_memory_stays_flat_however_many_requests_are_wrong() -> None:
    validator = ClientValidator(application(api_key=KEY), api_key=KEY)
    body = json.dumps({**FIELDS, "size": "7x7", **{f"field {number}": "x" * 500 for number in range(100)}}).encode()
    headers = [(b"authorization", b"Bearer x"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": ENDPOINT_PATH, "headers": headers, "query_string": b""}
    waiting: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop()

    async def send(message: Any) -> None:
        pass

    async def ask(times: int) -> int:
        for _ in range(times):
            waiting.append({"type": "http.request", "body": body})
            await validator(dict(scope), receive, send)
        return len(json.dumps(validator.report()))

    few = asyncio.run(ask(10))
    many = asyncio.run(ask(490))
    assert validator.report()["requests"] == 500
    # Nothing but the digits of the counts.
    assert many - few < 100


def test_a_request_that_gets_no_answer_is_judged_as_well(judged: Judged) -> None:
    with pytest.raises(httpx.ReadError):
        judged.send(json={**FIELDS, "user_id": "short"}, headers={"X-Fault": "connection-reset-before"})
    wait_until(lambda: bool(judged.report()["requests"]))
    assert judged.outcomes("broken") == {"USER-ID-LENGTH"}


def test_the_exit_code_is_that_of_the_verdict(judged: Judged) -> None:
    assert (judged.validator.exit_code, judged.report()["verdict"]) == (2, "nothing judged")
    judged.send(json=FIELDS)
    assert (judged.validator.exit_code, judged.report()["verdict"]) == (0, "kept")
    judged.send(json={**FIELDS, "user_id": "short"})
    assert (judged.validator.exit_code, judged.report()["verdict"]) == (1, "broken")


def test_serve_tells_at_its_end_which_promises_were_kept() -> None:
    command = [sys.executable, "-m", "zai_image", "serve", "--port", "0", "--api-key", KEY, "--validate-clients"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().removeprefix("listening on ").strip()
            headers = {"Authorization": f"Bearer {KEY}"}
            wrong = {**FIELDS, "user_id": "short"}
            httpx.post(f"{url}/paas/v4/images/generations", json=wrong, headers=headers, trust_env=False)
            report_url = f"{url.removesuffix(BASE)}/client-report"
            assert httpx.get(report_url, trust_env=False).json()["verdict"] == "broken"
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 1
    assert output.startswith("requests judged: 1; promises broken: 1, ")
    assert "user_id has 5 characters; it must have at least 6" in output
    assert errors.startswith(f"clients are judged; the report so far is at {report_url}\n")
