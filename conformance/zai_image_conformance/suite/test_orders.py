"""What a right server draws, and what its answer holds."""

from __future__ import annotations

import pytest

from zai_image_conformance.suite import checks
from zai_image_conformance.suite.bindings import answer, judges
from zai_image_conformance.suite.cases import Case, every_order, orders
from zai_image_conformance.suite.session import Asker


@judges(orders)
def test_a_right_request_is_accepted(asker: Asker, case: Case) -> None:
    """A picture is made for a request that keeps every promise.

    Where an order carries more than its size, it is asked again with the size alone before anything is held
    against the server, so that the right one of the two requirements is.
    """
    exchange = asker.ask(case.question)
    if exchange.status != 200 and case.plain is not None and case.rides:
        plain = asker.ask(case.plain)
        judged_on_size = case.name == str(case.sides)
        if judged_on_size:
            exchange = plain
        elif plain.status != 200:
            pytest.skip("the same order is refused without it, too")
    checks.accepted(exchange)


@judges(every_order, "ANSWER-MEDIA-TYPE")
def test_an_answer_is_sent_as_json(asker: Asker, case: Case) -> None:
    """The Content-Type is the documented one."""
    checks.sent_as_json(answer(asker, case))


@judges(every_order, "ANSWER-CREATED")
def test_created_is_about_now_in_seconds(asker: Asker, case: Case) -> None:
    """Neither milliseconds nor another time zone."""
    checks.created_about_now(answer(asker, case))


@judges(every_order, "ANSWER-COUNT")
def test_an_answer_holds_one_picture(asker: Asker, case: Case) -> None:
    """Neither none nor several."""
    checks.one_picture(answer(asker, case))


@judges(every_order, "ANSWER-URL")
def test_the_link_is_absolute(asker: Asker, case: Case) -> None:
    """It can be fetched without knowing where it came from."""
    checks.absolute_link(answer(asker, case))


@judges(every_order, "FILTER-FORM")
def test_content_filter_has_the_documented_form(asker: Asker, case: Case) -> None:
    """Where it is sent at all."""
    checks.content_filter_in_form(answer(asker, case))
