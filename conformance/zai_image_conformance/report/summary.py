"""A verdict by requirement: the one reading of the outcomes that every report shows."""

from __future__ import annotations

from collections import Counter

from attrs import frozen

from zai_image_conformance.model import FOR_WANT_OF_BUDGET, SETTLED, Outcome, ResultKind, Verdict, printable
from zai_image_conformance.requirements import Requirement, catalogue

FROM_WORST: tuple[ResultKind, ...] = ("error", "fail", "deviation", "pass", "skipped", "not tested")
WORDS: dict[ResultKind, str] = {
    "pass": "pass",
    "fail": "fail",
    "deviation": "known deviation",
    "skipped": "skipped",
    "not tested": "not tested",
    "error": "error",
}
"""How people are told each."""


@frozen
class Finding:
    """The result of one requirement."""

    requirement: Requirement
    outcomes: tuple[Outcome, ...]
    """In the order of the requests; at least one."""

    @property
    def result(self) -> ResultKind:
        """The worst of its outcomes; `skipped` or `not tested` where there is no other."""
        return min((outcome.result for outcome in self.outcomes), key=FROM_WORST.index)

    @property
    def worst(self) -> Outcome:
        """The first outcome with that result."""
        return next(outcome for outcome in self.outcomes if outcome.result == self.result)

    @property
    def tested(self) -> bool:
        """Whether the server was tested by it, if only in part."""
        return any(outcome.settles for outcome in self.outcomes)

    @property
    def short_of_budget(self) -> bool:
        """Whether some of its test cases were left out to keep to the budget."""
        return any(outcome.actual == FOR_WANT_OF_BUDGET for outcome in self.outcomes)

    @property
    def reason(self) -> str:
        """Why it was skipped; empty where it was tested."""
        return "" if self.tested else self.worst.actual


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
    requests, images = counted(verdict.requests, "request"), counted(verdict.images, "image")
    cost = f"{requests}, {images}, {verdict.seconds:.1f} s, seed {verdict.seed}"
    results = Counter(finding.result for finding in findings(verdict) if finding.tested)
    if verdict.problem is not None:
        so_far = f" (so far {results['fail']} broken; {cost})" if verdict.requests else ""
        return f"could not judge {url}: {printable(verdict.problem)}{so_far}"
    word = ("conforms" + remarks(results)) if verdict.conforms else "does not conform"
    return f"{url} {word}: {in_words(results)} ({cost})"


def remarks(results: Counter[ResultKind]) -> str:
    """What follows the word that a server conforms, where there is more to say."""
    if results["fail"]:
        return ", with remarks"
    return f", with {counted(results['deviation'], WORDS['deviation'])}" if results["deviation"] else ""


def in_words(results: Counter[ResultKind]) -> str:
    """How many of the tested requirements are kept or broken, in words."""
    tested = sum(results[result] for result in SETTLED)
    if results["fail"]:
        return f"{results['fail']} of {counted(tested, 'tested requirement')} {_is(results['fail'])} broken"
    if results["deviation"]:
        return f"{results['pass']} of {counted(tested, 'tested requirement')} {_is(results['pass'])} kept"
    return "the one tested requirement is kept" if tested == 1 else f"all {tested} tested requirements are kept"


def counted(number: int, noun: str) -> str:
    """A number of things: `1 image`, `2 images`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def shortage(verdict: Verdict) -> tuple[str, ...]:
    """What was not tested for want of budget, and what a full verdict takes, in lines; nothing where nothing was."""
    short = [finding for finding in findings(verdict) if finding.short_of_budget]
    if not short:
        return ()
    skipped = [finding.requirement.id for finding in short if not finding.tested]
    in_part = [finding.requirement.id for finding in short if finding.tested]
    return (
        *([f"not tested for want of budget: {', '.join(skipped)}"] if skipped else []),
        *([f"tested in part for want of budget: {', '.join(in_part)}"] if in_part else []),
        f"a full verdict takes {counted(verdict.plan.cost.images, 'image')}; the budget was {verdict.budget}",
    )


def others(verdict: Verdict) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The reasons why requirements were not tested, but for the budget, each with their ids."""
    reasons: dict[str, list[str]] = {}
    for finding in findings(verdict):
        if not finding.tested and finding.reason != FOR_WANT_OF_BUDGET:
            reason = "HTTP cannot show it" if finding.result == "not tested" else finding.reason
            reasons.setdefault(reason, []).append(finding.requirement.id)
    return tuple((reason, tuple(ids)) for reason, ids in reasons.items())
