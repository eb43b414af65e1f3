"""Our own client, models and server agree with every test vector."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
import yaml
from PIL import Image as Pillow

import zai_image
from zai_image import Image, ZaiImage, ZaiImageError, sizes
from zai_image._retries import RetryPolicy
from zai_image._settings import READ_SECONDS
from zai_image.sizes import check
from zai_image_api.constraints import stated
from zai_image_api.operations import IMAGES_GENERATE
from zai_image_api.promises import CONSTRAINTS
from zai_image_conformance.server import RunningServer

KEY = "a-key-of-your-own"
KINDS = {
    "request": zai_image.APIError,
    "authentication": zai_image.AuthenticationError,
    "balance": zai_image.InsufficientBalanceError,
    "content": zai_image.ContentBlockedError,
    "rate": zai_image.RateLimitError,
    "server": zai_image.ServerError,
}
STRICT = yaml.safe_load((Path(__file__).parents[2] / "openapi/zai-image.strict.yaml").read_text(encoding="utf-8"))


def vectors(name: str) -> list[dict[str, Any]]:
    # As an author in another language does, and as the installed package has them.
    content = json.loads(files("zai_image_conformance").joinpath("vectors", f"{name}.json").read_bytes())
    found: list[dict[str, Any]] = content["vectors"]
    return found


def body(message: Mapping[str, Any]) -> bytes:
    return (message["text"] if "text" in message else json.dumps(message["json"])).encode()


def ask(answer: Mapping[str, Any]) -> Image | ZaiImageError:
    """Ask a server that answers so for an image; return it or the error."""
    response = httpx.Response(answer["status"], headers=answer["headers"], content=body(answer))
    transport = httpx.MockTransport(lambda request: response)
    with ZaiImage(KEY, transport=transport, max_retries=0) as zai:
        try:
            return zai.images.generate("kitten")
        except ZaiImageError as error:
            return error


def keeps(schema: str, message: Mapping[str, Any]) -> bool:
    """Whether a body is valid by a schema of the strict document."""
    try:
        value = json.loads(body(message))
    except (ValueError, RecursionError):
        return False
    reference = {"allOf": [{"$ref": f"#/components/schemas/{schema}"}], "components": STRICT["components"]}
    return jsonschema_rs.Draft4Validator(reference).is_valid(value)


def test_our_checker_finds_in_every_size_the_limits_that_are_broken() -> None:
    for vector in vectors("sizes"):
        expected = vector["expected"]
        found = {violation.rule for violation in check(vector["input"]["model"], vector["input"]["size"])}
        assert bool(found) is (expected["outcome"] != "valid"), vector
        assert found == set(expected.get("broken", found)), vector


def test_our_client_sends_every_valid_request_as_it_stands_and_no_invalid_one() -> None:
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


def test_our_constraints_allow_every_valid_body_and_none_of_another_shape() -> None:
    of_the_shape = {"MODEL-REQUIRED", "PROMPT-REQUIRED", "FIELD-TYPE"}
    for vector in vectors("requests"):
        fields = vector["input"].get("json")
        if vector["expected"]["outcome"] == "valid":
            assert IMAGES_GENERATE.check(fields) == []
        elif vector["expected"]["outcome"] == "invalid" and vector["requirement"] in of_the_shape:
            assert IMAGES_GENERATE.check(fields) != []


def test_our_promises_name_the_defaults_and_the_seconds_that_are_expected() -> None:
    times = [rule.value for rule in CONSTRAINTS if rule.keyword == "typicalSeconds"]
    seconds = {quality: list(spent) for value in times for quality, spent in value.items()}
    for vector in vectors("requests"):
        if (drawn := vector["expected"].get("drawn")) is not None:
            fields = vector["input"]["json"]
            default = stated(CONSTRAINTS, "quality", "default", fields["model"])
            assert drawn["quality"] == fields.get("quality", default), vector
            assert drawn["size"] == fields.get("size", str(sizes.default(fields["model"]))), vector
            assert drawn["about_seconds"] == seconds[drawn["quality"]], vector


def test_our_client_waits_longer_than_a_image_takes() -> None:
    seconds = [
        vector["expected"]["drawn"]["about_seconds"] for vector in vectors("requests") if "drawn" in vector["expected"]
    ]
    assert max(most for _, most in seconds) < READ_SECONDS


def test_the_embedded_server_draws_every_valid_request_and_refuses_every_invalid_one(server: RunningServer) -> None:
    measured: dict[str, tuple[int, int]] = {}
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        for vector in vectors("requests"):
            request, expected = vector["input"], vector["expected"]
            headers = {name: value.replace(KEY, server.api_key) for name, value in request["headers"].items()}
            response = client.request(request["method"], request["path"], headers=headers, content=body(request))
            if expected["outcome"] == "valid":
                assert response.status_code == 200, vector
                if expected["drawn"]["size"] not in measured:
                    image = client.get(response.json()["data"][0]["url"], headers={})
                    measured[expected["drawn"]["size"]] = Pillow.open(io.BytesIO(image.content)).size
            elif expected["outcome"] == "invalid":
                assert 400 <= response.status_code < 500, vector
    assert measured == {size: tuple(map(int, size.split("x"))) for size in measured}
    assert len(measured) == 2


def test_our_client_makes_of_every_answer_what_is_expected() -> None:
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


def test_the_strict_document_keeps_apart_the_answers_that_keep_the_promise() -> None:
    for vector in vectors("answers"):
        answer = vector["input"]
        created = answer["json"].get("created") if isinstance(answer.get("json"), dict) else None
        # That a number is no time, or in milliseconds, no schema can tell.
        if not (vector["requirement"] == "ANSWER-CREATED" and isinstance(created, int) and created >= 10**12):
            assert keeps("ImageGenerationResponse", answer) is vector["expected"]["kept"], vector


def test_our_client_makes_of_every_refusal_the_error_that_is_expected() -> None:
    for vector in vectors("errors"):
        outcome, expected = ask(vector["input"]), vector["expected"]["error"]
        assert type(outcome) is KINDS[expected["kind"]], vector
        # A code that is no number is kept as text, which other clients need not do.
        number = outcome.code if isinstance(outcome.code, int) else None
        assert (outcome.status, number) == (expected["status"], expected["code"]), vector
        assert outcome.retry_after == expected["retry_after"], vector
        assert outcome.message, vector
        assert outcome.message == expected["message"] or expected["message"] is None, vector


def test_our_client_repeats_by_itself_what_is_safe_and_nothing_else() -> None:
    by_itself, daring = RetryPolicy(1), RetryPolicy(1, unknown_outcome=True)
    for vector in vectors("errors"):
        error = ask(vector["input"])
        assert isinstance(error, ZaiImageError)
        repeat = vector["expected"]["error"]["repeat"]
        assert (by_itself.pause(error, 1) is not None) is (repeat == "safe"), vector
        assert (daring.pause(error, 1) is not None) is (repeat in {"safe", "risky"}), vector


def test_the_strict_document_keeps_apart_the_error_bodies_that_keep_the_promise() -> None:
    for vector in vectors("errors"):
        refused = vector["input"]["status"] >= 400
        assert (refused and keeps("Error", vector["input"])) is vector["expected"]["kept"], vector
