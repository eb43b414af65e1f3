"""What Schemathesis makes up is asked where the catalogue says what must come of it, and its failures are mapped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given

from tests.conformance.altered import KEY, Altered
from tests.conformance.wrong_requests import IN_FULL_ORDERS
from tests.conformance.wrong_servers import WRONG_SERVERS
from zai_image_conformance import strategies
from zai_image_conformance.model import Exchange, Question
from zai_image_conformance.server import application, listening, requests
from zai_image_conformance.strategies import NastyAnswer
from zai_image_conformance.suite import cases, checks, schemathesis_cases, strict_document
from zai_image_conformance.suite.checks import Broken
from zai_image_conformance.suite.oracle import certain_breach, is_certainly_right
from zai_image_conformance.suite.runner import judge
from zai_image_conformance.suite.target import Target

RIGHT = {"model": "glm-image", "prompt": "A cute little kitten.", "size": "1280x1280"}


def exchange(status: int, text: str) -> Exchange:
    return Exchange(Question(), "http://server.test", status, "application/json", text, text[:80], 0.0, 1.0)


def breach(**changes: object) -> str | None:
    fields = {name: value for name, value in {**RIGHT, **changes}.items() if value is not ...}
    found = certain_breach(Question.order(fields))
    return None if found is None else found.requirement


@pytest.mark.parametrize(
    ("changes", "requirement"),
    [
        ({"prompt": ...}, "PROMPT-REQUIRED"),
        ({"model": ...}, "MODEL-REQUIRED"),
        ({"model": "AAA"}, "MODEL-KNOWN"),
        ({"quality": "AAA"}, "QUALITY-VALUES"),
        ({"user_id": []}, "FIELD-TYPE"),
        ({"user_id": "u" * 5}, "USER-ID-LENGTH"),
        ({"size": "1280"}, "SIZE-FORM"),
        ({"size": "1280x"}, "SIZE-FORM"),
        ({"size": "1280x1280x1"}, "SIZE-FORM"),
        ({"size": ":"}, "SIZE-FORM"),
        ({"size": "992x1280"}, "SIZE-GLM-RANGE"),
        ({"size": "992x2080"}, "SIZE-GLM-RANGE"),
        ({"size": "1281x1280"}, "SIZE-GLM-STEP"),
        ({"model": "cogview-4-250304", "size": "2048x1040"}, "SIZE-OTHERS-PIXELS"),
        ({"size": "1281x1280", "unknown": 1}, "SIZE-GLM-STEP"),
    ],
)
def test_a_request_that_breaks_one_promise_for_certain_is_asked_for_it(
    changes: dict[str, object], requirement: str
) -> None:
    assert breach(**changes) == requirement


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"unknown": 1},
        {"prompt": ""},
        {"prompt": ..., "model": ...},
        {"size": "991x1280"},
        {"size": "1281x1280", "quality": "AAA"},
        *({"size": size} for size in ("", " ", "1280X1280", "1280 x 1280", "01280x1280", "1280.0x1280.0", "二x三")),
        *(
            {name: value}
            for name in ("model", "prompt", "quality", "size", "user_id")
            for value in (None, 0, 7.5, True)
        ),
        *({name: ""} for name in ("model", "quality", "user_id")),
        {"model": "GLM-Image "},
        {"quality": "HD"},
        {"user_id": " spaced "},
        {"prompt": "\ud800"},
    ],
)
def test_nothing_is_asked_of_which_the_catalogue_does_not_say_what_must_come(changes: dict[str, object]) -> None:
    assert breach(**changes) is None


@pytest.mark.parametrize("content", ["null", "7", '"kitten"', "[]"])
def test_json_that_is_no_object_is_asked(content: str) -> None:
    found = certain_breach(Question(content=content))
    assert found is not None
    assert found.requirement == "BODY-OBJECT"


def test_what_does_not_print_is_not_asked() -> None:
    assert certain_breach(Question(content="\x00")) is None


def test_what_must_be_drawn_is_told_from_what_need_not_be() -> None:
    def is_right(**changes: object) -> bool:
        fields = {name: value for name, value in {**RIGHT, **changes}.items() if value is not ...}
        return is_certainly_right(Question.order(fields))

    assert is_right()
    assert is_right(user_id="u" * 6, quality="hd")
    for changes in ({"prompt": ""}, {"prompt": "\x07"}, {"unknown": 1}, {"size": ...}, {"size": "1281x1280"}):
        assert not is_right(**changes), changes


@pytest.mark.score
def test_what_schemathesis_makes_up_is_refused_and_drawn_as_the_generated_rules_say() -> None:
    refused = list(filter(certain_breach, strict_document.made_up("negative", 0, False)))
    drawn = list(filter(is_certainly_right, strict_document.made_up("positive", 0, False)))
    assert len(refused) > 50
    assert len(drawn) > 10
    for question in (*refused, *drawn):
        read = requests.read("application/json", question.content.encode())
        assert isinstance(read, requests.Accepted) == (question in drawn), question.content


@pytest.mark.score
def test_made_up_requests_break_every_promise_of_an_order_but_that_of_its_text() -> None:
    target = Target("http://server.test/api", api_key="k")
    assert {case.requirement for case in cases.made_up_refusals(target)} == {
        *("MODEL-KNOWN", "MODEL-REQUIRED", "PROMPT-REQUIRED", "QUALITY-VALUES", "USER-ID-LENGTH", "FIELD-TYPE"),
        *("SIZE-FORM", "SIZE-GLM-RANGE", "SIZE-GLM-STEP", "SIZE-OTHERS-RANGE", "SIZE-OTHERS-STEP"),
        *("SIZE-OTHERS-PIXELS", "BODY-OBJECT"),
    }


def forget() -> None:
    """Have everything made up anew, as a new process does."""
    for remembered in (
        schemathesis_cases._breaches,
        schemathesis_cases._right,
        strict_document.made_up,
        strict_document._operation,
    ):
        remembered.cache_clear()


@pytest.mark.score
def test_the_same_seed_makes_up_the_same_requests() -> None:
    def asked(seed: int) -> list[Question]:
        forget()
        target = Target("http://server.test/api", api_key="k", seed=seed)
        return [case.question for made_up in (cases.made_up_refusals, cases.made_up_orders) for case in made_up(target)]

    first, again, other = (asked(seed) for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.score
def test_settings_that_a_caller_has_for_schemathesis_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "schemathesis.toml").write_text("this is no configuration")
    monkeypatch.chdir(tmp_path)
    forget()
    assert strict_document.made_up("negative", 0, False)


@pytest.mark.score
@pytest.mark.usefixtures("quick_pictures")
def test_a_server_that_overlooks_a_promise_among_many_fields_is_convicted_by_what_schemathesis_makes_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (wrong,) = (server for server in WRONG_SERVERS if server.name == IN_FULL_ORDERS)
    with listening(Altered(application(api_key=KEY), wrong.before, wrong.after)) as origin:
        convicted = judge(f"{origin}/api", api_key=KEY, models=[wrong.model])
        monkeypatch.setattr(schemathesis_cases, "refusals", lambda target, but: iter(()))
        without = judge(f"{origin}/api", api_key=KEY, models=[wrong.model])
    assert without.failures == ()
    assert {outcome.requirement for outcome in convicted.failures} == wrong.convicted_by
    assert all(outcome.name.startswith("Schemathesis: ") for outcome in convicted.failures)


PICTURE = {"url": "https://pictures.test/1.png"}
ANSWER = {"created": 1, "data": [PICTURE]}
ERROR = {"code": 1214, "message": ""}


@pytest.mark.score
@pytest.mark.parametrize(
    ("status", "document", "requirements"),
    [
        (200, ANSWER, ""),
        (200, {**ANSWER, "created": 1.0, "unknown": None}, ""),
        (200, {**ANSWER, "created": "1"}, "ANSWER-CREATED"),
        (200, {**ANSWER, "data": []}, "ANSWER-COUNT"),
        (200, {**ANSWER, "data": [PICTURE, PICTURE]}, "ANSWER-COUNT"),
        (200, {**ANSWER, "data": [{}]}, "ANSWER-URL"),
        (200, {**ANSWER, "data": [{"url": "/1.png"}]}, "ANSWER-URL"),
        (200, {**ANSWER, "content_filter": [{"level": 4}]}, "FILTER-FORM"),
        (200, {"data": [PICTURE]}, "ANSWER-CREATED"),
        (200, {"created": "1"}, "ANSWER-CREATED ANSWER-COUNT"),
        (200, [], "ANSWER-CREATED ANSWER-COUNT"),
        (400, ERROR, ""),
        (400, {**ERROR, "code": 1214.0}, ""),
        (400, {**ERROR, "code": "1214"}, "ERROR-BODY"),
        (400, {"error": ERROR}, "ERROR-BODY"),
        (500, ERROR, "ERROR-STATUS"),
        (500, [], "ERROR-STATUS ERROR-BODY"),
    ],
)
def test_what_schemathesis_finds_is_mapped_to_requirements(status: int, document: object, requirements: str) -> None:
    assert strict_document.broken_by(exchange(status, json.dumps(document))) == set(requirements.split())


@pytest.mark.score
@pytest.mark.parametrize("text", ["", "<h1>Bad gateway</h1>", "{", '{"code": NaN, "message": ""}', "[" * 3000])
def test_a_body_that_is_no_json_breaks_what_its_fields_promise(text: str) -> None:
    assert strict_document.broken_by(exchange(400, text)) == {"ERROR-BODY"}
    assert strict_document.broken_by(exchange(200, text)) == {"ANSWER-CREATED", "ANSWER-COUNT"}


@pytest.mark.score
@given(strategies.answers())
def test_schemathesis_finds_nothing_in_right_answers(answer: dict[str, object]) -> None:
    assert strict_document.broken_by(exchange(200, json.dumps(answer))) == set()


@pytest.mark.score
@given(strategies.error_bodies())
def test_schemathesis_finds_nothing_in_documented_errors(body: dict[str, object]) -> None:
    assert strict_document.broken_by(exchange(400, json.dumps(body))) == set()


OWN = {
    "ERROR-STATUS": checks.refused_as_the_callers_fault,
    "ERROR-BODY": checks.documented_error,
    "ANSWER-CREATED": checks.created_about_now,
    "ANSWER-COUNT": checks.one_picture,
    "ANSWER-URL": checks.absolute_link,
    "FILTER-FORM": checks.content_filter_in_form,
}


@pytest.mark.score
@given(strategies.nasty_answers())
@example(NastyAnswer(400, "application/json", b'{"code": 1e400, "message": ""}'))
@example(NastyAnswer(200, "application/json", b'{"created": 1, "data": ' + b"[" * 400 + b"]" * 400 + b"}"))
@example(NastyAnswer(200, "application/json", b'{"created": 1, "data": ["\\ud800"]}'))
def test_schemathesis_condemns_no_answer_that_the_suite_itself_would_let_through(answer: NastyAnswer) -> None:
    came = exchange(answer.status, answer.body.decode("utf-8", "replace"))
    assert strict_document.broken_by(came) <= set(_broken_by_own(came))


def _broken_by_own(came: Exchange) -> Iterator[str]:
    for requirement, expectation in OWN.items():
        try:
            expectation(came)
        except Broken:
            yield requirement
