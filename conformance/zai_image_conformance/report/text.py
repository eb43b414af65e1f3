"""The report for a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from zai_image_conformance.model import FOR_WANT_OF_BUDGET, Outcome, PlannedQuestion, printable
from zai_image_conformance.report.summary import counted, findings, shortage, summary
from zai_image_conformance.requirements import catalogue

if TYPE_CHECKING:
    from zai_image_conformance.model import Plan, Verdict

_WORDS = {"fail": "FAIL", "deviation": "known deviation"}


def text(verdict: Verdict) -> str:
    """The report, with a line break at its end."""
    told = (outcome for outcome in verdict.outcomes if outcome.result in _WORDS)
    lines = [
        *(line for outcome in told for line in _in_words(outcome)),
        *_skipped(verdict),
        *shortage(verdict),
        summary(verdict),
    ]
    return "\n".join(lines) + "\n"


def listing() -> str:
    """The catalogue as a table: id, level, cost and source of each requirement."""
    width = max(len(requirement.id) for requirement in catalogue())
    lines = [
        f"{requirement.id:{width}}  {requirement.level:6}  "
        f"{counted(requirement.cost.pictures, 'picture'):>11} {requirement.cost.free:3} free  {requirement.source}"
        for requirement in catalogue()
    ]
    return "\n".join(lines) + "\n"


def plan_in_words(plan: Plan, budget: int | None) -> str:
    """What would be asked, in order, and what it would cost."""
    asked = plan.within(budget)
    lines = [*map(_planned, asked), _cost(plan, asked, budget)]
    return "\n".join(lines) + "\n"


def _planned(question: PlannedQuestion) -> str:
    kind = "picture" if question.paid else "free   "
    about = printable(f"{question.model}, {question.name}" if question.model else question.name)
    return f"{kind}  {about}: {', '.join(question.requirements)}"


def _cost(plan: Plan, asked: tuple[PlannedQuestion, ...], budget: int | None) -> str:
    pictures = sum(question.paid for question in asked)
    requests = counted(len(asked), "request")
    cost = f"{requests} of which a right server answers {pictures} with a picture; nothing was asked"
    if budget is not None and pictures < plan.cost.pictures:
        cost += f". Within this budget; a full verdict takes {counted(plan.cost.pictures, 'picture')}"
    return cost


def _in_words(outcome: Outcome) -> Iterator[str]:
    requirement = catalogue()[outcome.requirement]
    about = printable(" ".join(filter(None, (outcome.requirement, outcome.model))))
    yield f"{_WORDS[outcome.result]} {about}: {requirement.title}"
    yield f"  asked     {printable(outcome.name)}"
    yield f"  expected  {outcome.expected}"
    yield f"  came      {outcome.came}"
    yield f"  promised  {outcome.sentence}"
    yield f"  again     {outcome.curl}"
    yield ""


def _skipped(verdict: Verdict) -> Iterator[str]:
    for finding in findings(verdict):
        if not finding.judged and finding.reason != FOR_WANT_OF_BUDGET:
            yield f"{finding.result} {finding.requirement.id}: {finding.reason}"
