"""How a test of the suite is written: bound to cases by `judges`, with what has nothing to judge skipped."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import pytest

from zai_image_conformance.suite.asking import Asker, Exchange
from zai_image_conformance.suite.cases import Case, Cases

MARKER = "judges"


def judges(cases: Cases, requirement: str | None = None) -> Callable[[Callable[..., None]], pytest.MarkDecorator]:
    """Run a test once for each case, as `case`.

    Args:
        cases: A function of `zai_image_conformance.suite.cases`.
        requirement: The id that every outcome counts for; the case's own where it is left out.
    """
    return getattr(pytest.mark, MARKER).with_args(cases, requirement)  # type: ignore[no-any-return]


def refusal(asker: Asker, case: Case) -> Exchange:
    """The refusal that a case got; the test is skipped where the server refused nothing."""
    exchange = asker.ask(case.question)
    if exchange.status < 400:
        _nothing_to_judge("it was not refused")
    return exchange


def answer(asker: Asker, case: Case) -> Exchange:
    """The answer that an order got; the test is skipped where it was refused."""
    exchange = asker.ask(case.question)
    if exchange.status != 200:
        _nothing_to_judge("it was refused")
    return exchange


def linked(asker: Asker, case: Case) -> tuple[Exchange, str]:
    """An answer and the link in it; the test is skipped where there is none."""
    exchange = answer(asker, case)
    if exchange.link is None:
        _nothing_to_judge("the answer has no link")
    return exchange, exchange.link


def _nothing_to_judge(reason: str) -> NoReturn:
    pytest.skip(reason)
