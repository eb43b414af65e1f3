"""The matrix of requirements by model."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from zai_image_conformance.model import Result
from zai_image_conformance.report.record import JudgedRequirement, Judgement, Report
from zai_image_conformance.report.summary import FROM_WORST

ANY_MODEL = "any model"
"""Stands over what was asked of no model in particular."""


@frozen
class Cell:
    """What came of one requirement for one model."""

    model: str
    result: Result
    """The worst of the outcomes."""
    count: int
    """Questions with that result."""
    asked: int
    """Questions that it was judged on."""


@frozen
class Line:
    """One requirement."""

    requirement: JudgedRequirement
    cells: tuple[Cell | None, ...]
    """One for each column; None where the requirement is not about that model. Empty where nothing was judged."""


@frozen
class Matrix:
    """The requirements in the order of the catalogue, under the models that were judged."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def matrix(report: Report) -> Matrix:
    """Lay out what came of each requirement for each model."""
    by_model = [(requirement, _by_model(requirement.outcomes)) for requirement in report.requirements]
    columns = tuple(
        column for column in (*report.models, ANY_MODEL) if any(column in outcomes for _, outcomes in by_model)
    )
    return Matrix(
        columns,
        tuple(
            Line(
                requirement,
                ()
                if requirement.reason
                else tuple(_cell(column, outcomes[column]) if column in outcomes else None for column in columns),
            )
            for requirement, outcomes in by_model
        ),
    )


def _by_model(outcomes: Sequence[Judgement]) -> dict[str, list[Judgement]]:
    found: dict[str, list[Judgement]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.model or ANY_MODEL, []).append(outcome)
    return found


def _cell(model: str, outcomes: Sequence[Judgement]) -> Cell:
    results = [outcome.result for outcome in outcomes]
    worst = min(results, key=FROM_WORST.index)
    return Cell(
        model=model,
        result=worst,
        count=results.count(worst),
        asked=sum(outcome.settles for outcome in outcomes),
    )
