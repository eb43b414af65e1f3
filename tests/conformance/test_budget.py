"""A verdict never makes more images than it may, makes the most of each, and says what it could not afford."""

from __future__ import annotations

import pytest

from scripts.regenerate import ROOT
from tests.conformance.altered import Call
from tests.conformance.in_process import InProcess, judged
from tests.conformance.wrong.server import with_body, with_key
from zai_image_conformance import report
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.server import RunningServer
from zai_image_conformance.suite.runner import default_seed, judge, plan

pytestmark = pytest.mark.slow

DOCUMENT = ROOT / "docs/conformance.md"


@pytest.mark.parametrize("budget", [1, 2, 3, 4, 6, 23, 24, 40])
@pytest.mark.parametrize("concurrency", [1, 4])
def test_no_more_images_are_made_than_may_be(budget: int, concurrency: int) -> None:
    server = InProcess()
    verdict = judged(server, budget=budget, concurrency=concurrency)
    assert verdict.images == len(server.server.images) == min(budget, 24)
    assert verdict.exit_code == 0


@pytest.mark.parametrize("budget", [1, 3, 7])
@pytest.mark.parametrize("concurrency", [1, 4])
def test_an_image_for_a_request_that_should_be_refused_counts(budget: int, concurrency: int) -> None:
    def yes_to_everything(call: Call) -> Call:
        return with_body(with_key(call), model="glm-image", prompt="p") if call.method == "POST" else call

    server = InProcess(yes_to_everything)
    verdict = judged(server, budget=budget, concurrency=concurrency)
    assert verdict.exit_code == 1
    # The first of all makes sure of the key.
    assert verdict.images == len(server.server.images) == budget


def test_the_same_is_spent_in_the_same_order_whatever_is_sent_at_the_same_time() -> None:
    def spent(concurrency: int) -> list[tuple[str, int | None]]:
        verdict = judged(InProcess(), budget=5, concurrency=concurrency)
        return [(exchange.name, exchange.status) for exchange in verdict.exchanges]

    assert spent(1) == spent(4)


def test_a_budget_of_4_settles_what_is_free_and_the_form_of_an_answer() -> None:
    verdict = judged(InProcess(), budget=4)
    settled = {outcome.requirement for outcome in verdict.outcomes if outcome.settles}
    free = {name for request in plan().requests if not request.paid for name in request.requirements}
    form = {each.id for each in catalogue() if each.id.startswith(("ANSWER-", "FILTER-", "IMAGE-"))}
    assert free | form <= settled
    assert "tested in part for want of budget: " in report.text(verdict)
    assert "a full verdict takes 24 images; the budget was 4" in report.text(verdict)


@pytest.mark.parametrize("seed", [None, 0, 1, 2])
def test_a_full_verdict_takes_at_most_24_images_and_170_requests(seed: int | None) -> None:
    cost = plan(seed=seed).cost
    assert cost.images <= 24
    # One more makes sure of the key.
    assert cost.images + cost.free + 1 <= 170


@pytest.mark.parametrize("budget", [0, -1])
def test_a_budget_that_allows_no_image_is_too_small(server: RunningServer, budget: int) -> None:
    verdict = judge(server.url, api_key=server.api_key, budget=budget)
    assert verdict.exit_code == 2
    assert "give at least 1" in report.text(verdict)
    assert server.requests == ()


def test_each_image_settles_as_many_new_requirements_as_any_later_one_would() -> None:
    paid = [set(request.requirements) for request in plan().requests if request.paid]
    # The first of each model are sent together, and the last once more.
    settled: set[str] = set().union(*paid[:2])
    for place, requirements in enumerate(paid[2:-1], 2):
        gains = [len(later - settled) for later in paid[place:-1]]
        assert gains[0] == max(gains)
        settled |= requirements


def test_boundaries_are_sent_whatever_the_seed_and_generated_cases_differ() -> None:
    def names(seed: int | None) -> set[str]:
        return {request.name for request in plan(seed=seed).requests if "generated" not in request.name}

    assert names(None) == names(default_seed()) == names(1) == names(2)
    assert plan(seed=1) == plan(seed=1) != plan(seed=2)


@pytest.mark.score
def test_thoroughness_takes_as_many_images_as_is_told() -> None:
    usual, thorough = (plan(thorough=thorough).cost.images for thorough in (False, True))
    told = " ".join(DOCUMENT.read_text("utf-8").split())
    assert f"A full verdict on both models takes {usual} images" in told
    assert f"with `--thorough` it takes {thorough}" in told
