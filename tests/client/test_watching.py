"""The log tells each attempt in one line, and neither it nor anything else tells the key."""

from __future__ import annotations

import asyncio
import logging
import traceback

import httpx
import pytest
import respx

import zai_image
from zai_image import AsyncZaiImage, ZaiImage, ZaiImageError
from zai_image._exchanges import Exchange
from zai_image._settings import Settings
from zai_image_api.api.images import generate
from zai_image_api.call import Call
from zai_image_api.document import SERVER_URL
from zai_image_api.errors import InvalidResponse

ENDPOINT = f"{SERVER_URL}/paas/v4/images/generations"
KEY = "sk-very-secret"
ANSWER = {"created": 1760335349, "data": [{"url": "https://pictures.example/1.png"}]}


@respx.mock
def test_each_attempt_is_one_debug_line(caplog: pytest.LogCaptureFixture) -> None:
    respx.post(ENDPOINT).mock(side_effect=[httpx.ConnectError("no"), httpx.Response(200, json=ANSWER)] * 2)
    with caplog.at_level(logging.DEBUG, "zai_image"):
        with ZaiImage(KEY) as zai:
            zai.images.generate("a private kitten")

        async def ask() -> None:
            async with AsyncZaiImage(KEY) as asynchronous:
                await asynchronous.images.generate("a private kitten")

        asyncio.run(ask())
    lines = [record.getMessage() for record in caplog.records if record.name == "zai_image"]
    assert len(lines) == 4
    for line, status, attempt in zip(lines, ["ConnectError", "200"] * 2, [1, 2] * 2, strict=True):
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


def test_a_call_without_a_prompt_is_logged_as_such(caplog: pytest.LogCaptureFixture) -> None:
    call = Call(
        operation="x.y",
        request="GET /x",
        arguments={},
        sync_detailed=generate.sync_detailed,
        asyncio_detailed=generate.asyncio_detailed,
    )
    with caplog.at_level(logging.DEBUG, "zai_image"):
        Exchange(call, Settings(KEY, "https://a.example/api"), 3, log_prompt=True).outcome(
            httpx.ReadTimeout("slow", request=httpx.Request("GET", "https://a.example"))
        )
    lines = [record.message for record in caplog.records]
    assert lines[0].startswith("GET https://a.example/api/x: ReadTimeout in 0.0")
    assert lines[0].endswith(" s, attempt 3")
    assert lines[1:] == ["prompt: None"]


def test_what_is_no_failure_of_the_exchange_is_raised_as_it_is() -> None:
    call = Call(
        operation="x.y",
        request="GET /x",
        arguments={},
        sync_detailed=generate.sync_detailed,
        asyncio_detailed=generate.asyncio_detailed,
    )
    error = RuntimeError("a bug")
    with pytest.raises(RuntimeError) as raised:
        Exchange(call, Settings(KEY, "https://a.example"), 1, log_prompt=False).outcome(error)
    assert raised.value is error


@pytest.mark.parametrize(
    ("came", "cause"),
    [
        (httpx.ReadTimeout("slow"), httpx.ReadTimeout),
        (httpx.Response(200, text="<html>"), InvalidResponse),
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
            told = f"{error} {error!r} {vars(error)} {zai!r} {vars(zai)} {caplog.text}"
            ours = [frame for frame in traceback.format_exception(error) if KEY in frame]
        else:
            pytest.fail("no error")
    assert KEY not in told
    # An exception of httpx that repeats the key is not of our making, and is shown as the cause it is.
    assert all(frame.startswith("httpx.") for frame in ours)


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
