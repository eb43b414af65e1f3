"""A verdict by requirement: the one reading of the outcomes that every report shows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import frozen

from zai_image_conformance.model import FOR_WANT_OF_BUDGET, SETTLED, Outcome, Result, printable
from zai_image_conformance.requirements import Requirement, catalogue

if TYPE_CHECKING:
    from zai_image_conformance.model import Verdict

FROM_WORST: tuple[Result, ...] = ("error", "fail", "deviation", "pass", "skipped", "unjudged")
WORDS: dict[Result, str] = {
    "pass": "pass",
    "fail": "fail",
    "deviation": "known deviation",
    "skipped": "skipped",
    "unjudged": "unjudged",
    "error": "error",
}
"""How people are told each."""


@frozen
class Finding:
    """What came of one requirement."""

    requirement: Requirement
    outcomes: tuple[Outcome, ...]
    """In the order they were judged; at least one."""

    @property
    def result(self) -> Result:
        """The worst of its outcomes; `skipped` or `unjudged` where there is no other."""
        return min((outcome.result for outcome in self.outcomes), key=FROM_WORST.index)

    @property
    def worst(self) -> Outcome:
        """The first outcome with that result."""
        return next(outcome for outcome in self.outcomes if outcome.result == self.result)

    @property
    def judged(self) -> bool:
        """Whether the server was judged by it, if only in part."""
        return any(outcome.settles for outcome in self.outcomes)

    @property
    def short_of_budget(self) -> bool:
        """Whether some of its questions were left out to keep to the budget."""
        return any(outcome.came == FOR_WANT_OF_BUDGET for outcome in self.outcomes)

    @property
    def reason(self) -> str:
        """Why it was skipped; empty where it was judged."""
        return "" if self.judged else self.worst.came


def findings(verdict: Verdict) -> tuple[Finding, ...]:
    """The requirements that there is an outcome for, in the order of the catalogue."""
    outcomes: dict[str, list[Outcome]] = {}
    for outcome in verdict.outcomes:
        outcomes.setdefault(outcome.requirement, []).append(outcome)
    return tuple(
        Finding(requirement, tuple(outcomes[requirement.id]))
        for requirement in catalogue()
        if requirement.id in outcomes
    )


def summary(verdict: Verdict) -> str:
    """The verdict in one line."""
    url = printable(verdict.url)
    if verdict.problem is not None:
        return f"could not judge {url}: {printable(verdict.problem)}"
    requests, pictures = counted(verdict.requests, "request"), counted(verdict.pictures, "picture")
    cost = f"{requests}, {pictures}, {verdict.seconds:.1f} s, seed {verdict.seed}"
    results = Counter(finding.result for finding in findings(verdict) if finding.judged)
    word = ("conforms" + remarks(results)) if verdict.conforms else "does not conform"
    return f"{url} {word}: {in_words(results)} ({cost})"


def remarks(results: Counter[Result]) -> str:
    """What follows the word that a server conforms, where there is more to say."""
    if results["fail"]:
        return ", with remarks"
    return f", with {counted(results['deviation'], WORDS['deviation'])}" if results["deviation"] else ""


def in_words(results: Counter[Result]) -> str:
    """How many of the judged requirements are kept or broken, in words."""
    judged = sum(results[result] for result in SETTLED)
    if results["fail"]:
        return f"{results['fail']} of {counted(judged, 'judged requirement')} {_is(results['fail'])} broken"
    if results["deviation"]:
        return f"{results['pass']} of {counted(judged, 'judged requirement')} {_is(results['pass'])} kept"
    return "the one judged requirement is kept" if judged == 1 else f"all {judged} judged requirements are kept"


def counted(number: int, noun: str) -> str:
    """A number of things: `1 picture`, `2 pictures`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def shortage(verdict: Verdict) -> tuple[str, ...]:
    """What was left unjudged for want of budget, and what a full verdict takes, in lines; nothing where nothing was."""
    short = [finding for finding in findings(verdict) if finding.short_of_budget]
    if not short:
        return ()
    unjudged = [finding.requirement.id for finding in short if not finding.judged]
    in_part = [finding.requirement.id for finding in short if finding.judged]
    return (
        *([f"left unjudged for want of budget: {', '.join(unjudged)}"] if unjudged else []),
        *([f"judged on some of its questions for want of budget: {', '.join(in_part)}"] if in_part else []),
        f"a full verdict takes {counted(verdict.plan.cost.pictures, 'picture')}; the budget was {verdict.budget}",
    )
