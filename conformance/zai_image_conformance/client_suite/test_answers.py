"""A right answer is read without loss; any other becomes one of the errors that the packages document."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zai_image import APIError, AsyncImage, Image, InvalidResponseError, ZaiImageError
from zai_image_api.errors import InvalidResponse
from zai_image_api.models import Error, ImageGenerationResponse
from zai_image_api.types import Response
from zai_image_conformance import strategies
from zai_image_conformance.client_suite.example_counts import few, many
from zai_image_conformance.client_suite.sending import CLIENTS, GENERATED, KEY, Way, answering
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.strategies import MalformedResponse

BY_CLIENT = pytest.mark.parametrize("ask", CLIENTS.values(), ids=CLIENTS)
BY_GENERATED = pytest.mark.parametrize("ask", GENERATED.values(), ids=GENERATED)
ASKED = {"prompt": "A kitten."}


def answers() -> st.SearchStrategy[dict[str, Any]]:
    """Right answers, with properties that the page does not know at every level."""
    unknown = st.dictionaries(
        st.text(max_size=8).map(lambda name: f"x-{name}"), st.one_of(st.none(), st.integers(), st.text()), max_size=2
    )

    def with_unknown(answer: dict[str, Any], more: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            **answer,
            **more[0],
            "data": [{**item, **more[1]} for item in answer["data"]],
            **(
                {"content_filter": [{**item, **more[2]} for item in answer["content_filter"]]}
                if "content_filter" in answer
                else {}
            ),
        }

    return st.builds(with_unknown, strategies.answers(), st.lists(unknown, min_size=3, max_size=3))


@pytest.mark.promise("FILTER-FORM", "LINK-LIFE")
@BY_CLIENT
@few
@given(answer=answers())
def test_a_right_answer_is_read_without_loss(ask: Way, answer: dict[str, Any]) -> None:
    image = ask(ASKED, answering(answer)).outcome
    assert isinstance(image, Image | AsyncImage), image
    assert image.answer.to_dict() == answer
    assert image.url == answer["data"][0]["url"]
    assert image.created == datetime.fromtimestamp(answer["created"], UTC)
    assert image.expires == image.created + timedelta(seconds=catalogue()["LINK-LIFE"].numbers["lifetime"])
    assert [item.to_dict() for item in image.content_filter] == answer.get("content_filter", [])


@pytest.mark.score
@pytest.mark.promise("FILTER-FORM")
@BY_GENERATED
@many
@given(answer=answers())
def test_the_generated_package_reads_a_right_answer_without_loss(ask: Way, answer: dict[str, Any]) -> None:
    came = ask(ASKED, answering(answer)).outcome
    parsed = came.parsed if isinstance(came, Response) else came
    assert isinstance(parsed, ImageGenerationResponse), parsed
    assert parsed.to_dict() == answer


@pytest.mark.score
@BY_GENERATED
@many
@given(body=strategies.error_bodies(), status=st.sampled_from([400, 401, 404, 429, 500]))
def test_the_generated_package_reads_a_documented_error_without_loss(
    ask: Way, body: dict[str, Any], status: int
) -> None:
    came = ask(ASKED, answering(body, status)).outcome
    parsed = came.parsed if isinstance(came, Response) else came
    assert isinstance(parsed, Error), parsed
    assert parsed.to_dict() == body


@BY_CLIENT
@few
@given(body=strategies.error_bodies(), status=st.sampled_from([400, 401, 403, 404, 422, 500]))
def test_a_documented_error_is_raised_with_its_status_code_and_words(
    ask: Way, body: dict[str, Any], status: int
) -> None:
    error = ask(ASKED, answering(body, status)).outcome
    assert isinstance(error, APIError), error
    assert (error.status, error.code) == (status, body["code"])
    assert not body["message"] or error.message == body["message"].replace(KEY, "***")


@BY_CLIENT
@few
@given(came=strategies.malformed_responses())
def test_a_nasty_answer_becomes_a_documented_error(ask: Way, came: MalformedResponse) -> None:
    outcome = ask(ASKED, raw(came)).outcome
    # A success may hold an image, whatever else is in it.
    wanted: tuple[type, ...] = (Image, AsyncImage, ZaiImageError) if came.status < 300 else (ZaiImageError,)
    assert isinstance(outcome, wanted), outcome
    if isinstance(outcome, ZaiImageError):
        assert isinstance(outcome, APIError | InvalidResponseError)
        assert outcome.status == came.status
        assert "\n" not in str(outcome)


@pytest.mark.score
@BY_CLIENT
@many
@given(status=st.integers(200, 599), body=st.binary(max_size=60))
def test_bytes_of_any_kind_become_a_documented_error(ask: Way, status: int, body: bytes) -> None:
    outcome = ask(ASKED, httpx.Response(status, content=body)).outcome
    assert isinstance(outcome, APIError | InvalidResponseError), outcome


@pytest.mark.score
@BY_GENERATED
@many
@given(came=strategies.malformed_responses())
def test_the_generated_package_reads_a_nasty_answer_or_says_that_it_cannot(ask: Way, came: MalformedResponse) -> None:
    outcome = ask(ASKED, raw(came)).outcome
    assert isinstance(outcome, Response | Error | ImageGenerationResponse | InvalidResponse), outcome


def raw(answer: MalformedResponse) -> httpx.Response:
    """The answer as it comes over the wire."""
    return httpx.Response(answer.status, headers={"Content-Type": answer.media_type}, content=answer.body)
