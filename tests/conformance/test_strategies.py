"""The strategies draw what they say, by the generated checker and by the embedded server's own reading."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zai_image import sizes
from zai_image_conformance import strategies
from zai_image_conformance.model import Exchange, Request
from zai_image_conformance.server import requests
from zai_image_conformance.server.refusals import Refusal
from zai_image_conformance.strategies import BrokenRequest, MalformedResponse
from zai_image_conformance.suite import checks
from zai_image_conformance.suite.examples import draw

pytestmark = pytest.mark.score

EACH_MODEL = pytest.mark.parametrize("model", strategies.MODELS)
RULES = [(model, rule) for model in strategies.MODELS for rule in strategies.rules_of(model)]
few = settings(max_examples=40)


def read(fields: object) -> object:
    return requests.read("application/json", json.dumps(fields).encode())


def exchange(status: int, media_type: str, text: str) -> Exchange:
    return Exchange(Request(), status, media_type, text.encode(), text[:80], 0.0, 1.0)


@EACH_MODEL
@few
@given(st.data())
def test_valid_sizes_break_no_rule(model: str, data: st.DataObject) -> None:
    assert sizes.check(model, data.draw(strategies.valid_sizes(model))) == []


@pytest.mark.parametrize(("model", "rule"), RULES)
@few
@given(st.data())
def test_an_invalid_size_breaks_one_rule(model: str, rule: strategies.Rule, data: st.DataObject) -> None:
    violations = sizes.check(model, data.draw(strategies.invalid_sizes(model, rule)))
    assert len({violation.rule for violation in violations}) == 1


def test_the_pixel_limit_of_glm_image_cannot_be_broken_alone() -> None:
    with pytest.raises(ValueError, match="min_side, max_side, step"):
        strategies.invalid_sizes("glm-image", "max_pixels")


@few
@given(strategies.malformed_sizes())
def test_malformed_sizes_are_no_sizes(text: str) -> None:
    assert sizes.check("glm-image", text)


@few
@given(strategies.requests())
def test_right_requests_are_accepted(fields: dict[str, object]) -> None:
    assert isinstance(read(fields), requests.Accepted)


@pytest.mark.parametrize("requirement", strategies.REQUEST_REQUIREMENTS)
@few
@given(st.data())
def test_broken_requests_are_refused(requirement: str, data: st.DataObject) -> None:
    broken: BrokenRequest = data.draw(strategies.broken_requests("glm-image", requirement))
    assert broken.requirement == requirement
    assert isinstance(read(broken.fields), Refusal)


@few
@given(strategies.answers())
def test_right_answers_break_nothing(answer: dict[str, object]) -> None:
    came = exchange(200, "application/json", json.dumps({**answer, "created": 1}))
    checked = ("ANSWER-CREATED", "ANSWER-COUNT", "ANSWER-URL", "FILTER-FORM")
    assert [checks.of_an_answer()[requirement](came) for requirement in checked] == [None] * 4


@few
@given(strategies.error_bodies())
def test_documented_errors_break_nothing(body: dict[str, object]) -> None:
    assert checks.documented_error(exchange(400, "application/json", json.dumps(body))) is None


@given(strategies.malformed_responses())
def test_no_response_makes_a_check_stumble(answer: MalformedResponse) -> None:
    came = exchange(answer.status, answer.media_type, answer.body.decode("utf-8", "replace"))
    for check in (checks.refused, checks.accepted, *checks.OF_A_REFUSAL.values(), *checks.of_an_answer().values()):
        check(came)
    checks.refused_as_the_callers_fault(came, "documented")


def test_the_same_seed_draws_the_same_examples() -> None:
    first, again, other = (draw(strategies.requests(), 5, seed) for seed in (1, 1, 2))
    assert first == again != other
