"""Client and constraints agree with every test vector."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

import zai_image
from tests.vectors import KEY, body, vectors
from zai_image import Image, ZaiImage, ZaiImageError, sizes
from zai_image._retries import RetryPolicy
from zai_image._settings import READ_SECONDS
from zai_image.sizes import check
from zai_image_api.constraints import stated
from zai_image_api.operations import IMAGES_GENERATE
from zai_image_api.promises import CONSTRAINTS

KINDS = {
    "request": zai_image.APIError,
    "authentication": zai_image.AuthenticationError,
    "balance": zai_image.InsufficientBalanceError,
    "content": zai_image.ContentBlockedError,
    "rate": zai_image.RateLimitError,
    "server": zai_image.ServerError,
}


def ask(answer: Mapping[str, Any]) -> Image | ZaiImageError:
    """Ask a server that answers so for an image; return it or the error."""
    response = httpx.Response(answer["status"], headers=answer["headers"], content=body(answer))
    transport = httpx.MockTransport(lambda request: response)
    with ZaiImage(KEY, transport=transport, max_retries=0) as zai:
        try:
            return zai.images.generate("kitten")
        except ZaiImageError as error:
            return error


def test_the_checker_finds_in_every_size_the_limits_that_are_broken() -> None:
    for vector in vectors("sizes"):
        expected = vector["expected"]
        found = {violation.rule for violation in check(vector["input"]["model"], vector["input"]["size"])}
        assert bool(found) is (expected["outcome"] != "valid"), vector
        assert found == set(expected.get("broken", found)), vector


def test_the_client_sends_every_valid_request_as_it_stands_and_no_invalid_one() -> None:
    sent: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content))
        return httpx.Response(200, json={"created": 1, "data": [{"url": "https://images.example/1.png"}]})

    asked = 0
    with ZaiImage(KEY, transport=httpx.MockTransport(answer)) as zai:
        for vector in vectors("requests"):
            fields = vector["input"].get("json")
            # The rest cannot be said in a call of ours.
            if not isinstance(fields, dict) or not {"model", "prompt"} <= fields.keys() or fields.keys() & {"seed"}:
                continue
            asked += 1
            sent.clear()
            match vector["expected"]:
                case {"outcome": "invalid", "wrong": ["model"]} if isinstance(fields["model"], str):
                    with pytest.warns(zai_image.UnknownModelWarning):
                        zai.images.generate(**fields)
                case {"outcome": "invalid", "wrong": [name]} if name in fields and fields[name] is not None:
                    with pytest.raises(zai_image.InvalidRequestError):
                        zai.images.generate(**fields)
                    assert sent == []
                case {"outcome": "valid"}:
                    zai.images.generate(**fields)
                    assert sent == [fields]
    assert asked > 60


def test_the_constraints_allow_every_valid_body_and_none_of_another_shape() -> None:
    of_the_shape = {"MODEL-REQUIRED", "PROMPT-REQUIRED", "FIELD-TYPE"}
    for vector in vectors("requests"):
        fields = vector["input"].get("json")
        if vector["expected"]["outcome"] == "valid":
            assert IMAGES_GENERATE.check(fields) == []
        elif vector["expected"]["outcome"] == "invalid" and vector["requirement"] in of_the_shape:
            assert IMAGES_GENERATE.check(fields) != []


def test_the_promises_name_the_defaults_and_the_seconds_that_are_expected() -> None:
    times = [rule.value for rule in CONSTRAINTS if rule.keyword == "typicalSeconds"]
    seconds = {quality: list(spent) for value in times for quality, spent in value.items()}
    for vector in vectors("requests"):
        if (drawn := vector["expected"].get("drawn")) is not None:
            fields = vector["input"]["json"]
            default = stated(CONSTRAINTS, "quality", "default", fields["model"])
            assert drawn["quality"] == fields.get("quality", default), vector
            assert drawn["size"] == fields.get("size", str(sizes.default(fields["model"]))), vector
            assert drawn["about_seconds"] == seconds[drawn["quality"]], vector


def test_the_client_waits_longer_than_an_image_takes() -> None:
    seconds = [
        vector["expected"]["drawn"]["about_seconds"] for vector in vectors("requests") if "drawn" in vector["expected"]
    ]
    assert max(most for _, most in seconds) < READ_SECONDS


def test_the_client_makes_of_every_answer_what_is_expected() -> None:
    for vector in vectors("answers"):
        outcome = ask(vector["input"])
        match vector["expected"]["outcome"]:
            case "image":
                assert isinstance(outcome, Image), vector
                assert outcome.created is not None
                assert outcome.expires is not None
                assert {
                    "url": outcome.url,
                    "created": outcome.created.timestamp(),
                    "expires": outcome.expires.timestamp(),
                    "content_filter": [item.to_dict() for item in outcome.content_filter],
                } == vector["expected"]["image"]
            case "error":
                assert isinstance(outcome, zai_image.InvalidResponseError), vector
                assert (outcome.status, outcome.body) == (vector["input"]["status"], body(vector["input"]).decode())
                assert "\n" not in str(outcome)


def test_the_client_makes_of_every_refusal_the_error_that_is_expected() -> None:
    for vector in vectors("errors"):
        outcome, expected = ask(vector["input"]), vector["expected"]["error"]
        assert type(outcome) is KINDS[expected["kind"]], vector
        # A code that is no number is kept as text, which other clients need not do.
        number = outcome.code if isinstance(outcome.code, int) else None
        assert (outcome.status, number) == (expected["status"], expected["code"]), vector
        assert outcome.retry_after == expected["retry_after"], vector
        assert outcome.message, vector
        assert outcome.message == expected["message"] or expected["message"] is None, vector


def test_the_client_repeats_by_itself_what_is_safe_and_nothing_else() -> None:
    by_itself, daring = RetryPolicy(1), RetryPolicy(1, unknown_outcome=True)
    for vector in vectors("errors"):
        error = ask(vector["input"])
        assert isinstance(error, ZaiImageError)
        repeat = vector["expected"]["error"]["repeat"]
        assert (by_itself.pause(error, 1) is not None) is (repeat == "safe"), vector
        assert (daring.pause(error, 1) is not None) is (repeat in {"safe", "risky"}), vector
