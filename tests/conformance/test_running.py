"""The embedded server starts at once, tells what it was asked, and leaves nothing behind."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from zai_image_conformance.server import Recording, RunningServer, listening, running, serve

pytestmark = pytest.mark.slow

PATH = "/paas/v4/images/generations"


def post(server: RunningServer, **fields: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {server.api_key}"}
    return httpx.post(server.url + PATH, json=fields, headers=headers, trust_env=False)


def test_it_answers_as_soon_as_it_runs_and_no_longer_than_it_runs() -> None:
    with running() as server:
        assert post(server, model="glm-image", prompt="p").status_code == 200
    with pytest.raises(httpx.ConnectError):
        post(server, model="glm-image", prompt="p")


def test_it_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())
    with running() as server:
        link = post(server, model="glm-image", prompt="p").json()["data"][0]["url"]
        assert httpx.get(link, trust_env=False).status_code == 200
    assert set(threading.enumerate()) <= before


def test_the_address_is_the_part_before_the_version() -> None:
    with running() as server:
        assert server.url == f"http://127.0.0.1:{httpx.URL(server.url).port}/api"


def test_keys_are_made_up_anew_and_never_shown() -> None:
    with running() as first, running() as second:
        assert first.api_key != second.api_key
        assert first.api_key not in repr(first)
    with running(api_key="a-key-of-my-own") as server:
        assert server.api_key == "a-key-of-my-own"


def test_two_servers_do_not_know_each_others_images() -> None:
    with running() as first, running() as second:
        link = httpx.URL(post(first, model="glm-image", prompt="p").json()["data"][0]["url"])
        moved = link.copy_with(port=httpx.URL(second.url).port)
        assert httpx.get(moved, trust_env=False).status_code == 404


def test_every_request_is_recorded_without_its_key(server: RunningServer) -> None:
    post(server, model="glm-image", prompt="kept")
    httpx.get(server.url, headers={"Authorization": server.api_key}, trust_env=False)
    first, other = server.requests
    assert (first.method, first.path, first.status) == ("POST", "/api" + PATH, 200)
    assert first.body == b'{"model":"glm-image","prompt":"kept"}'
    assert first.headers["authorization"] == "Bearer [redacted]"
    assert first.headers["content-type"] == "application/json"
    assert (other.method, other.path, other.status) == ("GET", "/api", 404)
    assert server.api_key not in repr(server.requests)


def test_a_request_is_recorded_with_its_time_and_the_beginning_of_its_answer(server: RunningServer) -> None:
    before = time.time()
    answer = post(server, model="dall-e", prompt="p")
    link = post(server, model="glm-image", prompt="p").json()["data"][0]["url"]
    httpx.get(link, trust_env=False)
    refused, _, image = server.requests
    assert (refused.status, refused.answer) == (400, answer.text)
    assert before <= refused.at <= image.at <= time.time()
    assert image.answer == ""


def test_of_a_long_answer_the_beginning_is_recorded() -> None:
    async def verbose(scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse("x" * 100_000)(scope, receive, send)

    recording = Recording()
    with listening(recording.of(verbose)) as origin:
        httpx.get(origin, trust_env=False)
    (request,) = recording.requests
    assert request.answer == '"' + "x" * 4095


def test_a_request_under_way_is_recorded_without_a_status() -> None:
    with running(faults=["latency=3600"]) as server:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(
                server.url + PATH,
                json={"model": "glm-image", "prompt": "p"},
                headers={"Authorization": f"Bearer {server.api_key}"},
                timeout=httpx.Timeout(5, read=0.2),
                trust_env=False,
            )
        (request,) = server.requests
        assert (request.path, request.status) == ("/api" + PATH, None)


def test_a_fetched_link_names_the_host_that_was_asked(server: RunningServer) -> None:
    headers = {"Authorization": f"Bearer {server.api_key}", "Host": "gateway.test:8443"}
    response = httpx.post(
        server.url + PATH, json={"model": "glm-image", "prompt": "p"}, headers=headers, trust_env=False
    )
    assert response.json()["data"][0]["url"].startswith("http://gateway.test:8443/images/")


def test_latency_delays_an_image_and_no_refusal() -> None:
    # An hour: were it waited for where it should not be, the test would not end; where it should, a time-out says so.
    with running(faults=["latency=3600"]) as server:
        assert post(server, model="glm-image").status_code == 400
        headers = {"Authorization": f"Bearer {server.api_key}"}
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(
                server.url + PATH,
                json={"model": "glm-image", "prompt": "p"},
                headers=headers,
                timeout=httpx.Timeout(5, read=0.2),
                trust_env=False,
            )


def test_importing_the_server_imports_no_test_tools() -> None:
    code = "import sys, zai_image_conformance.server; print({'pytest', 'hypothesis'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


@contextmanager
def in_the_foreground(arguments: str) -> Iterator[subprocess.Popen[str]]:
    code = f"import sys; from zai_image_conformance.server import serve; sys.exit(serve({arguments}))"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_says_where_it_listens_and_ends_with_0_on_a_signal(number: signal.Signals) -> None:
    with in_the_foreground("host='127.0.0.1', port=0, api_key='k'") as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.startswith("listening on http://127.0.0.1:")
        url = first.removeprefix("listening on ").strip()
        assert url.endswith("/api")
        assert httpx.post(url + PATH, trust_env=False).status_code == 401
        process.send_signal(number)
        output, errors = process.communicate(timeout=20)
        page = url.removesuffix("api")
        assert (process.returncode, output) == (0, "")
        assert errors == f"a page to look at the rules and to try them: {page}\n"


def test_serve_tells_the_key_it_made_up_and_warns_when_others_can_reach_it() -> None:
    with in_the_foreground("host='0.0.0.0', port=0") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().removeprefix("listening on ").strip()
        key = process.stderr.readline().split()[-1]
        assert "can be reached from other machines" in process.stderr.readline()
        local = url.replace("0.0.0.0", "127.0.0.1")
        fields = {"model": "glm-image", "prompt": "p"}
        headers = {"Authorization": f"Bearer {key}"}
        assert httpx.post(local + PATH, json=fields, headers=headers, trust_env=False).status_code == 200


@pytest.mark.parametrize("port", [None, 70000])
def test_serve_returns_2_where_it_cannot_listen(port: int | None, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wanted = taken.getsockname()[1] if port is None else port
        assert serve(host="127.0.0.1", port=wanted) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith(f"cannot listen on 127.0.0.1 port {wanted}: ")
    assert errors.count("\n") == 1
