"""The report for a terminal or a log: a block for each broken requirement, and everything else in a line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from zai_image_conformance.model import Outcome, Plan, PlannedRequest, Verdict, printable
from zai_image_conformance.report.summary import Finding, counted, findings, others, shortage, summary
from zai_image_conformance.requirements import catalogue

_TOLD = {"fail": "FAIL", "deviation": "known deviation"}
_NAMED = 4
"""Further test cases of a requirement that are named; the rest are counted."""


def text(verdict: Verdict) -> str:
    """The report, with a line break at its end."""
    told = [finding for finding in findings(verdict) if finding.result in _TOLD]
    lines = [
        *(line for finding in told for line in _block(finding)),
        *(printable(f"{', '.join(ids)}: skipped, {reason}") for reason, ids in others(verdict)),
        *shortage(verdict),
        *map(printable, verdict.remarks),
        *(
            f"{word}: {', '.join(ids)}"
            for result, word in (("deviation", "known deviations"), ("fail", "broken"))
            if (ids := [finding.requirement.id for finding in told if finding.result == result])
        ),
        summary(verdict),
    ]
    return "\n".join(lines) + "\n"


def listing(plan: Plan) -> str:
    """The catalogue as a table: id, level, cost and source of each requirement.

    Args:
        plan: What a full verdict sends.
    """
    images, free = Counter[str](), Counter[str]()
    for request in plan.requests:
        for requirement in request.requirements:
            (images if request.paid else free)[requirement] += 1
    width = max(len(requirement.id) for requirement in catalogue())
    lines = [
        f"{requirement.id:{width}}  {requirement.level:6}  "
        f"{counted(images[requirement.id], 'image'):>9} {free[requirement.id]:3} free  {requirement.source}"
        for requirement in catalogue()
    ]
    return "\n".join(lines) + "\n"


def plan_in_words(plan: Plan, budget: int | None) -> str:
    """What would be sent, in order, and what it would cost."""
    sent = plan.within(budget)
    lines = [*map(_planned, sent), _cost(plan, sent, budget)]
    return "\n".join(lines) + "\n"


def _planned(request: PlannedRequest) -> str:
    kind = "image" if request.paid else "free "
    about = printable(f"{request.model}, {request.name}" if request.model else request.name)
    return f"{kind}  {about}: {', '.join(request.requirements)}"


def _cost(plan: Plan, sent: tuple[PlannedRequest, ...], budget: int | None) -> str:
    images = sum(request.paid for request in sent)
    requests = counted(len(sent), "request")
    cost = f"{requests} of which a right server answers {images} with an image; nothing was sent"
    if budget is not None and images < plan.cost.images:
        cost += f". Within this budget; a full verdict takes {counted(plan.cost.images, 'image')}"
    return cost


def _block(finding: Finding) -> Iterator[str]:
    first, *more = [outcome for outcome in finding.outcomes if outcome.result == finding.result]
    settled = sum(outcome.settles for outcome in finding.outcomes)
    requirement = finding.requirement
    yield f"{_TOLD[finding.result]} {requirement.id}: {requirement.title}"
    yield f"  {counted(1 + len(more), 'test case')} of {settled}, such as {about(first)}"
    yield f"  expected  {first.expected}"
    yield f"  actual    {first.actual}"
    yield f"  source    {first.sentence}"
    yield f"  again     {first.curl}"
    if further := also(more):
        yield f"  also      {further}"
    yield ""


def about(outcome: Outcome) -> str:
    """The test case of an outcome, and its model where it has one."""
    return printable(f"{outcome.name} ({outcome.model})" if outcome.model else outcome.name)


def also(more: Sequence[Outcome]) -> str:
    """Further test cases with the same result in one line; empty where there are none."""
    names = list(dict.fromkeys(map(about, more)))
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
