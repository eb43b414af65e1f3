"""What is sent is right by the catalogue and the strict document; what would not be is refused before it is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zai_image import InvalidRequestError, UnknownModelWarning
from zai_image_conformance import strategies
from zai_image_conformance.client_suite.arguments import arguments, body_of, broken_by
from zai_image_conformance.client_suite.example_counts import few, many
from zai_image_conformance.client_suite.sending import ANSWER, CLIENTS, GENERATED, KEY, Attempt, Way, answering
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.schema import document
from zai_image_conformance.sizes import Sides, SizeLimits, limits_for
from zai_image_conformance.strategies import MODELS
from zai_image_conformance.suite import size_cases

BY_CLIENT = pytest.mark.parametrize("ask", CLIENTS.values(), ids=CLIENTS)
BY_GENERATED = pytest.mark.parametrize("ask", GENERATED.values(), ids=GENERATED)
BY_ANY = pytest.mark.parametrize("ask", [*CLIENTS.values(), *GENERATED.values()], ids=[*CLIENTS, *GENERATED])

OF_EVERY_REQUEST = (
    *("METHOD-POST", "AUTH-MISSING", "AUTH-SCHEME", "BODY-JSON", "BODY-OBJECT"),
    *("MODEL-REQUIRED", "PROMPT-REQUIRED", "FIELD-TYPE"),
)


@cache
def strict() -> jsonschema_rs.Draft4Validator:
    """The strict document's schema of a request."""
    return jsonschema_rs.Draft4Validator(
        {"$ref": "#/components/schemas/CreateImageRequest", "components": document()["components"]}
    )


def sent_by(attempt: Attempt) -> dict[str, Any]:
    """The body of the one request that was sent, and sent as is promised."""
    assert not isinstance(attempt.outcome, Exception), attempt.outcome
    (request,) = attempt.sent
    assert str(request.url).endswith("/api/paas/v4/images/generations")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["content-type"] == "application/json"
    body: dict[str, Any] = json.loads(request.content)
    return body


def broken_promises(attempt: Attempt) -> set[str]:
    """The promises that what was sent breaks."""
    return {finding.requirement for finding in attempt.findings if finding.problem is not None}


@pytest.mark.promise(*OF_EVERY_REQUEST, "SIZE-FORM", "QUALITY-VALUES", "USER-ID-LENGTH")
@BY_CLIENT
@few
@given(asked=arguments())
def test_what_keeps_every_promise_is_sent_as_it_is_and_nothing_else_is_sent(ask: Way, asked: dict[str, Any]) -> None:
    attempt = ask(asked, answering(ANSWER))
    broken = broken_by(asked)
    # A model that the page does not name is asked for all the same, with a warning: vendors add models first.
    if broken <= {"MODEL-KNOWN"}:
        body = sent_by(attempt)
        assert body == body_of(asked)
        assert broken_promises(attempt) == broken
        assert strict().is_valid(body) == (not broken)
    else:
        assert isinstance(attempt.outcome, InvalidRequestError), attempt.outcome
        assert attempt.sent == ()


@pytest.mark.score
@pytest.mark.promise(*OF_EVERY_REQUEST)
@BY_GENERATED
@many
@given(fields=strategies.requests())
def test_the_generated_package_sends_right_requests_as_they_are(ask: Way, fields: dict[str, Any]) -> None:
    attempt = ask(fields, answering(ANSWER))
    assert sent_by(attempt) == fields
    assert broken_promises(attempt) == set()
    assert strict().is_valid(fields)


def _stated_by(model: str, rule: strategies.Rule) -> str:
    return limits_for(model).stated_by[rule]


@pytest.mark.score
@pytest.mark.parametrize(
    ("model", "rule"),
    [
        pytest.param(model, rule, marks=pytest.mark.promise(_stated_by(model, rule)))
        for model in MODELS
        for rule in strategies.rules_of(model)
    ],
)
@BY_CLIENT
@many
@given(data=st.data())
def test_a_size_that_breaks_one_rule_is_refused_before_it_is_sent(
    ask: Way, model: str, rule: strategies.Rule, data: st.DataObject
) -> None:
    size = data.draw(strategies.invalid_sizes(model, rule))
    attempt = ask({"prompt": "A kitten.", "model": model, "size": size}, answering(ANSWER))
    assert attempt.sent == ()
    assert isinstance(attempt.outcome, InvalidRequestError)
    # What is offered instead is right.
    assert attempt.outcome.nearest is not None
    assert broken_by({"prompt": "A kitten.", "model": model, "size": attempt.outcome.nearest}) == set()


LIMITS: Mapping[str, SizeLimits] = {model: limits_for(model) for model in MODELS}


@pytest.mark.parametrize(
    ("model", "size"),
    [
        pytest.param(model, str(probe.sides), marks=pytest.mark.promise(limits.stated_by[probe.number]))
        for model, limits in LIMITS.items()
        for probe in size_cases.accepted(limits)
    ],
)
@BY_CLIENT
def test_recommended_sizes_and_the_edges_of_each_rule_are_sent_as_they_are(ask: Way, model: str, size: str) -> None:
    asked = {"prompt": "A kitten.", "model": model, "size": size}
    assert sent_by(ask(asked, answering(ANSWER))) == asked


@pytest.mark.parametrize(
    ("model", "size"),
    [
        pytest.param(model, str(probe.sides), marks=pytest.mark.promise(limits.stated_by[probe.number]))
        for model, limits in LIMITS.items()
        for probe in size_cases.refused(limits, [other for other in LIMITS.values() if other != limits])
    ],
)
@BY_CLIENT
def test_sizes_just_outside_a_rule_are_refused_before_they_are_sent(ask: Way, model: str, size: str) -> None:
    attempt = ask({"prompt": "A kitten.", "model": model, "size": size}, answering(ANSWER))
    assert attempt.sent == ()
    assert isinstance(attempt.outcome, InvalidRequestError)


@pytest.mark.score
@pytest.mark.parametrize(
    "requirement",
    [
        pytest.param(promise, marks=pytest.mark.promise(promise))
        for promise in strategies.REQUEST_REQUIREMENTS
        # The signature of `generate` keeps these two; an unknown model is asked for.
        if promise not in ("MODEL-REQUIRED", "PROMPT-REQUIRED", "MODEL-KNOWN")
    ],
)
@BY_CLIENT
@many
@given(data=st.data())
def test_a_request_that_breaks_one_promise_is_refused_before_it_is_sent(
    ask: Way, requirement: str, data: st.DataObject
) -> None:
    broken = data.draw(st.sampled_from(MODELS).flatmap(lambda model: strategies.broken_requests(model, requirement)))
    attempt = ask(broken.fields, answering(ANSWER))
    assert attempt.sent == ()
    assert isinstance(attempt.outcome, InvalidRequestError)


@pytest.mark.parametrize("ask", [*CLIENTS.values(), *GENERATED.values()], ids=[*CLIENTS, *GENERATED])
def test_properties_that_the_page_does_not_name_are_sent_as_they_are(ask: Way) -> None:
    unnamed = {"seed": 7, "style": {"names": ["ink", None]}, "watermark": False}
    body = sent_by(ask({"prompt": "A kitten.", "extra_body": unnamed}, answering(ANSWER)))
    assert body == body_of({"prompt": "A kitten.", **unnamed})


@pytest.mark.promise("SIZE-GLM-DEFAULT", "SIZE-OTHERS-DEFAULT", "QUALITY-GLM-DEFAULT", "QUALITY-OTHERS-DEFAULT")
@BY_ANY
@pytest.mark.parametrize("model", MODELS)
def test_what_the_caller_leaves_out_is_left_to_the_server(ask: Way, model: str) -> None:
    asked = {"prompt": "A kitten.", "model": model}
    assert sent_by(ask(asked, answering(ANSWER))) == asked


@pytest.mark.promise("MODEL-KNOWN")
@pytest.mark.parametrize("model", [*MODELS, "a-model-of-tomorrow"])
@BY_CLIENT
def test_a_model_that_the_page_does_not_name_is_asked_for_with_a_warning(ask: Way, model: str) -> None:
    attempt = ask({"prompt": "A kitten.", "model": model}, answering(ANSWER))
    assert sent_by(attempt)["model"] == model
    is_known = model in catalogue()["MODEL-KNOWN"].values
    assert [type(warning) for warning in attempt.warnings] == ([] if is_known else [UnknownModelWarning])


@pytest.mark.score
@pytest.mark.promise("PROMPT-TEXT")
@BY_ANY
@many
@given(prompt=st.text(st.characters(codec="utf-8")))
def test_a_prompt_of_any_text_arrives_as_it_is(ask: Way, prompt: str) -> None:
    assert sent_by(ask({"prompt": prompt}, answering(ANSWER)))["prompt"] == prompt


@pytest.mark.promise("PROMPT-TEXT")
@BY_ANY
def test_half_a_character_is_never_sent(ask: Way) -> None:
    attempt = ask({"prompt": "half a surrogate pair: \ud83d"}, answering(ANSWER))
    assert attempt.sent == ()
    assert isinstance(attempt.outcome, ValueError | InvalidRequestError)


@pytest.mark.score
@pytest.mark.promise("SIZE-FORM")
@pytest.mark.parametrize("model", MODELS)
@BY_CLIENT
@many
@given(width=st.integers(1, 16), height=st.integers(1, 16))
def test_a_ratio_becomes_a_size_that_the_model_draws_where_one_comes_near(
    ask: Way, model: str, width: int, height: int
) -> None:
    asked = {"prompt": "A kitten.", "model": model, "size": f"{width}:{height}"}
    attempt = ask(asked, answering(ANSWER))
    if not is_near(model, width, height):
        assert attempt.sent == ()
        assert isinstance(attempt.outcome, InvalidRequestError)
        return
    assert sent_by(attempt).keys() == asked.keys()
    assert broken_promises(attempt) == set()


@cache
def drawn(model: str) -> tuple[Sides, ...]:
    """Every size that a model draws."""
    limits = limits_for(model)
    sizes = (Sides(width, height) for width in limits.sides for height in limits.sides)
    return tuple(filter(limits.allows, (*limits.recommended, *sizes)))


@cache
def is_near(model: str, width: int, height: int) -> bool:
    """Whether the ratio of a size that a model draws is at most 5 % off either way, as the client documents."""
    return any(
        max(sides.width * height, sides.height * width) / min(sides.width * height, sides.height * width) <= 1.05
        for sides in drawn(model)
    )


@pytest.mark.promise("SIZE-FORM")
@pytest.mark.parametrize("size", ["16:0", "0:9", ":", "16:", "16:9:1", "-16:9", "a:b", "1:1000", "16 : 9x"])
@BY_CLIENT
def test_what_is_no_ratio_is_refused_before_it_is_sent(ask: Way, size: str) -> None:
    attempt = ask({"prompt": "A kitten.", "size": size}, answering(ANSWER))
    assert attempt.sent == ()
    assert isinstance(attempt.outcome, InvalidRequestError)
