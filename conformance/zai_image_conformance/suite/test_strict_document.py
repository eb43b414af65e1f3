"""What Schemathesis finds in the answers to the requests that it made up, by the strict document."""

from __future__ import annotations

from zai_image_conformance.suite import checks
from zai_image_conformance.suite.bindings import answer, judges, refusal
from zai_image_conformance.suite.cases import Case, made_up_orders, made_up_refusals
from zai_image_conformance.suite.session import Asker


@judges(made_up_refusals, "ERROR-STATUS")
def test_schemathesis_finds_no_breakdown(asker: Asker, case: Case) -> None:
    """Its check `not_a_server_error`."""
    checks.after_the_strict_document(refusal(asker, case), case.requirement)


@judges(made_up_refusals, "ERROR-BODY")
def test_schemathesis_finds_the_described_error(asker: Asker, case: Case) -> None:
    """Its check `response_schema_conformance`, as in each test below."""
    checks.after_the_strict_document(refusal(asker, case), case.requirement)


@judges(made_up_orders, "ANSWER-CREATED")
def test_schemathesis_finds_created(asker: Asker, case: Case) -> None:
    """An integer."""
    checks.after_the_strict_document(answer(asker, case), case.requirement)


@judges(made_up_orders, "ANSWER-COUNT")
def test_schemathesis_finds_one_picture(asker: Asker, case: Case) -> None:
    """An array of as many items as the page says."""
    checks.after_the_strict_document(answer(asker, case), case.requirement)


@judges(made_up_orders, "ANSWER-URL")
def test_schemathesis_finds_a_link(asker: Asker, case: Case) -> None:
    """As far as a pattern can say."""
    checks.after_the_strict_document(answer(asker, case), case.requirement)


@judges(made_up_orders, "FILTER-FORM")
def test_schemathesis_finds_roles_and_levels(asker: Asker, case: Case) -> None:
    """Where they are sent at all."""
    checks.after_the_strict_document(answer(asker, case), case.requirement)
