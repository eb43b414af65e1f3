"""A request that breaks a documented rule is refused before it is sent, and costs nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import respx

from zai_image import APIError, AsyncZaiImage, InvalidRequestError, Size, UnknownModelWarning, ZaiImage
from zai_image_api.document import SERVER_URL

ENDPOINT = f"{SERVER_URL}/paas/v4/images/generations"
ANSWER = {"created": 1760335349, "data": [{"url": "https://pictures.example/1.png"}]}


@pytest.fixture
def zai() -> ZaiImage:
    return ZaiImage("a-key")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"size": "1000x1000"},
            ["width 1000", "height 1000", "1024", "divisible by 32", "nearest valid size is 1024x1024"],
        ),
        ({"size": "960x1024"}, ["width 960", "1024"]),
        ({"size": "2080x1024"}, ["width 2080", "2048"]),
        ({"size": "1280X1280"}, ["1280X1280", "1024x1024"]),
        ({"size": (1280, 1290)}, ["height 1290", "divisible by 32"]),
        ({"size": "16:0"}, ["16:0"]),
        ({"model": "cogview-4-250304", "size": "2048x2048"}, ["2097152"]),
        ({"quality": "ultra"}, ["quality 'ultra'", "'hd' or 'standard'"]),
        ({"user_id": "12345"}, ["user_id has 5 characters", "6 to 128"]),
        ({"user_id": "é" * 129}, ["user_id has 129 characters"]),
        ({"size": "1000x1000", "quality": "ultra", "user_id": ""}, ["width 1000", "quality", "user_id"]),
        ({"extra_body": {"seed": float("nan")}}, ["cannot be sent as JSON"]),
        ({"extra_body": {"image": b"bytes"}}, ["cannot be sent as JSON"]),
    ],
)
@respx.mock
def test_a_bad_request_is_told_whole_and_not_sent(zai: ZaiImage, asked: dict[str, Any], told: list[str]) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        zai.images.generate("kitten", **asked)
    message = str(refused.value)
    assert [part for part in told if part not in message] == []
    assert "\n" not in message
    assert respx.calls.call_count == 0


@respx.mock
def test_a_prompt_that_no_json_can_carry_is_refused(zai: ZaiImage) -> None:
    with pytest.raises(InvalidRequestError, match="cannot be sent as JSON"):
        zai.images.generate("half a surrogate pair: \ud83d")
    assert respx.calls.call_count == 0


@pytest.mark.parametrize("user_id", ["é" * 6, "\U0001f431" * 128])
@respx.mock
def test_a_user_id_is_counted_in_characters_and_not_in_bytes(zai: ZaiImage, user_id: str) -> None:
    respx.post(ENDPOINT).respond(json=ANSWER)
    assert zai.images.generate("kitten", user_id=user_id).url


def test_the_error_carries_the_violations_and_the_nearest_valid_size(zai: ZaiImage) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        zai.images.generate("kitten", size="1000x1280")
    assert [violation.rule for violation in refused.value.violations] == ["min_side", "step"]
    assert all("Both width and height must be between" in found.sentence for found in refused.value.violations)
    assert refused.value.nearest == Size(1024, 1280)


@respx.mock
def test_a_model_that_the_page_does_not_name_is_asked_with_a_warning(zai: ZaiImage) -> None:
    route = respx.post(ENDPOINT).respond(json=ANSWER)
    with pytest.warns(UnknownModelWarning, match="no model 'glm-image-2' \\('cogview-4-250304' or 'glm-image'\\)"):
        zai.images.generate("kitten", model="glm-image-2", size="512x512")
    assert route.called


@respx.mock
def test_a_warning_points_at_the_line_of_the_caller(zai: ZaiImage) -> None:
    def ask() -> None:
        zai.images.generate("kitten", model="glm-image-2")

    async def ask_async() -> None:
        await AsyncZaiImage("a-key").images.generate("kitten", model="glm-image-2")

    respx.post(ENDPOINT).respond(json=ANSWER)
    for asking, code in ((ask, ask.__code__), (lambda: asyncio.run(ask_async()), ask_async.__code__)):
        with pytest.warns(UnknownModelWarning) as told:
            asking()
        lines = [(warning.filename, warning.lineno) for warning in told]
        assert lines == [(__file__, code.co_firstlineno + 1)]


@respx.mock
def test_who_turns_validation_off_gets_the_server_s_own_opinion() -> None:
    route = respx.post(ENDPOINT).mock(return_value=httpx.Response(400, json={"code": 1214, "message": "bad size"}))
    with pytest.raises(APIError, match="bad size"):
        ZaiImage("a-key", validate=False).images.generate("kitten", size="1000x1000")
    assert route.called


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"api_key": ""},
        {"api_key": "two words"},
        {"api_key": "key\n"},
        {"api_key": "k", "base_url": "api.z.ai"},
        {"api_key": "k", "base_url": "ftp://api.z.ai"},
        {"api_key": "k", "base_url": "https://"},
        {"api_key": "k", "base_url": "https://[::1"},
        {"api_key": "k", "base_url": "https://api.z.ai/api?key=1"},
    ],
)
def test_a_client_that_could_not_ask_anything_is_not_made(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        ZaiImage(**arguments)


def test_a_missing_key_is_told_with_what_to_set() -> None:
    with pytest.raises(InvalidRequestError, match="ZAI_API_KEY"):
        ZaiImage()


def test_no_representation_shows_the_key() -> None:
    zai = ZaiImage("sk-very-secret")
    shown = f"{zai!r} {zai._settings!r} {zai._sender!r} {zai._sender.with_headers({'a': 'b'})!r}"
    assert "sk-very-secret" not in shown
    assert SERVER_URL in shown
