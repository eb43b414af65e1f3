"""The key goes to the server alone, and stands in nothing that is shown; a prompt stands in no log unasked."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from zai_image import AsyncZaiImage, ZaiImage, ZaiImageError
from zai_image_conformance.client_suite.downloading import (
    GENERATING,
    LINK,
    PNG,
    PROMPT,
    Generate,
    fetched,
    hosting,
    transport,
)
from zai_image_conformance.client_suite.sending import ANSWER, BASE, CLIENTS, KEY, Came, ClientWay, answering

BY_CLIENT = pytest.mark.parametrize("ask", CLIENTS.values(), ids=CLIENTS)
BY_GENERATING = pytest.mark.parametrize("generate", GENERATING.values(), ids=GENERATING)
PART = KEY[: len(KEY) // 2]

ECHOES: Mapping[str, Came] = {
    "as the message": answering({"code": 1002, "message": f"{KEY} is not valid"}, 401),
    "as the vendor's message": answering({"error": {"code": "1002", "message": f"{KEY} is not valid"}}, 401),
    "as the code": answering({"code": KEY, "message": "no"}, 400),
    "as the message under 200": answering({"code": 1002, "message": KEY}),
    "as another property": answering({**ANSWER, "data": [], "asked_with": KEY}),
    "as a wrong value": answering({**ANSWER, "data": [{"url": [KEY]}]}),
    "as a wrong property": answering({**ANSWER, "data": [{KEY: KEY}]}),
    "as a page": httpx.Response(500, html=f"<p>Authorization: Bearer {KEY}"),
    "as a long page": httpx.Response(400, html=KEY * 1000),
    "as a long message": answering({"code": 1214, "message": KEY * 1000}, 400),
    "as the name of the request": httpx.Response(400, headers={"X-Request-Id": f"for {KEY}"}),
    "as the name of the request in the body": answering({"request_id": KEY}, 400),
    "as an address": httpx.Response(302, headers={"Location": f"{BASE}?key={KEY}"}),
    "where no connection came about": httpx.ConnectError(f"while sending {KEY}"),
    "where no answer came": httpx.ReadTimeout(f"while sending {KEY}"),
    "where the connection was lost": httpx.WriteError(f"while sending {KEY}"),
    "where the answer could not be decoded": httpx.DecodingError(f"while reading {KEY}"),
}
"""Failures that repeat the key."""


@pytest.mark.parametrize("echo", ECHOES)
@BY_CLIENT
def test_an_error_never_shows_the_key_whatever_the_server_repeats(
    ask: ClientWay, echo: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        error = ask({"prompt": PROMPT}, ECHOES[echo]).outcome
    assert isinstance(error, ZaiImageError), error
    assert PART not in f"{error} {error!r} {vars(error)} {caplog.text}"


@pytest.mark.parametrize("made", [ZaiImage, AsyncZaiImage])
def test_a_client_never_shows_the_key(made: type[ZaiImage | AsyncZaiImage]) -> None:
    client = made(KEY, base_url=BASE)
    assert PART not in f"{client} {client!r} {client.images!r} {vars(client)}"


CARRYING: Mapping[str, Mapping[str, Any]] = {
    "as a field": {"headers": {"Authorization": f"Bearer {KEY}"}},
    "as a login": {"auth": ("user", KEY)},
}
"""How a client of the caller's own may carry the key."""
OF_HTTPX = {"ZaiImage": httpx.Client, "AsyncZaiImage": httpx.AsyncClient}
"""What each of our clients sends with."""


@pytest.mark.parametrize("link", [LINK, f"{BASE}/1.png"], ids=["another-host", "the-server"])
@BY_GENERATING
def test_the_key_is_never_sent_to_an_images_host(generate: Generate, link: str) -> None:
    sent_on = httpx.Response(302, headers={"Location": f"{link}?elsewhere"})
    server = hosting(sent_on, httpx.Response(200, content=PNG), link=link)
    assert generate(lambda image: image.download(), transport=transport(server)) == PNG
    assert_without_key(fetched(server), 2)


@pytest.mark.parametrize("carried", CARRYING)
@pytest.mark.parametrize("name", GENERATING)
def test_the_key_that_a_client_of_the_callers_own_carries_is_never_sent_to_an_images_host(
    name: str, carried: str
) -> None:
    sent_on = httpx.Response(302, headers={"Location": f"{LINK}?elsewhere"})
    server = hosting(sent_on, httpx.Response(200, content=PNG))
    http_client = OF_HTTPX[name](transport=transport(server), **CARRYING[carried])
    assert GENERATING[name](lambda image: image.download(), http_client=http_client) == PNG
    assert_without_key(fetched(server), 2)


def assert_without_key(requests: list[httpx.Request], count: int) -> None:
    """So many were sent, and the key in none of them."""
    assert len(requests) == count
    for request in requests:
        assert "authorization" not in request.headers
        assert KEY not in f"{request.url} {request.headers.raw} {request.content!r}"


@pytest.mark.parametrize("came", [answering(ANSWER), httpx.Response(500), httpx.ConnectError("no")])
@BY_CLIENT
@pytest.mark.parametrize("options", [{}, {"log_prompts": True}], ids=["by-default", "log_prompts"])
def test_a_prompt_stands_in_the_log_only_where_that_is_asked_for(
    ask: ClientWay, came: Came, options: dict[str, bool], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        ask({"prompt": PROMPT}, came, **options)
    assert (PROMPT in caplog.text) == ("log_prompts" in options)
    assert KEY not in caplog.text


@BY_CLIENT
def test_each_attempt_is_one_line_at_the_level_debug(ask: ClientWay, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "zai_image"):
        sent = ask({"prompt": PROMPT}, httpx.Response(429)).sent
    lines = [record for record in caplog.records if record.name == "zai_image"]
    assert [line.levelno for line in lines] == [logging.DEBUG] * 3
    for attempt, (request, line) in enumerate(zip(sent, lines, strict=True), 1):
        told = line.getMessage()
        assert f"POST {request.url}" in told
        assert "429" in told
        assert f"attempt {attempt}" in told
