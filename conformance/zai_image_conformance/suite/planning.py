"""In which order questions are asked: what costs nothing first, then the orders that settle most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zai_image_conformance.model import Plan, PlannedQuestion, Question
from zai_image_conformance.suite.cases import Case


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
