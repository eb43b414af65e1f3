"""An operation reads any answer, or raises the package's own error with status and body."""

from __future__ import annotations

from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zai_image_api import InvalidData, InvalidResponse, wire
from zai_image_api.models import Error, ImageGenerationResponse
from zai_image_api.operations import IMAGES_GENERATE
from zai_image_api.types import Response

Outcome: TypeAlias = Response[Any] | InvalidResponse


def outcome(status: int, content: bytes) -> Outcome:
    """Return what the operation makes of an answer."""
    try:
        return IMAGES_GENERATE.read(status, {}, content)
    except InvalidResponse as error:
        return error


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "an empty body came"),
        (b"<html>", "JSON was promised"),
        (b'{"created": NaN}', "NaN is not JSON"),
        (b"[" * 5_000, "JSON was promised, the answer is n"),
        (b"[" * 100_000, "has more than 10000 values"),
        (b"\xff", "JSON was promised"),
        (b'{"created": ' + b"9" * 5000 + b"}", "JSON was promised"),
        (b"[]", "an object was promised, an array came"),
        (b"null", "an object was promised, null came"),
        (b'{"created": "now"}', "created: an integer was promised, a string came"),
        (b'{"created": true}', "created: an integer was promised, true or false came"),
        (b'{"created": 1.5}', "created: an integer was promised, a number came"),
        (b'{"data": {}}', "data: an array was promised, an object came"),
        (b'{"data": [{"url": "a"}, {}]}', "data[1].url: promised, but missing"),
        (b'{"data": [{"url": null}]}', "data[0].url: a string was promised, null came"),
        (b'{"content_filter": [{"level": "high"}]}', "content_filter[0].level: an integer was promised"),
    ],
)
def test_an_answer_of_another_shape_is_told_with_its_place_status_and_body(content: bytes, problem: str) -> None:
    refused = outcome(200, content)
    assert isinstance(refused, InvalidResponse)
    assert problem in refused.problem
    assert (refused.status_code, refused.content) == (200, content)


@given(status=st.integers(200, 599), content=st.binary(max_size=100))
def test_nothing_else_escapes(status: int, content: bytes) -> None:
    assert outcome(status, content).status_code == status


@pytest.mark.parametrize("status", [100, 204, 299, 418, 434, 520, 599])
def test_any_http_status_is_accepted(status: int) -> None:
    response = outcome(status, b'{"code": 1214, "message": "no"}')
    assert isinstance(response, Response)
    assert response.status_code == status
    assert response.parsed == Error(1214, "no")


def test_a_role_that_a_later_revision_adds_is_read_as_it_is() -> None:
    response = outcome(200, b'{"content_filter": [{"role": "system", "level": 7}]}')
    assert isinstance(response, Response)
    assert isinstance(response.parsed, ImageGenerationResponse)
    assert response.parsed.content_filter
    assert (response.parsed.content_filter[0].role, response.parsed.content_filter[0].level) == ("system", 7)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "created": st.integers(),
        "data": st.lists(st.fixed_dictionaries({"url": st.text()}, optional={"seed": JSON_VALUES}), max_size=3),
        "content_filter": st.lists(st.fixed_dictionaries({}, optional={"role": st.text(), "level": st.integers()})),
        "request_id": JSON_VALUES,
    },
)


@given(ANSWERS)
def test_a_promised_answer_is_read_without_loss(answer: dict[str, Any]) -> None:
    assert ImageGenerationResponse.from_dict(answer).to_dict() == answer


def test_reading_leaves_its_argument_as_it_was() -> None:
    answer = {"created": 1, "request_id": "r"}
    ImageGenerationResponse.from_dict(answer)
    assert answer == {"created": 1, "request_id": "r"}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", {1, 2}, "\ud800", object()])
def test_what_json_cannot_hold_is_told(value: object) -> None:
    with pytest.raises(InvalidData, match="cannot be sent as JSON"):
        wire.encode({"seed": value})


def test_a_value_nested_too_deeply_to_be_sent_is_told() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(InvalidData, match="nested too deeply"):
        wire.encode(value)
