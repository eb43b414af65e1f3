"""What is sent again, and when: the table of docs/client.md, row by row."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import respx
from attrs import frozen

import zai_image
from scripts.regenerate import ROOT
from zai_image import APIError, AsyncZaiImage, RateLimitError, ZaiImage, ZaiImageError, _retries
from zai_image._errors import BY_CODE
from zai_image_api.document import SERVER_URL

ENDPOINT = f"{SERVER_URL}/paas/v4/images/generations"
ANSWER: dict[str, Any] = {"created": 1760335349, "data": [{"url": "https://pictures.example/1.png"}]}


def refusal(status: int, code: int | str | float | None = None, **headers: str) -> httpx.Response:
    body = {} if code is None else {"code": code, "message": "no"}
    return httpx.Response(status, json=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


UNSENT = ("connection.connect_tcp.started", "connection.connect_tcp.failed")
SENT = ("connection.connect_tcp.complete", "http11.send_request_headers.started")


@frozen
class Raised:
    """What a transport raises, after it has told these steps; whichever class of exception, the steps decide."""

    error: Exception
    steps: Sequence[str]


def raised(*steps: str) -> list[httpx.Response | Raised]:
    kinds = (httpx.ConnectError, httpx.ProxyError, httpx.ReadError, httpx.RemoteProtocolError, OSError, ValueError)
    return [Raised(kind("trouble"), steps) for kind in kinds]


def late(*steps: str) -> list[httpx.Response | Raised]:
    kinds = (httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ReadTimeout, httpx.WriteTimeout, TimeoutError)
    return [Raised(kind("slow"), steps) for kind in kinds]


SERVER_CODES = {500, 1230, 1234}

# The rows of the table, by their first cell, with every way in which each comes about.
ROWS: dict[str, list[httpx.Response | Raised]] = {
    "the transport tells that nothing went out: refused, or refused by a proxy or by HTTP/2": raised(*UNSENT),
    "the transport tells that nothing went out: no connection in time, or no free one": late(*UNSENT),
    "429 with code 1302 or 1303, or none": [
        refusal(429, 1302),
        refusal(429, 1303),
        refusal(429),
        refusal(429, "1302"),
        refusal(429, 1303.0),
        refusal(429, ""),
    ],
    "429 with any other code but 500, 1230 and 1234": [
        refusal(429, code)
        for code in (
            *(BY_CODE.keys() - SERVER_CODES - {1302, 1303}),
            1,
            9999,
            1113.0,
            "1113.0",
            "insufficient_quota",
            True,
        )
    ],
    "no answer in time": late(*SENT),
    "connection lost in flight, before the head of an answer": raised(*SENT),
    "anything else before an answer, with a transport that tells nothing": [*raised(), *late()],
    "code 500, 1230 or 1234, under any status": [
        refusal(status, code) for status in (200, 400, 401, 429, 500, 503) for code in SERVER_CODES
    ],
    "status 500 to 599 without a code, or with one that is not listed below": [
        refusal(500),
        refusal(503, Retry_After="1"),
        refusal(599),
        refusal(500, 1214),
        refusal(503, "overloaded"),
    ],
    "status 500 to 599 with the code of another error, such as 1302, 1113 or 1301": [
        refusal(status, code) for status in (500, 503, 599) for code in BY_CODE.keys() - SERVER_CODES
    ],
    "any other error response": [refusal(400, 1214), refusal(401), refusal(404), refusal(408), refusal(400, 1302)],
    "an answer that is not what was promised": [httpx.Response(200, text="<html>"), httpx.Response(302)],
}
TABLE = dict(
    re.findall(r"^\| (.+?) \| ((?:yes|no) \| (?:yes|no)) \|$", (ROOT / "docs/client.md").read_text("utf-8"), re.M)
)
CASES = [
    pytest.param(came, TABLE[row].split(" | ")[opted_in] == "yes", bool(opted_in), id=f"{row} {index} {opted_in}")
    for row, ways in ROWS.items()
    for index, came in enumerate(ways)
    for opted_in in (0, 1)
]

Ask = Callable[..., object]


def ask(**options: Any) -> object:
    with ZaiImage("a-key", **options) as zai:
        try:
            return zai.images.generate("kitten")
        except ZaiImageError as error:
            return error


def ask_async(**options: Any) -> object:
    async def run() -> object:
        async with AsyncZaiImage("a-key", **options) as zai:
            try:
                return await zai.images.generate("kitten")
            except ZaiImageError as error:
                return error

    return asyncio.run(run())


def test_the_codes_that_the_document_lists_are_those_that_name_an_error() -> None:
    text = " ".join((ROOT / "docs/client.md").read_text("utf-8").split())
    sentence = re.search(r"the code counts: ([^:;]+) name an error", text)
    assert sentence is not None
    ranges = re.findall(r"(\d+)(?: to (\d+))?", sentence[1])
    assert {code for first, last in ranges for code in range(int(first), int(last or first) + 1)} == BY_CODE.keys()


asking = pytest.mark.parametrize("asking", [ask, ask_async])


def test_every_row_of_the_table_is_tested() -> None:
    assert ROWS.keys() == TABLE.keys()


class Playing(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Plays what comes of each request, and counts them."""

    def __init__(self, came: httpx.Response | Raised) -> None:
        self.came = came
        self.requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if isinstance(self.came, httpx.Response):
            return httpx.Response(self.came.status_code, headers=self.came.headers, content=self.came.content)
        for step in self.came.steps:
            request.extensions["trace"](step, TOLD)
        raise self.came.error

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if isinstance(self.came, httpx.Response):
            return httpx.Response(self.came.status_code, headers=self.came.headers, content=self.came.content)
        for step in self.came.steps:
            await request.extensions["trace"](step, TOLD)
        raise self.came.error


TOLD = {
    "request": SimpleNamespace(method=b"POST"),
    "return_value": SimpleNamespace(read=None, write=None),
    "exception": OSError(),
}


@asking
@pytest.mark.parametrize(("came", "again", "opted_in"), CASES)
def test_a_request_is_sent_again_where_the_table_says_so(asking: Ask, came: Any, again: bool, opted_in: bool) -> None:
    transport = Playing(came)
    outcome = asking(retry_unknown_outcome=opted_in, transport=transport)
    assert isinstance(outcome, ZaiImageError)
    assert transport.requests == (3 if again else 1)
    assert outcome.attempts == transport.requests


@asking
@respx.mock
def test_a_second_attempt_that_succeeds_is_all_that_the_caller_sees(asking: Ask, pauses: list[float]) -> None:
    respx.post(ENDPOINT).mock(side_effect=[refusal(429, 1302), httpx.Response(200, json=ANSWER)])
    assert isinstance(asking(), zai_image.Image | zai_image.AsyncImage)
    assert len(pauses) == 1


@asking
@pytest.mark.parametrize("retries", [0, 1, 5])
@respx.mock
def test_max_retries_is_how_often_a_request_is_sent_again(asking: Ask, retries: int) -> None:
    route = respx.post(ENDPOINT).mock(return_value=refusal(429, 1302))
    asking(max_retries=retries)
    assert route.call_count == retries + 1


@asking
@pytest.mark.parametrize("seconds", [7, 60])
@respx.mock
def test_retry_after_is_honoured_as_the_pause(asking: Ask, seconds: int, pauses: list[float]) -> None:
    respx.post(ENDPOINT).mock(return_value=refusal(429, 1302, Retry_After=str(seconds)))
    asking()
    assert pauses == [seconds, seconds]


@respx.mock
def test_retry_after_may_be_a_date_gone_by(pauses: list[float]) -> None:
    respx.post(ENDPOINT).mock(return_value=refusal(429, 1302, Retry_After="Fri, 31 Dec 1999 23:59:59 GMT"))
    ask()
    assert pauses == [0.0, 0.0]


@pytest.mark.parametrize("value", ["61", "86400", "Fri, 31 Dec 2100 23:59:59 GMT"])
@respx.mock
def test_a_longer_wait_is_the_caller_s_decision(value: str, pauses: list[float]) -> None:
    route = respx.post(ENDPOINT).mock(return_value=refusal(429, 1302, Retry_After=value))
    outcome = ask()
    assert isinstance(outcome, RateLimitError)
    assert outcome.retry_after is not None
    assert outcome.retry_after > 60
    assert (route.call_count, pauses) == (1, [])


def test_pauses_are_drawn_from_zero_to_a_bound_that_doubles_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[float, float]] = []

    def uniform(least: float, greatest: float) -> float:
        drawn.append((least, greatest))
        return greatest

    monkeypatch.setattr("random.uniform", uniform)
    retry_policy = _retries.RetryPolicy(max_retries=7)
    pauses = [retry_policy.pause(APIError(429, 1302, ""), attempt) for attempt in range(1, 9)]
    assert pauses == [0.5, 1, 2, 4, 8, 8, 8, None]
    assert drawn == [(0, bound) for bound in pauses[:-1]]
