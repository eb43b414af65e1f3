"""In which order questions are asked: what costs nothing first, then the orders that settle most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from zai_image_conformance.catalogue import Cost
from zai_image_conformance.suite.cases import Case
from zai_image_conformance.suite.questions import Question


@frozen
class PlannedQuestion:
    """One request, with everything that its answer settles."""

    name: str
    """A few words, such as `2048x2048`."""
    model: str | None
    paid: bool
    """Whether a right server makes a picture."""
    requirements: tuple[str, ...]
    """Ids in the catalogue."""


@frozen
class Plan:
    """Everything that a full verdict asks, in order."""

    questions: tuple[PlannedQuestion, ...] = ()

    @property
    def cost(self) -> Cost:
        """Requests of a full verdict on a right server."""
        pictures = sum(question.paid for question in self.questions)
        return Cost(pictures=pictures, free=len(self.questions) - pictures)

    def within(self, budget: int | None) -> tuple[PlannedQuestion, ...]:
        """The questions that a right server is asked under a budget."""
        paid = [question for question in self.questions if question.paid]
        beyond = set() if budget is None else {id(question) for question in paid[budget:]}
        return tuple(question for question in self.questions if id(question) not in beyond)


def order(cases: Sequence[Case]) -> list[int]:
    """Tell in which order to judge cases, as their places in the sequence.

    Cases of one question stay together, so that a link is looked at soon after it came. Free questions keep their
    order; among those that make a picture, the next is the one that settles most requirements nothing has settled yet.
    """
    places: dict[Question, list[int]] = {}
    for place, case in enumerate(cases):
        places.setdefault(case.question, []).append(place)
    paid = {question: group for question, group in places.items() if any(cases[place].paid for place in group)}
    ordered = [place for question, group in places.items() if question not in paid for place in group]
    settled: set[str] = set()

    def settles(question: Question) -> set[str]:
        return {cases[place].requirement for place in paid[question]} - settled

    while paid:
        # The first of several that are equally good.
        best = max(paid, key=lambda question: len(settles(question)))
        settled |= settles(best)
        ordered += paid.pop(best)
    return ordered


def plan(cases: Iterable[Case]) -> Plan:
    """Sum up cases that are in order, a question each."""
    groups: dict[Question, list[Case]] = {}
    for case in cases:
        groups.setdefault(case.question, []).append(case)
    return Plan(
        tuple(
            PlannedQuestion(
                name=group[0].name,
                model=group[0].model,
                paid=group[0].paid,
                requirements=tuple(dict.fromkeys(case.requirement for case in group)),
            )
            for group in groups.values()
        )
    )
