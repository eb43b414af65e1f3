"""The two clients, twins: what they are made with is what they go by."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import anyio
import httpx
import pytest
import respx

from zai_image import APIError, AsyncImage, AsyncZaiImage, Image, InvalidRequestError, ZaiImage, _checking
from zai_image._retries import wait, wait_async
from zai_image_api.document import SERVER_URL
from zai_image_api.operation import Operation
from zai_image_api.types import CLIENT_NAMES, Options

ENDPOINT = f"{SERVER_URL}/paas/v4/images/generations"
ANSWER = {"created": 1760335349, "data": [{"url": "https://pictures.example/1.png"}]}


def ask(zai: ZaiImage | AsyncZaiImage, **arguments: Any) -> Image | AsyncImage:
    """Make a picture with either client."""
    if isinstance(zai, ZaiImage):
        return zai.images.generate("kitten", **arguments)
    return asyncio.run(zai.images.generate("kitten", **arguments))


twins = pytest.mark.parametrize("twin", [ZaiImage, AsyncZaiImage])


@pytest.mark.unmutated
@twins
def test_no_resource_can_hide_what_a_client_has_of_its_own(twin: Any) -> None:
    assert {name for name in dir(twin) if not name.startswith("_")} == CLIENT_NAMES


@twins
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, httpx.Timeout(120, connect=10)),
        ({"timeout": 7}, httpx.Timeout(7)),
        ({"timeout": None}, httpx.Timeout(None)),
        ({"timeout": httpx.Timeout(7, read=9)}, httpx.Timeout(7, read=9)),
    ],
)
def test_each_step_of_an_exchange_has_the_time_out_asked_for(twin: Any, given: Any, expected: httpx.Timeout) -> None:
    with respx.mock:
        route = respx.post(ENDPOINT).respond(json=ANSWER)
        ask(twin("a-key", deadline=None, **given))
    assert route.calls.last.request.extensions["timeout"] == expected.as_dict()


@twins
@respx.mock
def test_a_call_s_own_time_out_wins_over_the_client_s(twin: Any) -> None:
    route = respx.post(ENDPOINT).respond(json=ANSWER)
    zai = twin("a-key", timeout=60, deadline=None)
    ask(zai)
    ask(zai, timeout=7)
    ask(zai, timeout=None)
    assert [call.request.extensions["timeout"]["read"] for call in route.calls] == [60, 7, None]


@twins
def test_a_client_says_what_it_is_and_where_it_sends(twin: Any) -> None:
    assert repr(twin("a-key", base_url="https://a.example/api")) == f"<{twin.__name__} https://a.example/api>"


def test_a_picture_says_what_it_is_and_where_it_stands() -> None:
    with respx.mock:
        respx.post(ENDPOINT).respond(json=ANSWER)
        shown = [repr(ask(ZaiImage("a-key"))), repr(ask(AsyncZaiImage("a-key")))]
    where = "https://pictures.example/1.png, created 2025-10-13 06:02:29 UTC"
    assert shown == [f"<Image {where}>", f"<AsyncImage {where}>"]


def test_a_client_that_was_given_stays_open_and_what_is_closed_says_so() -> None:
    async def close(given: httpx.AsyncClient) -> None:
        async with AsyncZaiImage("a-key", http_client=given) as zai:
            pass
        assert not given.is_closed
        with pytest.raises(InvalidRequestError, match=r"^the client is closed"):
            await zai.images.generate("kitten")
        await given.aclose()
        with pytest.raises(InvalidRequestError, match=r"^the client is closed"):
            await AsyncZaiImage("a-key", http_client=given).images.generate("kitten")

    with httpx.Client() as given:
        with ZaiImage("a-key", http_client=given) as zai:
            pass
        assert not given.is_closed
        with pytest.raises(InvalidRequestError, match=r"^the client is closed"):
            zai.images.generate("kitten")
    with pytest.raises(InvalidRequestError, match=r"^the client is closed"):
        ZaiImage("a-key", http_client=given).images.generate("kitten")
    asyncio.run(close(httpx.AsyncClient()))


@twins
def test_a_transport_that_is_given_carries_the_requests_and_no_field_is_sent_without_need(twin: Any) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=ANSWER, headers={"set-cookie": "session=1"})

    zai = twin("a-key", transport=httpx.MockTransport(answer))
    ask(zai)
    ask(zai)
    for request in seen:
        assert request.headers.keys() == {
            *("host", "accept", "accept-encoding", "user-agent", "authorization", "content-type", "content-length")
        }
    assert len(seen) == 2


@twins
@pytest.mark.parametrize("validate", [True, False])
@respx.mock
def test_a_bad_request_is_refused_or_left_to_the_server(twin: Any, validate: bool) -> None:
    route = respx.post(ENDPOINT).respond(400, json={"code": 1214, "message": "bad size"})
    zai = twin("a-key", **({} if validate else {"validate": False}))
    with pytest.raises(InvalidRequestError if validate else APIError):
        ask(zai, size="1000x1000")
    assert route.called is not validate


def test_a_pause_is_slept(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("time.sleep", slept.append)
    monkeypatch.setattr(anyio, "sleep", sleep)
    wait(2.5)
    asyncio.run(wait_async(3.5))
    assert slept == [2.5, 3.5]


def test_all_values_that_are_no_strings_are_told_at_once() -> None:
    wrong: dict[str, Any] = {"model": 1, "quality": ["hd"], "user_id": 2.5}
    with pytest.raises(InvalidRequestError) as refused:
        ZaiImage("a-key").images.generate(None, **wrong)  # type: ignore[arg-type]
    assert set(refused.value.problems) == {
        "prompt must be a string, not NoneType",
        "model must be a string, not int",
        "quality must be a string, not list",
        "user_id must be a string, not float",
    }


@pytest.mark.parametrize(("model", "size"), [("glm-image", "2048x1152"), ("cogview-4-250304", "1280x720")])
@respx.mock
def test_a_ratio_becomes_the_size_that_fits_the_model(model: str, size: str) -> None:
    route = respx.post(ENDPOINT).respond(json=ANSWER)
    ask(ZaiImage("a-key"), model=model, size="16:9")
    assert json.loads(route.calls.last.request.content)["size"] == size


def test_a_ratio_that_is_none_is_told_with_how_to_write_one_even_without_validation() -> None:
    with pytest.raises(InvalidRequestError, match=r"^size: '16:0' is not a ratio: write 16:9"):
        ZaiImage("a-key", validate=False).images.generate("kitten", size="16:0")


def test_a_call_without_a_body_is_sent_as_it_is() -> None:
    operation = Operation[Any]("x.y", "GET", "/x", (), None, (), {})
    assert _checking.prepare(operation, {"id": 7}, Options(), validate=True, caller=1) == {"id": 7}


def test_each_problem_of_a_request_is_a_line_of_its_own() -> None:
    with pytest.raises(InvalidRequestError) as refused:
        ZaiImage("a-key").images.generate("kitten", size="1280x1290", quality="ultra", user_id="x" * 129)
    assert refused.value.problems == (
        "quality 'ultra' is not one of 'hd' or 'standard'",
        "height 1290 is not divisible by 32: 1280 is the nearest that works",
        "user_id has 129 characters; it must have 6 to 128",
    )
    with pytest.raises(InvalidRequestError) as unreadable:
        ZaiImage("a-key").images.generate("kitten", size="1280*1280")
    assert unreadable.value.nearest is None


def test_a_closed_client_says_that_it_is_closed() -> None:
    async def ask_closed() -> None:
        async with AsyncZaiImage("a-key") as zai:
            pass
        await zai.images.generate("kitten")

    with ZaiImage("a-key") as zai:
        pass
    for asking in (lambda: zai.images.generate("kitten"), lambda: asyncio.run(ask_closed())):
        with pytest.raises(InvalidRequestError) as refused:
            asking()
        assert str(refused.value) == "the client is closed; make another one, or ask inside its `with` block"
