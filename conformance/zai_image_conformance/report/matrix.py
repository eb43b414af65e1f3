"""The matrix of requirements by model."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from zai_image_conformance.model import ResultKind
from zai_image_conformance.report.record import Report, TestedCase, TestedRequirement
from zai_image_conformance.report.summary import FROM_WORST

ANY_MODEL = "any model"
"""Stands over test cases of no model in particular."""


@frozen
class Cell:
    """The result of one requirement for one model."""

    model: str
    result: ResultKind
    """The worst of the outcomes."""
    count: int
    """Test cases with that result."""
    settled: int
    """Test cases that settled it."""


@frozen
class Line:
    """One requirement."""

    requirement: TestedRequirement
    cells: tuple[Cell | None, ...]
    """One for each column; None where the requirement is not about that model. Empty where nothing was tested."""


@frozen
class Matrix:
    """The requirements in the order of the catalogue, under the models that were tested."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def matrix(report: Report) -> Matrix:
    """Lay out the result of each requirement for each model."""
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


def _by_model(outcomes: Sequence[TestedCase]) -> dict[str, list[TestedCase]]:
    found: dict[str, list[TestedCase]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.model or ANY_MODEL, []).append(outcome)
    return found


def _cell(model: str, outcomes: Sequence[TestedCase]) -> Cell:
    results = [outcome.result for outcome in outcomes]
    worst = min(results, key=FROM_WORST.index)
    return Cell(
        model=model,
        result=worst,
        count=results.count(worst),
        settled=sum(outcome.settles for outcome in outcomes),
    )
