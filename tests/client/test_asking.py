"""A request that breaks a documented rule is refused before it is sent, and costs nothing."""

from __future__ import annotations

import asyncio
import json
import warnings
from collections.abc import Callable
from contextlib import suppress
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
        ({"extra_body": "abc"}, ["extra_body must be a mapping such as {'seed': 7}, not str"]),
        ({"extra_body": [1]}, ["extra_body must be a mapping such as {'seed': 7}, not list"]),
        ({"size": 10**5000}, ["'this int' is not a size"]),
        ({"size": (10**5000, 1)}, ["'this tuple' is not a size"]),
        ({"size": Size(10**5000, 1)}, ["'this Size' is not a size"]),
        ({"size": "16:9", "model": []}, ["model must be a string, not list"]),
        ({"size": "16:9", "model": {}, "quality": 7}, ["model must be a string, not dict", "quality must be a string"]),
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
    assert refused.value.nearest == Size(1024, 1312)


@respx.mock
def test_a_model_that_the_page_does_not_name_is_asked_with_a_warning(zai: ZaiImage) -> None:
    route = respx.post(ENDPOINT).respond(json=ANSWER)
    with pytest.warns(UnknownModelWarning, match="no model 'glm-image-2' \\('glm-image' or 'cogview-4-250304'\\)"):
        zai.images.generate("kitten", model="glm-image-2", size="512x512")
    assert route.called


@pytest.mark.unmutated
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
    shown = f"{zai!r} {vars(zai)} {zai._settings!r} {vars(zai._connections)}"
    assert "sk-very-secret" not in shown
    assert SERVER_URL in shown


DOCUMENTED = {"model": "glm-image", "prompt": "kitten", "quality": "hd", "size": "1x1", "user_id": "user-1"}


@pytest.mark.parametrize("name", DOCUMENTED)
@respx.mock
def test_what_has_an_argument_of_its_own_is_not_sent_past_its_check(zai: ZaiImage, name: str) -> None:
    route = respx.post(ENDPOINT).respond(json=ANSWER)
    with pytest.raises(InvalidRequestError) as refused:
        zai.images.generate("kitten", extra_body={name: DOCUMENTED[name], "seed": 7})
    assert refused.value.problems == (f"{name} is given in extra_body; pass {name}=...",)
    assert not route.called


def test_each_property_in_the_wrong_place_is_told_along_with_what_else_is_wrong(zai: ZaiImage) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        zai.images.generate("kitten", size="1280x1290", quality="ultra", extra_body=DOCUMENTED)
    first_words = " ".join(problem.split()[0] for problem in refused.value.problems)
    assert first_words == "prompt model quality size user_id quality height"


@respx.mock
def test_without_validation_the_extra_body_is_sent_as_it_is() -> None:
    route = respx.post(ENDPOINT).respond(json=ANSWER)
    ZaiImage("a-key", validate=False).images.generate("kitten", extra_body={"size": "1x1", "additional_properties": 7})
    sent = json.loads(route.calls.last.request.content)
    assert sent == {"prompt": "kitten", "model": "glm-image", "size": "1x1", "additional_properties": 7}


@pytest.mark.parametrize("validate", [True, False])
@respx.mock
def test_no_argument_escapes_as_anything_else(validate: bool) -> None:
    respx.post(ENDPOINT).respond(json=ANSWER)
    zai = ZaiImage("a-key", validate=validate)
    odd: list[Any] = [b"x", 7, 10**5000, (10**5000, 1), [], {}, float("nan"), "\ud800", "16:9", "1:0", True, object()]
    for name in (*DOCUMENTED, "extra_body", "timeout"):
        for value in odd:
            with suppress(InvalidRequestError), warnings.catch_warnings(action="ignore"):
                zai.images.generate(**{"prompt": "kitten", "size": "16:9", name: value})


@pytest.mark.parametrize(
    "timeout",
    [
        *(0, -1, -0.1, float("nan"), float("inf"), float("-inf"), 10**400, 2_147_484, "5", True, False, (1, 2), b"1"),
        *(httpx.Timeout(wrong) for wrong in (-1, float("nan"), float("inf"), 2_147_484)),
        *(httpx.Timeout(10, **{step: -1}) for step in ("connect", "read", "write", "pool")),
    ],
)
@respx.mock
def test_what_is_no_time_to_wait_is_told_before_anything_is_sent(zai: ZaiImage, timeout: Any) -> None:
    route = respx.post(ENDPOINT).respond(json=ANSWER)
    asking: list[Callable[[], object]] = [
        lambda: ZaiImage("a-key", timeout=timeout),
        lambda: AsyncZaiImage("a-key", timeout=timeout),
        lambda: zai.images.generate("kitten", timeout=timeout),
        lambda: ZaiImage("a-key", validate=False).images.generate("kitten", timeout=timeout),
        lambda: asyncio.run(AsyncZaiImage("a-key").images.generate("kitten", timeout=timeout)),
    ]
    for ask in asking:
        with pytest.raises(InvalidRequestError) as refused:
            ask()
        assert str(refused.value) == (
            "timeout must be a number of seconds, over 0 and up to 2147483, an httpx.Timeout of such, "
            "or None to wait for ever"
        )
    assert not route.called


@pytest.mark.parametrize("timeout", [0.001, 1, 2_147_483, None, httpx.Timeout(0), httpx.Timeout(2_147_483, read=None)])
@respx.mock
def test_every_time_to_wait_is_taken(timeout: Any) -> None:
    route = respx.post(ENDPOINT).respond(json=ANSWER)
    ZaiImage("a-key", timeout=timeout).images.generate("kitten", timeout=timeout)
    assert route.called


@pytest.mark.parametrize("number", [-1, None, "2", 2.0, float("nan"), True, False, [], 1.5])
@pytest.mark.parametrize("twin", [ZaiImage, AsyncZaiImage])
def test_what_is_no_number_of_retries_makes_no_client(twin: Any, number: Any) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        twin("a-key", max_retries=number)
    assert str(refused.value) == "max_retries must be a whole number from 0 up, such as 2; 0 means never"


@pytest.mark.parametrize("twin", [ZaiImage, AsyncZaiImage])
@pytest.mark.parametrize("number", [0, 1, 10**400])
def test_every_number_of_retries_makes_one(twin: Any, number: int) -> None:
    assert twin("a-key", max_retries=number)._settings.retry_policy.max_retries == number


def test_a_ratio_that_no_size_comes_near_is_refused_with_the_closest(zai: ZaiImage) -> None:
    with pytest.raises(InvalidRequestError, match="comes near 4:1: the closest is 2048x1024") as refused:
        zai.images.generate("kitten", model="glm-image", size="4:1")
    assert refused.value.nearest == Size(2048, 1024)
