"""How a test of the suite is written: bound to cases by `judges`, with what has nothing to judge skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NoReturn, TypeVar

import pytest
from attrs import evolve, frozen

from zai_image_conformance.model import Exchange
from zai_image_conformance.suite.cases import Case, Cases
from zai_image_conformance.suite.session import Asker
from zai_image_conformance.suite.target import Target

Test = TypeVar("Test", bound=Callable[..., None])

_BINDING = "zai_image_binding"


@frozen
class Binding:
    """What a test of the suite is run on, and what its outcomes count for."""

    cases: Cases
    """A function of `zai_image_conformance.suite.cases`; the test runs once for each, as `case`."""
    requirement: str | None
    """The id that every outcome counts for; None for the case's own."""

    def bound(self, target: Target) -> Iterator[Case]:
        """The cases for a target, each with the requirement that its outcome counts for."""
        for case in self.cases(target):
            yield case if self.requirement is None else evolve(case, requirement=self.requirement)


def judges(cases: Cases, requirement: str | None = None) -> Callable[[Test], Test]:
    """Bind a test to the cases it is run on; the arguments are those of `Binding`."""

    def bind(test: Test) -> Test:
        setattr(test, _BINDING, Binding(cases, requirement))
        return test

    return bind


def binding_of(test: object) -> Binding | None:
    """What `judges` bound a test to; None for any other object."""
    return getattr(test, _BINDING, None)


def refusal(asker: Asker, case: Case) -> Exchange:
    """The refusal that a case got; the test is skipped where the server refused nothing."""
    exchange = asker.ask(case.question)
    if not exchange.answered:
        _nothing_to_judge("it was not answered")
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
