"""A verdict never makes more pictures than it may, makes the most of each, and says what it could not afford."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scripts.regenerate import ROOT
from tests.conformance.altered import KEY, Altered, Call
from zai_image_conformance import report
from zai_image_conformance.model import Plan, Verdict
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.server import RunningServer, application, listening, running
from zai_image_conformance.suite.runner import judge, plan

pytestmark = pytest.mark.score

ORDERS = "/images/generations"
DOCUMENT = ROOT / "docs/conformance.md"


def drawn_by(server: RunningServer) -> int:
    return sum(request.status == 200 for request in server.requests if ORDERS in request.path)


@pytest.fixture(scope="module")
def with_four() -> Iterator[tuple[Verdict, int]]:
    """The verdict on the embedded server with a budget of 4, and the pictures that the server made."""
    with running() as server:
        verdict = judge(server.url, api_key=server.api_key, budget=4, seed=0)
        yield verdict, drawn_by(server)


def test_a_budget_of_4_makes_4_pictures(with_four: tuple[Verdict, int]) -> None:
    verdict, drawn = with_four
    assert (verdict.pictures, drawn, verdict.exit_code) == (4, 4, 0)


def test_a_budget_of_4_settles_what_is_free_and_the_form_of_an_answer(with_four: tuple[Verdict, int]) -> None:
    verdict, _ = with_four
    settled = {outcome.requirement for outcome in verdict.outcomes if outcome.settles}
    free = {requirement.id for requirement in catalogue() if requirement.cost.free}
    form = {
        "ANSWER-MEDIA-TYPE",
        "ANSWER-CREATED",
        "ANSWER-COUNT",
        "ANSWER-URL",
        "FILTER-FORM",
        "PICTURE-LINK",
        "PICTURE-TYPE",
        "PICTURE-SIZE",
    }
    assert free | form <= settled


def test_a_report_says_what_was_left_unjudged_and_what_a_full_verdict_takes(with_four: tuple[Verdict, int]) -> None:
    verdict, _ = with_four
    assert "left unjudged for want of budget: SIZE-GLM-DEFAULT" in report.text(verdict)
    assert f"a full verdict takes {verdict.plan.cost.pictures} pictures; the budget was 4" in report.text(verdict)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_full_verdict_takes_at_most_24_pictures_and_150_requests(seed: int) -> None:
    cost = plan(seed=seed).cost
    assert cost.pictures <= 24
    # One more makes sure of the key.
    assert cost.pictures + cost.free + 1 <= 150


def test_under_a_budget_schemathesis_sends_only_what_should_be_refused() -> None:
    made_up = [question for question in plan(budget=4).questions if "Schemathesis" in question.name]
    assert made_up
    assert not any(question.paid for question in made_up)
    assert any(question.paid for question in plan().questions if "Schemathesis" in question.name)


def test_a_picture_for_a_request_that_should_be_refused_counts() -> None:
    orders: list[Call] = []

    def drawing_everything(call: Call) -> Call:
        if ORDERS in call.path and call.method == "POST" and call.fields:
            orders.append(call)
            return Call("POST", call.path, {**call.headers, "authorization": f"Bearer {KEY}"}, call.body).ordering(
                model="glm-image", prompt="p", size=None, quality=None, user_id=None
            )
        return call

    with listening(Altered(application(api_key=KEY), before=drawing_everything)) as origin:
        verdict = judge(f"{origin}/api", api_key=KEY, budget=3)
    assert verdict.exit_code == 1
    assert verdict.pictures == len(orders) == 3


@pytest.mark.parametrize("budget", [0, -1])
def test_a_budget_that_allows_no_picture_is_too_small(server: RunningServer, budget: int) -> None:
    verdict = judge(server.url, api_key=server.api_key, budget=budget)
    assert verdict.exit_code == 2
    assert "give at least 1" in report.text(verdict)
    assert server.requests == ()


def test_each_picture_settles_as_many_new_requirements_as_any_later_one_would() -> None:
    paid = [set(question.requirements) for question in plan().questions if question.paid]
    settled: set[str] = set()
    for place, requirements in enumerate(paid):
        gains = [len(later - settled) for later in paid[place:]]
        assert gains[0] == max(gains)
        settled |= requirements


def test_the_same_seed_asks_the_same_questions_and_another_asks_others() -> None:
    def asked(seed: int) -> set[bytes]:
        with running() as server:
            judge(server.url, api_key=server.api_key, models=["glm-image"], budget=1, seed=seed)
            return {request.body for request in server.requests}

    assert asked(1) == asked(1)
    assert asked(1) != asked(2)


def test_thoroughness_draws_ten_times_as_much_and_takes_as_many_pictures_as_is_told() -> None:
    usual, thorough = (plan(thorough=thorough) for thorough in (False, True))
    told = " ".join(DOCUMENT.read_text("utf-8").split())
    assert f"A full verdict on both models takes {usual.cost.pictures} pictures" in told
    assert f"ten times as many, and then a full verdict takes {thorough.cost.pictures} pictures" in told
    # The strict document names four sizes off the grid.
    for mark, numbers in (("(drawn)", [2, 20]), ("Schemathesis", [1, 4])):
        assert [about("SIZE-GLM-STEP", mark, each) for each in (usual, thorough)] == numbers


def about(requirement: str, mark: str, planned: Plan) -> int:
    """How many free questions with the mark are about the requirement."""
    asked = [each for each in planned.questions if requirement in each.requirements and not each.paid]
    return sum(mark in each.name for each in asked)
