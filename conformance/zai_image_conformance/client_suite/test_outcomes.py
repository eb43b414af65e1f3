"""What comes of a request that fails: which error, whether it may have been charged, what is sent again and when."""

from __future__ import annotations

import socket

import httpx
import pytest

from zai_image import APIError, ConnectionError, InvalidResponseError, RateLimitError, ZaiImageError
from zai_image_conformance.client_suite.downloading import GENERATING, Generate
from zai_image_conformance.client_suite.expected import CODES, OF_A_STATUS, OF_AN_EXCEPTION, Expected
from zai_image_conformance.client_suite.sending import BASE, CLIENTS, Attempt, Came, ClientWay, answering

BY_CLIENT = pytest.mark.parametrize("ask", CLIENTS.values(), ids=CLIENTS)
UNKNOWN = pytest.mark.parametrize("unknown", [False, True], ids=["by-default", "retry_unknown_outcome"])
ASKED = {"prompt": "A kitten."}
SLOW_DOWN = {"code": 1302, "message": "slow down"}


def assert_came(attempt: Attempt, expected: Expected, *, unknown: bool = False) -> None:
    """The outcome is the very error that is expected, after as many requests."""
    error = attempt.outcome
    assert type(error) is expected.error, error
    assert isinstance(error, ZaiImageError)
    assert error.attempts == expected.requests(unknown)
    assert getattr(error, "outcome_unknown", expected.outcome_unknown) == expected.outcome_unknown


@pytest.mark.parametrize("raised", OF_AN_EXCEPTION)
@BY_CLIENT
@UNKNOWN
def test_a_request_is_sent_again_where_it_cannot_have_been_charged_or_the_caller_allows_it(
    ask: ClientWay, raised: type[httpx.RequestError], unknown: bool
) -> None:
    attempt = ask(ASKED, raised("trouble"), retry_unknown_outcome=unknown)
    assert_came(attempt, OF_AN_EXCEPTION[raised], unknown=unknown)
    assert len(attempt.sent) == OF_AN_EXCEPTION[raised].requests(unknown)


@pytest.mark.parametrize("status", OF_A_STATUS)
@BY_CLIENT
@UNKNOWN
def test_a_status_alone_tells_the_error_and_no_order_is_redirected(ask: ClientWay, status: int, unknown: bool) -> None:
    came = httpx.Response(status, headers={"Location": "http://elsewhere.test/"}, html="<html>")
    attempt = ask(ASKED, came, retry_unknown_outcome=unknown)
    assert_came(attempt, OF_A_STATUS[status], unknown=unknown)
    assert attempt.outcome.status == status
    assert [str(request.url) for request in attempt.sent] == [f"{BASE}/paas/v4/images/generations"] * OF_A_STATUS[
        status
    ].requests(unknown)


@pytest.mark.parametrize("nested", [False, True], ids=["the-page's", "the-vendor's"])
@pytest.mark.parametrize(("expected", "code"), [(expected, codes[0]) for expected, codes in CODES.items()])
@BY_CLIENT
def test_a_refusal_under_status_200_is_a_refusal(ask: ClientWay, expected: Expected, code: int, nested: bool) -> None:
    body = {"error": {"code": str(code), "message": "no"}} if nested else {"code": code, "message": "no"}
    attempt = ask(ASKED, answering(body))
    error = attempt.outcome
    assert type(error) is expected.error, error
    assert isinstance(error, APIError)
    assert (error.status, error.code, error.message) == (200, code, "no")
    # Under another status than 429, no code says that nothing was charged.
    assert len(attempt.sent) == 1


@pytest.mark.parametrize("generate", GENERATING.values(), ids=GENERATING)
def test_a_request_to_a_closed_port_was_not_sent_and_is_sent_again(generate: Generate, pauses: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    with pytest.raises(ConnectionError) as refused:
        generate(lambda image: image.download(), base_url=f"http://127.0.0.1:{closed}")
    assert not refused.value.outcome_unknown
    assert (refused.value.attempts, len(pauses)) == (3, 2)


@pytest.mark.parametrize("share", [0.0, 1.0], ids=["least", "greatest"])
@BY_CLIENT
def test_pauses_are_drawn_from_zero_to_a_bound_that_doubles_from_half_a_second_to_eight(
    ask: ClientWay, share: float, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.uniform", lambda least, greatest: least + share * (greatest - least))
    ask(ASKED, answering(SLOW_DOWN, 429), max_retries=7)
    assert pauses == [share * bound for bound in (0.5, 1, 2, 4, 8, 8, 8)]


@pytest.mark.parametrize(
    ("retry_after", "waited"),
    [
        ("0", [0.0, 0.0]),
        ("7", [7.0, 7.0]),
        ("Fri, 31 Dec 1999 23:59:59 GMT", [0.0, 0.0]),
        ("Fri, 31 Dec 2100 23:59:59 GMT", []),
        ("61", []),
    ],
)
@BY_CLIENT
def test_a_time_to_wait_in_seconds_or_as_a_date_is_kept_up_to_a_minute_and_told_beyond(
    ask: ClientWay, retry_after: str, waited: list[float], pauses: list[float]
) -> None:
    error = ask(ASKED, httpx.Response(429, headers={"Retry-After": retry_after}, json=SLOW_DOWN)).outcome
    assert isinstance(error, RateLimitError)
    assert pauses == waited
    assert error.retry_after is not None
    assert (error.retry_after > 60) == (waited == [])


@pytest.mark.parametrize(
    ("fields", "named"),
    [({"X-Request-Id": "r-7"}, "r-7"), ({"X-Log-Id": "r-8"}, "r-8"), ({}, "r-9")],
    ids=["X-Request-Id", "X-Log-Id", "body"],
)
@pytest.mark.parametrize("status", [200, 400, 500])
@BY_CLIENT
def test_the_servers_own_name_for_a_request_is_told(
    ask: ClientWay, status: int, fields: dict[str, str], named: str
) -> None:
    error = ask(ASKED, httpx.Response(status, headers=fields, json={"request_id": "r-9"})).outcome
    assert isinstance(error, APIError | InvalidResponseError)
    assert error.request_id == named


@BY_CLIENT
@pytest.mark.parametrize("came", [httpx.ReadError("reset"), answering(SLOW_DOWN, 400), httpx.Response(200)])
def test_an_error_tells_which_request_it_was(ask: ClientWay, came: Came) -> None:
    attempt = ask(ASKED, came)
    (request,) = attempt.sent
    assert attempt.outcome.request == f"POST {request.url}"
