"""What a server does to whoever judges it: it neither holds the verdict up nor gets anything of its own into it."""

from __future__ import annotations

import asyncio
import gzip
import io
import socket
import threading
import time
from contextlib import closing, suppress
from http.client import HTTPConnection

import junitparser
import pytest
from attrs import evolve
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from starlette.types import Receive, Scope, Send

from tests.conformance.altered import KEY, Altered, Answer, Call
from tests.conformance.in_process import URL, InProcess, judged
from zai_image_conformance import report
from zai_image_conformance.server import application, listening
from zai_image_conformance.suite import transport as transport_module
from zai_image_conformance.suite.images import View, Viewer
from zai_image_conformance.suite.runner import judge
from zai_image_conformance.suite.session import Session
from zai_image_conformance.suite.target import Target
from zai_image_conformance.suite.transport import HttpTransport, NoResponse, Response

pytestmark = pytest.mark.score

ENDLESS = 300
"""Times that a server does something before a test must have given up on it."""


@pytest.mark.parametrize("told", ["0", "", "1"])
def test_a_rate_limit_that_never_passes_is_given_up(told: str) -> None:
    def limiting(call: Call, answer: Answer) -> Answer:
        headers = {"content-type": "application/json"} | ({"retry-after": told} if told else {})
        return Answer(429, headers, b"{}")

    server = InProcess(after=limiting)
    before = server.server.clock.now()
    verdict = judged(server)
    assert verdict.exit_code == 2
    assert "limits the rate" in str(verdict.problem)
    assert 60 < server.server.clock.now() - before < 200


def test_a_5xx_that_names_a_time_forever_is_a_5xx() -> None:
    def busy(call: Call, answer: Answer) -> Answer:
        wrong_size = call.method == "POST" and answer.status == 400 and "size" in call.fields
        return Answer(503, {**answer.headers, "retry-after": "5"}, answer.body) if wrong_size else answer

    verdict = judged(InProcess(after=busy))
    assert {outcome.requirement for outcome in verdict.failures} == {"ERROR-STATUS"}


async def endless(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(ENDLESS):
        await send({"type": "http.response.body", "body": b" ", "more_body": True})
        await asyncio.sleep(0.02)


def test_a_body_that_trickles_without_end_is_given_up() -> None:
    with listening(endless) as origin, closing(HttpTransport()) as transport, pytest.raises(NoResponse, match="whole"):
        transport.send("POST", origin, {}, b"{}", limit=10_000, patience=0.3)


def serve_once(connection: socket.socket, part: bytes) -> None:
    with suppress(OSError):
        connection.recv(65536)
        for _ in range(ENDLESS):
            connection.sendall(part)
            time.sleep(0.02)


def test_interim_responses_without_end_are_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                serve_once(connection, b"HTTP/1.1 102 Processing\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with closing(HttpTransport()) as transport, pytest.raises(NoResponse, match="whole"):
            transport.send("POST", url, {}, b"{}", limit=10_000, patience=0.3)
        thread.join()


def test_whichever_threads_send_and_renew_every_connection_is_closed_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[HTTPConnection] = []
    make = transport_module._Way.connection

    def making(way: transport_module._Way) -> HTTPConnection:
        made.append(make(way))
        return made[-1]

    monkeypatch.setattr(transport_module._Way, "connection", making)
    transport = HttpTransport()

    def work() -> None:
        for _ in range(5):
            transport.send("GET", origin, {}, b"", limit=10_000, patience=10)
            transport.renew()

    with listening(application(api_key=KEY)) as origin:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        transport.send("GET", origin, {}, b"", limit=10_000, patience=10)
        transport.close()
        with pytest.raises(NoResponse, match="closed"):
            transport.send("GET", origin, {}, b"", limit=10_000, patience=10)
    assert len(made) > 4
    assert not any(connection.sock for connection in made)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "made-up"])
def test_a_refusal_whose_encoding_is_a_lie_is_a_refusal_with_a_wrong_body(encoding: str) -> None:
    def lying(call: Call, answer: Answer) -> Answer:
        headers = {**answer.headers, "content-encoding": encoding}
        return evolve(answer, headers=headers) if answer.status >= 400 else answer

    with listening(Altered(application(api_key=KEY), after=lying)) as origin:
        verdict = judge(f"{origin}/api", api_key=KEY, models=["glm-image"], budget=2)
    assert {outcome.requirement for outcome in verdict.failures} == {"ERROR-BODY"}


def test_encoded_responses_are_read() -> None:
    def encoding(call: Call, answer: Answer) -> Answer:
        headers = {**answer.headers, "content-encoding": "gzip"}
        return evolve(answer, headers=headers, body=gzip.compress(answer.body))

    with listening(Altered(application(api_key=KEY), after=encoding)) as origin:
        verdict = judge(f"{origin}/api", api_key=KEY, models=["glm-image"], budget=2)
    assert (verdict.exit_code, verdict.failures) == (0, ())


def test_a_cookie_is_no_second_key() -> None:
    def handing_out(call: Call, answer: Answer) -> Answer:
        return Answer(answer.status, {**answer.headers, "set-cookie": "session=1; Path=/"}, answer.body)

    def honouring(call: Call) -> Call:
        if "session=1" in call.headers.get("cookie", ""):
            call.headers["authorization"] = f"Bearer {KEY}"
        return call

    with listening(Altered(application(api_key=KEY), before=honouring, after=handing_out)) as origin:
        verdict = judge(f"{origin}/api", api_key=KEY, models=["glm-image"], budget=2)
    assert verdict.failures == ()
    assert verdict.exit_code == 0


def view_of(content: bytes) -> View:
    class Gallery(InProcess):
        def download(self, url: str, *, limit: int, patience: float) -> Response:
            return Response(200, {}, content)

    return Viewer(Session(Target(URL, api_key=KEY), Gallery())).view("http://images.test/1.png")


def commented(kind: str) -> bytes:
    """An image with the key in its comment."""
    file = io.BytesIO()
    texts = PngInfo()
    texts.add_text("comment", KEY)
    Image.new("RGB", (64, 64)).save(file, kind, pnginfo=texts, comment=KEY.encode())
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_what_is_written_into_an_image_beside_its_pixels_is_not_in_its_thumbnail(kind: str) -> None:
    image = commented(kind)
    assert KEY.encode() in image
    view = view_of(image)
    assert view.thumbnail.startswith(b"\xff\xd8")
    assert KEY.encode() not in view.thumbnail


HOSTILE = {
    "a header that holds the key": f"P6 {KEY[:10]} 10 255\n".encode(),
    "a program for a printer": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n{} loop\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_no_browser_shows_is_no_image_and_no_program_is_run_over_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_: object, **__: object) -> None:
        raise AssertionError("a program was run")

    monkeypatch.setattr("subprocess.Popen", run)
    view = view_of(HOSTILE[name])
    assert view.sides is None
    assert "cannot identify image file" in view.fault


def test_the_key_is_taken_out_of_what_a_decoder_says(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object, **__: object) -> None:
        raise ValueError(f"invalid literal: {KEY}")

    monkeypatch.setattr(Image, "open", failing)
    assert view_of(b"anything").fault.endswith("(invalid literal: [redacted])")


@pytest.mark.parametrize(
    "url",
    [
        f"http://me:{KEY}@127.0.0.1:9/api",
        f"me:{KEY}@127.0.0.1:9/api",
        f"http:/me:{KEY}@127.0.0.1:9/api",
        f"http:\\\\me:{KEY}@127.0.0.1:9/api",
        f"http://127.0.0.1:9/{KEY}/api",
        f"http://127.0.0.1:9/api?key={KEY}",
        f"//{KEY}",
    ],
)
def test_an_address_that_holds_a_key_or_is_none_is_refused_and_not_repeated(url: str) -> None:
    verdict = judge(url, api_key=KEY)
    assert (verdict.exit_code, verdict.requests) == (2, 0)
    assert verdict.problem is not None
    assert verdict.problem.startswith("the address ")
    for form in (report.text, report.json_report, report.junit, report.page):
        assert KEY not in form(verdict)


def test_a_model_that_no_request_can_name_is_refused() -> None:
    verdict = judge("http://127.0.0.1:9/api", api_key=KEY, models=["\ud800"])
    assert verdict.problem == "the name of a model is not text that a request can hold"


def test_each_test_case_of_junit_has_a_name_of_its_own() -> None:
    with listening(Altered(application(api_key=KEY))) as origin:
        verdict = judge(f"{origin}/api", api_key=KEY, models=["glm-image"], budget=1)
    (suite,) = junitparser.JUnitXml.fromstring(report.junit(verdict).encode())
    names = [(case.classname, case.name) for case in suite]
    assert len(names) == len(verdict.outcomes) == len(set(names))
