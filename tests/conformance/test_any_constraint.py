"""Whatever constraint the catalogue is given, on a known property or a new one, has cases that find who breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
import yaml
from attrs import frozen

from tests.conformance.altered import Before, Call
from tests.conformance.in_process import InProcess, judged
from zai_image_conformance import requirements, schema
from zai_image_conformance.suite import cases, checks
from zai_image_conformance.suite.case import Case
from zai_image_conformance.suite.request_rules import Heard, findings
from zai_image_conformance.suite.target import Target

pytestmark = pytest.mark.score

REQUEST = "/components/schemas/CreateImageRequest"
NEW = "NEW-RULE"
GLM = {"models": ["glm-image"]}


@frozen
class Rule:
    """A constraint that a page might state one day."""

    name: str
    """The property."""
    numbers: Mapping[str, Any]
    keeps: Callable[[Any], bool]
    """Whether a right server accepts a value of the right type."""
    type: str = "string"
    when: Mapping[str, Any] | None = None
    example: Any = None

    @property
    def limits(self) -> set[int]:
        """The lengths, counts or numbers that are only just accepted."""
        return {
            limit + (keyword == "exclusiveMinimum")
            for keyword, limit in self.numbers.items()
            if keyword[:3] in ("min", "max", "exc")
        }

    def __str__(self) -> str:
        return f"{self.name} {dict(self.numbers)}" + (" of glm-image" if self.when else "")


RULES = [
    Rule("prompt", {"maxLength": 1000}, lambda text: len(text) <= 1000),
    Rule("prompt", {"minLength": 3, "maxLength": 200}, lambda text: 3 <= len(text) <= 200, when=GLM),
    Rule("user_id", {"pattern": "^[^?]*$"}, lambda text: "?" not in text),
    Rule("style", {"minLength": 2}, lambda text: len(text) >= 2),
    Rule("style", {"maxLength": 4}, lambda text: len(text) <= 4, example="oil"),
    Rule("style", {"pattern": "^[a-z]+$"}, lambda text: text.isascii() and text.isalpha() and text.islower()),
    Rule("seed", {"minimum": 1, "maximum": 9}, lambda seed: 1 <= seed <= 9, "integer"),
    Rule("seed", {"minimum": 0}, lambda seed: seed >= 0, "integer", GLM),
    Rule("seed", {"multipleOf": 5}, lambda seed: seed % 5 == 0, "integer"),
    Rule("weight", {"exclusiveMinimum": 0}, lambda weight: weight > 0, "number"),
    Rule("weight", {"maximum": 2.5}, lambda weight: weight <= 2.5, "number"),
    Rule("tags", {"minItems": 1, "maxItems": 3}, lambda tags: 1 <= len(tags) <= 3, "array"),
]
each_rule = pytest.mark.parametrize("rule", [pytest.param(rule, id=str(rule)) for rule in RULES])
PYTHON = {"string": str, "integer": int, "number": (int, float), "array": list}


@pytest.fixture
def stated(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let catalogue and document state the rule."""
    reviewed, document = yaml.safe_load(requirements._text()), deepcopy(schema.document())
    entry = {
        "id": NEW,
        "title": str(rule),
        "level": "MUST",
        "binds": ["server", "client"],
        "sentence": "A sentence of the page.",
        "check": "Sends values at each limit and beyond it.",
        "place": f"{REQUEST}/properties/{rule.name}",
        "numbers": dict(rule.numbers),
        **({"when": dict(rule.when)} if rule.when else {}),
    }
    reviewed["requirements"].append(entry)
    for name, about in document["components"]["schemas"].items():
        if name.startswith("CreateImageRequest-"):
            described = {"type": rule.type, **({"example": rule.example} if rule.example is not None else {})}
            about["properties"].setdefault(rule.name, described)
    monkeypatch.setattr(requirements, "_text", lambda: yaml.safe_dump(reviewed))
    monkeypatch.setattr(schema, "document", lambda: document)
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    for remembering in (requirements.catalogue, schema._properties, schema._constraints, cases.choose, cases.plan):
        remembering.cache_clear()
    checks._validator.cache_clear()


def enforcing(rule: Rule, keeps: Callable[[Any], bool]) -> InProcess:
    """The reference, which holds the property to its type and to a rule for the models that the rule is for."""

    def before(call: Call) -> Call:
        if rule.name not in call.fields:
            return call
        value = call.fields[rule.name]
        is_typed = isinstance(value, PYTHON[rule.type]) and not isinstance(value, bool)  # type: ignore[arg-type]
        is_for = rule.when is None or call.fields.get("model") in rule.when["models"]
        known = rule.name in ("prompt", "user_id")
        if is_typed and (not is_for or keeps(value)):
            return call if known else call.with_fields(**{rule.name: None})
        return call if known and not is_typed else call.with_fields(size="1x1")

    return InProcess(before=_posted(before))


def _posted(before: Before) -> Before:
    return lambda call: before(call) if call.method == "POST" else call


@each_rule
@pytest.mark.usefixtures("stated")
def test_a_server_that_keeps_it_passes(rule: Rule) -> None:
    verdict = judged(enforcing(rule, rule.keeps))
    assert verdict.failures == ()
    assert NEW in {outcome.requirement for outcome in verdict.outcomes if outcome.result == "pass"}
    assert verdict.images <= 24
    assert verdict.requests <= 170


@each_rule
@pytest.mark.usefixtures("stated")
def test_a_server_that_does_not_know_of_it_is_detected(rule: Rule) -> None:
    assert {outcome.requirement for outcome in judged(enforcing(rule, lambda value: True)).failures} == {NEW}


@pytest.mark.parametrize("rule", [pytest.param(rule, id=str(rule)) for rule in RULES if rule.limits])
@pytest.mark.usefixtures("stated")
def test_a_server_that_refuses_the_limit_itself_is_detected(rule: Rule) -> None:
    def strict(value: Any) -> bool:
        return rule.keeps(value) and (len(value) if isinstance(value, str | list) else value) not in rule.limits

    failed = {outcome.requirement for outcome in judged(enforcing(rule, strict)).failures}
    assert NEW in failed


@each_rule
@pytest.mark.usefixtures("stated")
def test_the_client_validator_tells_what_the_cases_say(rule: Rule) -> None:
    headers = {"authorization": "Bearer key", "content-type": "application/json"}

    def broken(case: Case) -> set[str]:
        heard = Heard("POST", schema.PATH, headers, case.request.content)
        return {finding.requirement for finding in findings(heard, schema.PATH) if finding.problem is not None}

    sent = cases.choose(Target("http://server.test/api", api_key="any-key"))
    assert {frozenset(broken(case)) for case in sent.refusals if case.requirement == NEW} == {frozenset({NEW})}
    assert not any(broken(case) for case in sent.images if case.request.media_type == "application/json")
