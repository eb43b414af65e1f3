"""The verdict is 0, 1 or 2 for the right reasons, and says why."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from attrs import evolve
from starlette.types import Message, Receive, Scope, Send

from tests.conformance.altered import KEY, Altered, Answer, Call
from tests.conformance.in_process import InProcess, judged
from zai_image_conformance import report
from zai_image_conformance.model import Verdict
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.server import RunningServer, application, listening, running
from zai_image_conformance.suite.runner import judge, plan

pytestmark = pytest.mark.score

GLM = ["glm-image"]


async def yes_to_everything(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})


def judge_altered(server: Altered, *requirements: str) -> Verdict:
    with listening(server) as origin:
        return judge(f"{origin}/api", api_key=KEY, models=GLM, requirements=requirements)


def test_the_embedded_server_conforms(server: RunningServer) -> None:
    verdict = judge(server.url, api_key=server.api_key)
    assert verdict.exit_code == 0
    assert {outcome.requirement for outcome in verdict.outcomes} == {entry.id for entry in catalogue()}
    assert {outcome.requirement for outcome in verdict.outcomes if outcome.result == "not tested"} == {
        entry.id for entry in catalogue() if not entry.tested
    }
    assert Counter(outcome.result for outcome in verdict.outcomes).keys() == {"pass", "not tested"}
    assert "conforms" in report.text(verdict)


def test_a_verdict_counts_what_was_asked_and_drawn(server: RunningServer) -> None:
    verdict = judge(server.url, api_key=server.api_key)
    requests = [request for request in server.requests if "/images/generations" in request.path]
    assert verdict.requests == len(requests)
    assert verdict.images == sum(request.status == 200 for request in requests) <= 24


def test_with_a_budget_what_costs_nothing_is_sent_first_but_for_what_is_tried_after_an_image(
    server: RunningServer,
) -> None:
    judge(server.url, api_key=server.api_key, budget=4)
    paid = [r.status == 200 for r in server.requests if "/images/generations" in r.path]
    credentials = plan().requests
    after = sum("after an image" in request.name for request in credentials)
    free = paid.index(True)
    assert paid.count(False) - free <= after


def test_a_server_that_says_yes_to_everything_does_not_conform() -> None:
    with listening(yes_to_everything) as origin:
        verdict = judge(f"{origin}/api", api_key="k")
    assert verdict.exit_code == 1
    assert "does not conform" in report.text(verdict)


def test_a_closed_port_could_not_be_asked() -> None:
    with socket.socket() as bound:
        # Bound and not listening: nobody else can take the port, and connections to it are refused.
        bound.bind(("127.0.0.1", 0))
        verdict = judge(f"http://127.0.0.1:{bound.getsockname()[1]}/api", api_key="k")
    assert verdict.exit_code == 2
    assert "could not judge" in report.text(verdict)


@pytest.mark.parametrize("url", ["", "not an address", "http://[", "ftp://127.0.0.1/api", "http://127.0.0.1:x"])
def test_an_address_that_is_none_could_not_be_asked(url: str) -> None:
    assert judge(url, api_key="k").exit_code == 2


@pytest.mark.parametrize("answered", [0, 1, 30, 60, 80])
def test_a_server_that_vanishes_could_not_be_asked(answered: int) -> None:
    calls: list[Call] = []

    def count(call: Call) -> Call:
        calls.append(call)
        return call

    altered = Altered(application(api_key=KEY), before=count)

    async def vanishing(scope: Scope, receive: Receive, send: Send) -> None:
        async def cut(message: Message) -> None:
            # Without its body: uvicorn drops the connection, as the kernel does for a server that was killed.
            if message["type"] == "http.response.body":
                raise ConnectionAbortedError
            await send(message)

        await altered(scope, receive, send if len(calls) < answered else cut)

    with listening(vanishing) as origin:
        verdict = judge(f"{origin}/api", api_key=KEY)
    assert verdict.exit_code == 2
    assert verdict.failures == ()


@pytest.mark.parametrize("key", ["another-key", "", "two words", "line\nbreak", "clé", None])
def test_a_refused_key_could_not_be_asked(server: RunningServer, key: str | None) -> None:
    verdict = judge(server.url, api_key=key)
    assert verdict.exit_code == 2
    assert "key" in report.text(verdict)
    assert not key or key not in report.text(verdict)


def test_an_unknown_requirement_could_not_be_asked_and_the_known_are_named() -> None:
    verdict = judge("http://127.0.0.1:9/api", requirements=["SIZE-GLM-STEP", "SIZE-MADE-UP"])
    assert verdict.exit_code == 2
    assert "SIZE-MADE-UP" in report.text(verdict)
    assert "SIZE-GLM-RANGE" in report.text(verdict)


def test_a_requirement_that_cannot_be_judged_makes_no_verdict(server: RunningServer) -> None:
    verdict = judge(server.url, api_key=server.api_key, requirements=["QUALITY-HD-TIME"])
    assert verdict.exit_code == 2
    assert "nothing was tested" in report.text(verdict)


def test_named_requirements_alone_are_judged(server: RunningServer) -> None:
    verdict = judge(server.url, api_key=server.api_key, requirements=["SIZE-GLM-STEP"])
    assert verdict.exit_code == 0
    assert {outcome.requirement for outcome in verdict.outcomes} == {"SIZE-GLM-STEP"}
    assert 0 < verdict.images < 5


def test_named_models_alone_are_ordered_from(server: RunningServer) -> None:
    verdict = judge(server.url, api_key=server.api_key, models=["cogview-4-250304"])
    assert verdict.exit_code == 0
    assert {outcome.model for outcome in verdict.outcomes} == {"cogview-4-250304", None}
    assert all(b'"glm-image", "prompt": "A cute little' not in request.body for request in server.requests)


def test_without_a_key_an_open_server_is_judged_but_for_keys() -> None:
    def open_door(call: Call) -> Call:
        return Call(call.method, call.path, {**call.headers, "authorization": f"Bearer {KEY}"}, call.body)

    with listening(Altered(application(api_key=KEY), before=open_door)) as origin:
        verdict = judge(f"{origin}/api", api_key=None, models=GLM)
    assert verdict.exit_code == 0
    skipped = {outcome.requirement for outcome in verdict.outcomes if outcome.result == "skipped"}
    assert {"AUTH-MISSING", "AUTH-WRONG", "AUTH-SCHEME"} <= skipped


def test_the_documented_path_behind_the_address_is_understood(server: RunningServer) -> None:
    for ending in ("", "/", "/paas/v4", "/paas/v4/", "/paas/v4/images/generations"):
        verdict = judge(server.url + ending, api_key=server.api_key, requirements=["PROMPT-REQUIRED"])
        assert verdict.exit_code == 0


def test_a_failure_says_what_was_expected_what_came_what_was_promised_and_how_to_ask_again() -> None:
    def drawn(call: Call) -> Call:
        return call.with_fields(size="1280x1280")

    verdict = judge_altered(Altered(application(api_key=KEY), before=drawn), "SIZE-GLM-STEP")
    failure = verdict.failures[0]
    assert failure.expected == "an error response (status 400 to 499)"
    assert failure.actual.startswith("200 application/json")
    assert failure.sentence == '"must be divisible by `32`"'
    for part in (failure.requirement, failure.expected, failure.actual, failure.sentence, failure.curl):
        assert part in report.text(verdict)


def test_the_curl_line_asks_the_same_again(tmp_path: Path) -> None:
    def drawn(call: Call) -> Call:
        return call.with_fields(size="1280x1280")

    with listening(Altered(application(api_key=KEY), before=drawn)) as origin:
        failure = judge(f"{origin}/api", api_key=KEY, models=GLM, requirements=["SIZE-GLM-STEP"]).failures[0]
        line = failure.curl.replace("curl", shlex.quote(sys.executable) + " -c 'import sys; print(sys.argv[1:])'", 1)
    environment = {**os.environ, "ZAI_API_KEY": KEY}
    ran = subprocess.run(line, shell=True, capture_output=True, text=True, check=True, env=environment)
    assert f"Authorization: Bearer {KEY}" in ran.stdout
    assert '"size": "1296x1280"' in ran.stdout


def test_the_key_is_nowhere_in_a_verdict_even_where_the_server_repeats_it() -> None:
    def tattling(call: Call, answer: Answer) -> Answer:
        return answer.saying({"key": KEY, "url": f"http://{KEY}"})

    verdict = judge_altered(Altered(application(api_key=KEY), after=tattling))
    assert verdict.exit_code == 1
    assert KEY not in repr(verdict)
    assert KEY not in report.text(verdict)


def test_a_key_that_occurs_in_links_does_no_harm() -> None:
    with running(api_key="p") as server:
        assert judge(server.url, api_key="p", models=GLM).exit_code == 0


def test_a_servers_control_characters_do_not_reach_the_terminal() -> None:
    def shouting(call: Call, answer: Answer) -> Answer:
        return Answer(500, {"content-type": "text/plain"}, b"\x1b[31m\x07\r\nalarm")

    verdict = judge_altered(Altered(application(api_key=KEY), after=shouting))
    assert verdict.exit_code == 1
    assert "\x1b" not in report.text(verdict)
    assert "\x07" not in report.text(verdict)


def test_the_key_is_asked_for_where_it_is_missing() -> None:
    verdict = judged(InProcess(), api_key=None)
    assert verdict.exit_code == 2
    assert "the server wants a key: 401 " in str(verdict.problem)


@pytest.mark.parametrize(
    ("status", "headers", "told"),
    [
        (404, {}, "there is no image endpoint at http://server.test/api/paas/v4/images/generations: 404 "),
        (405, {"content-type": "text/html"}, "there is no image endpoint at "),
        (301, {"location": "https://server.test/api"}, "the server redirects: 301 (no Content-Type) Location: https:"),
        (307, {"location": "/other"}, "give the address that it leads to"),
    ],
)
def test_an_address_without_the_endpoint_is_told_as_that(status: int, headers: dict[str, str], told: str) -> None:
    verdict = judged(InProcess(after=lambda call, answer: Answer(status, headers, b"")))
    assert verdict.exit_code == 2
    assert verdict.failures == ()
    assert told in str(verdict.problem)


@pytest.mark.parametrize("failures", [1, 2])
@pytest.mark.parametrize("status", [500, 502, 503])
def test_the_first_failures_of_a_cold_server_are_blamed_on_nothing(failures: int, status: int) -> None:
    left = iter(range(failures))

    def cold(call: Call, answer: Answer) -> Answer:
        return answer if next(left, None) is None else evolve(answer, status=status)

    verdict = judged(InProcess(after=cold))
    assert (verdict.exit_code, verdict.failures) == (0, ())


def test_the_first_request_for_an_image_that_fails_and_then_does_not_is_told_as_that() -> None:
    left = iter(range(1))

    def cold(call: Call, answer: Answer) -> Answer:
        return answer if answer.status != 200 or next(left, None) is None else evolve(answer, status=500)

    verdict = judged(InProcess(after=cold))
    assert (verdict.exit_code, verdict.failures) == (0, ())
    assert "the first request for an image failed, and succeeded when it was sent again" in report.text(verdict)


@pytest.mark.parametrize(("options", "code"), [(["--zai-api-key", "k"], 0), (["--zai-api-key", "x"], 2), ([], 2)])
def test_the_suite_runs_under_a_pytest_of_ones_own(options: list[str], code: int, tmp_path: Path) -> None:
    with running(api_key="k") as server:
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"),
                *("--pyargs", "zai_image_conformance.suite"),
                *("--zai-url", server.url, "--zai-model", "glm-image", "--zai-requirement", "SIZE-GLM-STEP"),
                *options,
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == code, ran.stdout
