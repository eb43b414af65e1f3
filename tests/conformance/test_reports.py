"""Reports tell one story in every form, and nothing that a stranger says in them acts."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import junitparser
import pytest
import xmlschema

from tests.conformance.altered import KEY, Answer, Call
from tests.conformance.in_process import InProcess, judged
from tests.conformance.judged import failing, hostile, on_embedded
from zai_image_conformance import report
from zai_image_conformance.model import Verdict
from zai_image_conformance.report.compare import NotAReport, compare, read
from zai_image_conformance.report.record import record
from zai_image_conformance.report.size_map import of_size, size_maps
from zai_image_conformance.suite.runner import judge

pytestmark = pytest.mark.score

JENKINS = xmlschema.XMLSchema(Path(__file__).with_name("junit-10.xsd"))
FEW = ("SIZE-GLM-STEP", "ERROR-BODY", "AUTH-MISSING", "LINK-LIFE", "IMAGE-SIZE", "QUALITY-VALUES")
KINDS: dict[str, Callable[[], Verdict]] = {
    "conforms": lambda: on_embedded(requirements=FEW),
    "fails": failing,
    "hostile": hostile,
    "short of budget": lambda: on_embedded(requirements=FEW, budget=1),
    "without a key": lambda: on_embedded(requirements=FEW, api_key=None),
    "model of an odd name": lambda: on_embedded(requirements=FEW, models=["<b>\x1b"]),
    "unreachable": lambda: judge("http://127.0.0.1:9/api", api_key=KEY),
    "senseless": lambda: judge("http://127.0.0.1:9/api", requirements=["MADE-UP"]),
    "no address": lambda: judge("\ud800<b>"),
    "a password in the address": lambda: judge(f"http://me:{KEY}@127.0.0.1:9/api", api_key=KEY),
}
EXIT_CODES = {"conforms": 0, "short of budget": 0, "fails": 1, "hostile": 1, "model of an odd name": 0}
FORMS: dict[str, Callable[[Verdict], str]] = {
    "json": report.json_report,
    "markdown": report.markdown,
    "junit": report.junit,
    "html": report.page,
    "text": report.text,
}


@pytest.fixture(scope="module", params=KINDS)
def verdict(request: pytest.FixtureRequest) -> Verdict:
    verdict = KINDS[request.param]()
    assert verdict.exit_code == EXIT_CODES.get(request.param, 2)
    return verdict


@pytest.fixture
def document(verdict: Verdict) -> Any:
    return json.loads(report.json_report(verdict))


def test_the_json_report_keeps_the_published_schema(document: Any) -> None:
    schema = report.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(document)


def test_every_outcome_names_its_exchange(verdict: Verdict, document: Any) -> None:
    assert [exchange["number"] for exchange in document["exchanges"]] == list(range(1, verdict.requests + 1))
    for requirement in document["requirements"]:
        for outcome in requirement["outcomes"]:
            if outcome["result"] in ("pass", "fail", "deviation"):
                exchange = document["exchanges"][outcome["exchange"] - 1]
                method, body = exchange["request"]["method"], exchange["request"]["body"]
                assert f"-X {method} " in outcome["curl"] or not outcome["curl"]
                said = shlex.quote(body) in outcome["curl"] or "$'" in outcome["curl"]
                assert said or not body or not outcome["curl"]


def test_a_verdict_compared_with_itself_has_not_changed_and_what_is_none_is_not_compared(verdict: Verdict) -> None:
    text = report.json_report(verdict).encode()
    if verdict.problem is not None:
        with pytest.raises(NotAReport):
            read(text)
        return
    found = compare(read(text), read(text))
    assert (found.changes, found.exit_code) == ((), 0)
    assert found.as_before >= len({outcome.requirement for outcome in verdict.outcomes if outcome.settles})


def test_the_junit_report_keeps_the_schema_of_jenkins_and_is_read_by_a_reader_in_use(verdict: Verdict) -> None:
    text = report.junit(verdict)
    JENKINS.validate(text)
    (suite,) = junitparser.JUnitXml.fromstring(text.encode())
    read = [type(case.result[0]) if case.result else None for case in suite]
    results = Counter(outcome.result for outcome in verdict.outcomes)
    unaskable = verdict.problem is not None
    assert read.count(junitparser.Failure) == suite.failures == results["fail"]
    assert read.count(junitparser.Error) == suite.errors == results["error"] + unaskable
    skipped = results["skipped"] + results["not tested"] + results["deviation"]
    assert read.count(junitparser.Skipped) == suite.skipped == skipped
    assert len(read) == suite.tests == len(verdict.outcomes) + unaskable


@pytest.mark.parametrize("form", FORMS)
def test_no_report_holds_the_key_or_what_a_terminal_obeys(verdict: Verdict, form: str) -> None:
    text = FORMS[form](verdict)
    assert KEY.lower() not in text.lower()

    assert text.replace("\n", "").isprintable()


class Markup(HTMLParser):
    """What a browser would do something about."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.leading: list[str] = []
        """Attributes that run or lead somewhere."""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        for name, value in attrs:
            harmless = (value or "").startswith(("#", "data:image/jpeg;base64,"))
            if name.startswith("on") or (name in ("href", "src", "srcdoc", "action", "formaction") and not harmless):
                self.leading.append(f"{name}={value}")


def test_the_page_holds_no_element_that_acts_and_leads_nowhere_else(verdict: Verdict) -> None:
    markup = Markup(report.page(verdict))
    assert not markup.elements & {"script", "iframe", "object", "embed", "form", "base", "link", "audio", "video"}
    assert markup.leading == []


def test_what_a_server_says_is_shown_in_every_place_that_it_can_say_it() -> None:
    """The hostile server is one that reports do not pass over."""
    document = json.loads(report.json_report(hostile()))
    answers = [exchange["response"] for exchange in document["exchanges"]]
    assert all("<script>document.title='poisoned'" in answer["media_type"] for answer in answers)
    assert sum("<script>" in answer["body"] for answer in answers) > len(answers) / 2
    assert any(not answer["complete"] and 1000 < len(answer["body"]) <= 2048 for answer in answers)
    images = [exchange["image"] for exchange in document["exchanges"] if exchange["image"]]
    assert any("<script>" in image["fault"] for image in images)
    assert any("<script>" in image["media_type"] for image in images)
    assert not any(image["fault"] and image["thumbnail"] for image in images)


AGAIN: dict[str, tuple[dict[str, Any], str]] = {
    "everything": ({}, "{url}"),
    "few requirements of one model": (
        {"requirements": FEW[:2], "models": ["glm-image"]},
        f"{{url}} --model glm-image --requirement {FEW[0]} --requirement {FEW[1]}",
    ),
    "without a key, for servers in use": (
        {"api_key": None, "profile": "deployed"},
        "{url} --no-auth --profile deployed",
    ),
    "more, within a budget": ({"budget": 2, "thorough": True}, "{url} --budget 2 --thorough"),
    "the embedded server": ({"local": True}, "--local"),
}


@pytest.mark.parametrize("name", AGAIN)
def test_a_verdict_that_came_to_nothing_can_be_asked_for_again_as_it_was(name: str) -> None:
    options, words = AGAIN[name]
    url = "http://127.0.0.1:9/api"
    page = report.page(judge(url, **{"api_key": KEY, "seed": 7, **options}))
    assert f"<code>zai-image conform {words.format(url=url)} --seed 7</code>" in page


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ("documented", "does not conform: 1 of 2 tested requirements is broken ("),
        ("deployed", "conforms, with 1 known deviation: 1 of 2 tested requirements is kept ("),
    ],
)
def test_the_verdict_in_one_line_counts_deviations(profile: str, words: str) -> None:
    def nested(call: Call, answer: Answer) -> Answer:
        if answer.status < 400:
            return answer
        return answer.saying({"error": {"code": str(answer.document["code"]), "message": ""}})

    verdict = on_embedded(after=nested, requirements=("ERROR-BODY", "METHOD-POST"), profile=profile)
    assert words in report.text(verdict)
    page = report.page(verdict)
    assert words.rpartition(": ")[0].capitalize() in page
    assert words.rpartition(": ")[2].removesuffix(" (") in page


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_three_broken_requirements_are_told_in_sixty_lines_with_one_block_each(form: str) -> None:
    def careless(call: Call) -> Call:
        sides = re.fullmatch(r"(\d+)x(\d+)", str(call.fields.get("size")))
        off_the_grid = sides is not None and any(int(side) % 16 for side in sides.groups())
        changes: dict[str, None] = {"size": None} if off_the_grid else {}
        wrong_quality = call.fields.get("quality") not in (None, "hd", "standard")
        return (
            call.with_fields(**changes, **({"quality": None} if wrong_quality else {}))
            if changes or wrong_quality
            else call
        )

    verdict = judged(InProcess(careless))
    broken = sorted({outcome.requirement for outcome in verdict.failures})
    assert broken == ["FIELD-TYPE", "QUALITY-VALUES", "SIZE-GLM-STEP", "SIZE-OTHERS-STEP"]
    text = FORMS[form](verdict)
    assert len(text.splitlines()) <= 60
    for requirement in broken:
        marks = {"text": f"FAIL {requirement}: ", "markdown": f"**{requirement}**: "}
        assert text.count(marks[form]) == 1
    assert text.count("curl ") == len(broken)


def test_a_tile_says_of_a_size_what_the_map_says() -> None:
    def turned(call: Call) -> Call:
        return call.with_fields(size="1056x1568") if call.fields.get("size") == "1568x1056" else call

    verdict = judged(InProcess(turned))
    told = record(verdict)
    tiles = {
        (str(exchange.model), exchange.size): of_size(exchange, told).kind
        for exchange in told.exchanges
        if exchange.image is not None and exchange.size is not None
    }
    marks = {(each.model, mark.size): mark.kind for each in size_maps(told) for mark in each.marks}
    assert marks["glm-image", "1568x1056"] == "fail"
    assert {key: marks[key] for key in tiles} == tiles


def test_markdown_takes_nothing_that_a_server_says_for_markup() -> None:
    text = report.markdown(hostile())
    told = re.sub(r"(?m)^    .*", "", text)
    assert "&#60;script&#62;" in told
    assert not re.search(r"<|\]\(|https?://(?!127)", told)
