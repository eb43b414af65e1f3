"""Whether a request may have been sent is a fact of what was observed of it, in whatever order steps are told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from httpcore import ConnectionNotAvailable

from zai_image._attempt import Attempt

HEAD_1 = (b"HTTP/1.1", 503, b"Busy", [(b"X-Request-Id", b"r-7")])
HEAD_2 = (503, [(b"x-request-id", b"r-7")])


def request(method: bytes = b"POST") -> dict[str, Any]:
    return {"request": SimpleNamespace(method=method)}


def failed(event: object) -> dict[str, Any]:
    return {"exception": RuntimeError(event)}


CONNECTED = ("connection.connect_tcp.complete", {"return_value": SimpleNamespace(read=None, write=None)})
TUNNEL = [
    ("http11.send_request_headers.started", request(b"CONNECT")),
    ("http11.receive_response_headers.complete", {"return_value": (b"HTTP/1.1", 407, b"No", [])}),
]
SENDING = ("http11.send_request_headers.started", request())
SENDING_2 = ("http2.send_request_headers.started", {**request(), "stream_id": 3})
RECEIVING_FAILED = "http2.receive_response_headers.failed"
LAST_1 = SimpleNamespace(last_stream_id=1, error_code=0)

STEPS: dict[str, tuple[list[tuple[str, Any]], bool]] = {
    "the connection fails": ([("connection.connect_tcp.failed", failed("refused"))], False),
    "the handshake fails": ([CONNECTED, ("connection.start_tls.failed", failed("no"))], False),
    "the proxy refuses": ([CONNECTED, *TUNNEL], False),
    "it goes out": ([CONNECTED, SENDING], True),
    "it goes out through a proxy": ([CONNECTED, *TUNNEL, SENDING], True),
    "writing fails": ([CONNECTED, SENDING, ("http11.send_request_headers.failed", failed("reset"))], True),
    "reading fails": ([CONNECTED, SENDING, ("http11.receive_response_headers.failed", failed("reset"))], True),
    "an answer begins": ([SENDING, ("http11.receive_response_headers.complete", {"return_value": HEAD_1})], True),
    "the stream is refused": (
        [SENDING_2, (RECEIVING_FAILED, failed(SimpleNamespace(stream_id=3, error_code=7)))],
        False,
    ),
    "another stream is refused": (
        [SENDING_2, (RECEIVING_FAILED, failed(SimpleNamespace(stream_id=1, error_code=7)))],
        True,
    ),
    "the stream is cancelled": (
        [SENDING_2, (RECEIVING_FAILED, failed(SimpleNamespace(stream_id=3, error_code=8)))],
        True,
    ),
    "the connection ends before the stream": ([SENDING_2, (RECEIVING_FAILED, failed(LAST_1))], False),
    "the connection ends before the first stream": (
        [SENDING_2, (RECEIVING_FAILED, failed(SimpleNamespace(last_stream_id=0)))],
        False,
    ),
    "the connection ends with the stream": (
        [SENDING_2, (RECEIVING_FAILED, failed(SimpleNamespace(last_stream_id=3)))],
        True,
    ),
    "it is refused and goes out again": ([SENDING_2, (RECEIVING_FAILED, failed(LAST_1)), SENDING], True),
    "a refusal after the head": (
        [
            SENDING_2,
            ("http2.receive_response_headers.complete", {"return_value": HEAD_2}),
            ("http2.receive_response_body.failed", failed(LAST_1)),
        ],
        True,
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_what_a_transport_tells_decides(name: str) -> None:
    steps, sent = STEPS[name]
    attempt = Attempt()
    attempt.handed_over = True
    for step, info in steps:
        attempt.trace(step, info)
    assert attempt.may_have_been_sent is sent


@pytest.mark.parametrize(
    ("handed_over", "traces", "sent"),
    [(False, False, False), (False, True, False), (True, True, False), (True, False, True)],
)
def test_without_a_step_only_what_is_certain_counts(handed_over: bool, traces: bool, sent: bool) -> None:
    attempt = Attempt(traces=traces)
    attempt.handed_over = handed_over
    assert attempt.may_have_been_sent is sent


@pytest.mark.parametrize("head", [HEAD_1, HEAD_2])
def test_the_head_of_an_answer_is_known_as_soon_as_it_is_there(head: object) -> None:
    attempt = Attempt()
    for step, info in (SENDING, ("http11.receive_response_headers.complete", {"return_value": head})):
        attempt.trace(step, info)
    assert (attempt.status, attempt.headers) == (503, {"x-request-id": "r-7"})


def test_of_several_answers_the_last_one_counts() -> None:
    attempt = Attempt()
    attempt.answered(401, {})
    attempt.content += b"who?"
    attempt.is_complete = True
    attempt.answered(200, {"a": "b"})
    assert (attempt.status, attempt.headers, attempt.is_complete) == (200, {"a": "b"}, False)
    assert not attempt.content


def test_a_transport_does_not_send_again_what_may_have_been_received() -> None:
    attempt = Attempt()
    for step, info in (SENDING, ("http11.receive_response_headers.failed", {"exception": ConnectionNotAvailable()})):
        attempt.trace(step, info)
    with pytest.raises(RuntimeError, match=r"^the transport would send again what may have been received$"):
        attempt.trace(*SENDING)


def test_what_was_answered_may_be_sent_on() -> None:
    attempt = Attempt()
    for step, info in (SENDING, ("http11.receive_response_headers.complete", {"return_value": HEAD_1}), SENDING):
        attempt.trace(step, info)
    assert attempt.may_have_been_sent
