"""What Schemathesis generates is sent where the catalogue says what must come of it, and its failures are mapped."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given

from zai_image_conformance import strategies
from zai_image_conformance.model import Exchange, Request
from zai_image_conformance.server import requests
from zai_image_conformance.strategies import MalformedResponse
from zai_image_conformance.suite import checks, generated_cases, schemathesis
from zai_image_conformance.suite.checks import Check
from zai_image_conformance.suite.oracle import certain_breach, is_certainly_right
from zai_image_conformance.suite.target import Target

RIGHT = {"model": "glm-image", "prompt": "A cute little kitten.", "size": "1280x1280"}


def exchange(status: int, text: str) -> Exchange:
    return Exchange(Request(), status, "application/json", text.encode("utf-8", "surrogatepass"), text[:80], 0.0, 1.0)


def breach(**changes: object) -> str | None:
    fields = {name: value for name, value in {**RIGHT, **changes}.items() if value is not ...}
    found = certain_breach(Request.of(fields), "documented")
    return None if found is None else found.requirement


@pytest.mark.parametrize(
    ("changes", "requirement"),
    [
        ({"prompt": ...}, "PROMPT-REQUIRED"),
        ({"model": ...}, "MODEL-REQUIRED"),
        ({"model": "AAA"}, "MODEL-KNOWN"),
        ({"quality": "AAA"}, "QUALITY-VALUES"),
        ({"quality": "HD"}, "QUALITY-VALUES"),
        ({"model": "GLM-Image"}, "MODEL-KNOWN"),
        ({"prompt": None}, "FIELD-TYPE"),
        ({"model": None}, "FIELD-TYPE"),
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
            if value is not None or name not in ("model", "prompt")
        ),
        *({name: ""} for name in ("model", "quality", "user_id")),
        {"user_id": " spaced "},
        {"prompt": "\ud800"},
    ],
)
def test_nothing_is_asked_of_which_the_catalogue_does_not_say_what_must_come(changes: dict[str, object]) -> None:
    assert breach(**changes) is None


@pytest.mark.parametrize("content", ["null", "7", '"kitten"', "[]"])
def test_json_that_is_no_object_is_asked(content: str) -> None:
    found = certain_breach(Request(content=content.encode()), "documented")
    assert found is not None
    assert found.requirement == "BODY-OBJECT"


def test_what_does_not_print_is_not_asked() -> None:
    assert certain_breach(Request(content=b"\x00"), "documented") is None


def test_what_must_be_drawn_is_told_from_what_need_not_be() -> None:
    def is_right(**changes: object) -> bool:
        fields = {name: value for name, value in {**RIGHT, **changes}.items() if value is not ...}
        return is_certainly_right(Request.of(fields))

    assert is_right()
    assert is_right(user_id="u" * 6, quality="hd")
    for changes in ({"prompt": ""}, {"prompt": "\x07"}, {"unknown": 1}, {"size": ...}, {"size": "1281x1280"}):
        assert not is_right(**changes), changes


@pytest.mark.score
def test_what_schemathesis_generates_is_refused_and_accepted_as_the_generated_rules_say() -> None:
    negative, positive = (schemathesis.generated(mode, 0) for mode in ("negative", "positive"))
    refused = [request for request in negative if certain_breach(request, "documented")]
    accepted = list(filter(is_certainly_right, positive))
    assert len(refused) > 50
    assert len(accepted) > 10
    for request in (*refused, *accepted):
        read = requests.read("application/json", request.content)
        assert isinstance(read, requests.Accepted) == (request in accepted), request.content


def forget() -> None:
    """Have everything generated anew, as a new process does."""
    for remembered in (
        generated_cases._breaches,
        generated_cases._right,
        schemathesis.generated,
        schemathesis._operation,
    ):
        remembered.cache_clear()


@pytest.mark.score
def test_the_same_seed_generates_the_same_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemathesis, "_FUZZED", 5)

    def sent(seed: int) -> list[Request]:
        forget()
        target = Target("http://server.test/api", api_key="k", seed=seed, thorough=True)
        cases = (*generated_cases.refusals(target), *generated_cases.images(target))
        return [case.request for case in cases]

    first, again, other = (sent(seed) for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.score
def test_settings_that_a_caller_has_for_schemathesis_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "schemathesis.toml").write_text("this is no configuration")
    monkeypatch.chdir(tmp_path)
    forget()
    assert schemathesis.generated("negative", 0)


IMAGE = {"url": "https://images.test/1.png"}
ANSWER = {"created": 1, "data": [IMAGE]}
ERROR = {"code": 1214, "message": ""}


@pytest.mark.score
@pytest.mark.parametrize(
    ("status", "document", "requirements"),
    [
        (200, ANSWER, ""),
        (200, {**ANSWER, "created": 1.0, "unknown": None}, ""),
        (200, {**ANSWER, "created": "1"}, "ANSWER-CREATED"),
        (200, {**ANSWER, "data": []}, "ANSWER-COUNT"),
        (200, {**ANSWER, "data": [IMAGE, IMAGE]}, "ANSWER-COUNT"),
        (200, {**ANSWER, "data": [{}]}, "ANSWER-URL"),
        (200, {**ANSWER, "data": [{"url": "/1.png"}]}, "ANSWER-URL"),
        (200, {**ANSWER, "content_filter": [{"level": 4}]}, "FILTER-FORM"),
        (200, {"data": [IMAGE]}, "ANSWER-CREATED"),
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
    assert schemathesis.broken_by(exchange(status, json.dumps(document))) == set(requirements.split())


@pytest.mark.score
@pytest.mark.parametrize("text", ["", "<h1>Bad gateway</h1>", "{", '{"code": NaN, "message": ""}', "[" * 3000])
def test_a_body_that_is_no_json_breaks_what_its_fields_promise(text: str) -> None:
    assert schemathesis.broken_by(exchange(400, text)) == {"ERROR-BODY"}
    assert schemathesis.broken_by(exchange(200, text)) == {"ANSWER-CREATED", "ANSWER-COUNT"}


@pytest.mark.score
@given(strategies.answers())
def test_schemathesis_finds_nothing_in_right_answers(answer: dict[str, object]) -> None:
    assert schemathesis.broken_by(exchange(200, json.dumps(answer))) == set()


@pytest.mark.score
@given(strategies.error_bodies())
def test_schemathesis_finds_nothing_in_documented_errors(body: dict[str, object]) -> None:
    assert schemathesis.broken_by(exchange(400, json.dumps(body))) == set()


OWN: dict[str, Check] = {
    **checks.OF_A_REFUSAL,
    **checks.of_an_answer(),
    "ERROR-STATUS": partial(checks.refused_as_the_callers_fault, profile="documented"),
}


@pytest.mark.score
@given(strategies.malformed_responses())
@example(MalformedResponse(400, "application/json", b'{"code": 1e400, "message": ""}'))
@example(MalformedResponse(200, "application/json", b'{"created": 1, "data": ' + b"[" * 400 + b"]" * 400 + b"}"))
@example(MalformedResponse(200, "application/json", b'{"created": 1, "data": ["\\ud800"]}'))
def test_schemathesis_finds_nothing_that_the_suite_itself_would_let_through(answer: MalformedResponse) -> None:
    came = exchange(answer.status, answer.body.decode("utf-8", "replace"))
    own = {requirement for requirement, check in OWN.items() if check(came) is not None}
    assert schemathesis.broken_by(came) <= own
