"""The log tells each attempt in one line, and neither it nor anything else tells the key."""

from __future__ import annotations

import asyncio
import logging
import os
import traceback
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx

import zai_image
from tests.client.loopback import Connection, hangs_up, peer, resets, says_nothing
from zai_image import AsyncZaiImage, ZaiImage, ZaiImageError
from zai_image._boundary import Cause
from zai_image_api.document import SERVER_URL

ENDPOINT = f"{SERVER_URL}/paas/v4/images/generations"
KEY = "sk-very-secret"
ANSWER = {"created": 1760335349, "data": [{"url": "https://pictures.example/1.png"}]}


@respx.mock
def test_each_attempt_is_one_debug_line(caplog: pytest.LogCaptureFixture) -> None:
    respx.post(ENDPOINT).mock(side_effect=[httpx.Response(429), httpx.Response(200, json=ANSWER)] * 2)
    with caplog.at_level(logging.DEBUG, "zai_image"):
        with ZaiImage(KEY) as zai:
            zai.images.generate("a private kitten")

        async def ask() -> None:
            async with AsyncZaiImage(KEY) as asynchronous:
                await asynchronous.images.generate("a private kitten")

        asyncio.run(ask())
    lines = [record.getMessage() for record in caplog.records if record.name == "zai_image"]
    assert len(lines) == 4
    for line, status, attempt in zip(lines, ["429", "200"] * 2, [1, 2] * 2, strict=True):
        assert line.startswith(f"POST {ENDPOINT}: {status} in 0.")
        assert line.endswith(f" s, attempt {attempt}")
    assert "private" not in caplog.text


@respx.mock
def test_a_prompt_is_logged_where_it_is_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    respx.post(ENDPOINT).respond(json=ANSWER)
    asynchronous = AsyncZaiImage(KEY, log_prompts=True)
    with caplog.at_level(logging.DEBUG, "zai_image"), ZaiImage(KEY, log_prompts=True) as zai:
        zai.images.generate("a public kitten\nand more")
        asyncio.run(asynchronous.images.generate("a public kitten\nand more"))
    lines = [(record.levelname, record.message) for record in caplog.records if record.message.startswith("prompt")]
    assert lines == [("DEBUG", "prompt: 'a public kitten\\nand more'")] * 2


@pytest.mark.parametrize(
    ("came", "cause"),
    [
        (httpx.ReadTimeout("slow"), Cause),
        (httpx.Response(200, text="<html>"), type(None)),
        (httpx.Response(400, json={"code": 1214, "message": "no"}), type(None)),
    ],
)
@respx.mock
def test_an_error_has_what_was_raised_below_as_its_cause(came: httpx.Response | Exception, cause: type) -> None:
    async def ask() -> None:
        await AsyncZaiImage(KEY, max_retries=0).images.generate("kitten")

    respx.post(ENDPOINT).mock(side_effect=[came, came])
    for asking in (lambda: ZaiImage(KEY, max_retries=0).images.generate("kitten"), lambda: asyncio.run(ask())):
        with pytest.raises(ZaiImageError) as raised:
            asking()
        assert type(raised.value.__cause__) is cause


@respx.mock
def test_nothing_is_logged_above_debug(caplog: pytest.LogCaptureFixture) -> None:
    respx.post(ENDPOINT).respond(500)
    with caplog.at_level(logging.INFO, "zai_image"), ZaiImage(KEY) as zai, pytest.raises(ZaiImageError):
        zai.images.generate("kitten")
    assert [record for record in caplog.records if record.name == "zai_image"] == []


@pytest.mark.parametrize(
    "came",
    [
        httpx.Response(401, json={"code": 1002, "message": f"{KEY} is not valid"}),
        httpx.Response(500, text=f"Authorization: Bearer {KEY}"),
        httpx.Response(200, text=KEY),
        httpx.Response(400, headers={"X-Request-Id": KEY}, text=KEY * 2000),
        httpx.ReadTimeout(f"while sending {KEY}"),
        httpx.ConnectError(f"while sending {KEY}"),
    ],
)
@respx.mock
def test_the_key_is_in_no_log_error_or_traceback(
    came: httpx.Response | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    respx.post(ENDPOINT).mock(side_effect=[came])
    with caplog.at_level(logging.DEBUG), ZaiImage(KEY, max_retries=0) as zai:
        try:
            zai.images.generate("kitten")
        except ZaiImageError as error:
            told = (
                f"{error} {error!r} {vars(error)} {zai!r} {vars(zai)} {caplog.text} {traceback.format_exception(error)}"
            )
        else:
            pytest.fail("no error")
    assert KEY not in told


# Everything that a server can say the key in, and what asks anew, breaks off or hangs up while the request is sent.
ECHOES = {
    "status line": b"HTTP/1.1 %s\r\n\r\n",
    "protocol": b"%s\r\n\r\n",
    "name of a field": b"HTTP/1.1 200 OK\r\n%s bad\r\n\r\n",
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n",
    "size of a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n",
    "field of a refusal": b"HTTP/1.1 400 No\r\nX-Echo: %s\r\nContent-Length: 2\r\n\r\n{}",
    "field of no refusal": b"HTTP/1.1 200 OK\r\nX-Echo: %s\r\nContent-Length: 2\r\n\r\n{}",
    "redirect": b"HTTP/1.1 302 On\r\nLocation: http://xn--a.example/%s\r\nContent-Length: 0\r\n\r\n",
    "redirect to a port": b"HTTP/1.1 302 On\r\nLocation: http://a.example:%s\r\nContent-Length: 0\r\n\r\n",
    "body that is no JSON": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<html>%s",
    "body of another shape": b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"created": "%s"}',
    "body without a picture": b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"request_id": "%s"}',
    "refusal": b'HTTP/1.1 401 No\r\nConnection: close\r\n\r\n{"code": 1002, "message": "%s"}',
    "code": b'HTTP/1.1 429 No\r\nConnection: close\r\n\r\n{"code": "%s"}',
    "refusal under status 200": b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"error": {"message": "%s"}}',
    "half an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n%s",
    "nothing": b"",
}


def printed(error: BaseException) -> str:
    """Return all that a collector of tracebacks shows, with the locals of the frames."""
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


def ask(url: str, **options: Any) -> None:
    with ZaiImage(os.environ["ZAI_API_KEY"], base_url=url, **options) as zai:
        zai.images.generate("kitten")


def ask_async(url: str, **options: Any) -> None:
    async def run() -> None:
        async with AsyncZaiImage(os.environ["ZAI_API_KEY"], base_url=url, **options) as zai:
            await zai.images.generate("kitten")

    asyncio.run(run())


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key in the environment, since no frame of a test may have it among its locals."""
    monkeypatch.setenv("ZAI_API_KEY", KEY)


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize("asking", [ask, ask_async])
@pytest.mark.parametrize("place", ECHOES)
def test_no_traceback_shows_the_key_wherever_the_server_repeats_it(asking: Callable[..., None], place: str) -> None:

    def echoes(connection: Connection) -> None:
        connection.read()
        connection.send(ECHOES[place].replace(b"%s", KEY.encode()))

    with peer(echoes) as server, pytest.raises(ZaiImageError) as raised:
        asking(server.url)
    shown = printed(raised.value)
    assert type(raised.value).__name__ in shown
    assert KEY not in shown


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize("asking", [ask, ask_async])
def test_no_traceback_shows_the_key_of_a_request_without_an_answer_and_each_has_its_cause(
    asking: Callable[..., None],
) -> None:
    for script in (hangs_up, resets, says_nothing):
        with peer(script) as server, pytest.raises(ZaiImageError) as raised:
            asking(server.url, timeout=0.2)
        assert raised.value.__cause__ is not None
        assert KEY not in printed(raised.value)
    with pytest.raises(zai_image.ConnectionError) as refused:
        asking("http://127.0.0.1:1", max_retries=0)
    assert refused.value.__cause__ is not None
    assert KEY not in printed(refused.value)


@respx.mock
def test_an_error_tells_which_request_it_was() -> None:
    respx.post(ENDPOINT).respond(400, json={"code": 1214, "message": "no"}, headers={"X-Request-Id": "r-7"})
    with ZaiImage(KEY) as zai, pytest.raises(zai_image.APIError) as refused:
        zai.images.generate("kitten")
    assert refused.value.request == f"POST {ENDPOINT}"
    assert (refused.value.request_id, refused.value.attempts) == ("r-7", 1)


@respx.mock
def test_the_server_may_name_the_request_in_the_body() -> None:
    respx.post(ENDPOINT).respond(200, json={"request_id": "r-8", "data": []})
    with ZaiImage(KEY) as zai, pytest.raises(zai_image.InvalidResponseError) as refused:
        zai.images.generate("kitten")
    assert refused.value.request_id == "r-8"
