"""What a right server turns away, and how it says so."""

from __future__ import annotations

from zai_image_conformance.suite import checks
from zai_image_conformance.suite.bindings import judges, refusal
from zai_image_conformance.suite.cases import Case, every_refusal, refusals
from zai_image_conformance.suite.session import Asker


@judges(every_refusal)
def test_a_wrong_request_is_refused(asker: Asker, case: Case) -> None:
    """No picture is made for a request that breaks a promise."""
    checks.refused(asker.ask(case.question))


@judges(every_refusal, "ERROR-STATUS")
def test_a_refusal_has_a_4xx_status(asker: Asker, case: Case) -> None:
    """The fault is the caller's, and the status says so."""
    checks.refused_as_the_callers_fault(refusal(asker, case))


@judges(refusals, "ERROR-BODY")
def test_a_refusal_has_the_documented_body(asker: Asker, case: Case) -> None:
    """A code and a message, whatever they are."""
    checks.documented_error(refusal(asker, case))


@judges(refusals, "ERROR-MEDIA-TYPE")
def test_a_refusal_is_sent_as_json(asker: Asker, case: Case) -> None:
    """The Content-Type is the documented one."""
    checks.sent_as_json(refusal(asker, case))
