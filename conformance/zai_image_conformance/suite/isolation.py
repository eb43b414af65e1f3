"""Finds which part of a right request made the server refuse it, by sending the parts alone."""

from __future__ import annotations

from collections.abc import Iterable

from zai_image_conformance.model import Exchange
from zai_image_conformance.sizes import limits_for
from zai_image_conformance.suite.case import Case, Feature, image_case
from zai_image_conformance.suite.evaluation import Blame, Evaluation
from zai_image_conformance.suite.session import BudgetSpent, Session

_WITHOUT_IT = "the same request is refused without it, too"


def isolate(cases: Iterable[Case], session: Session, evaluation: Evaluation) -> list[Case]:
    """Blame the size or what a request had beside, for each request that was refused though it is right.

    What was accepted in another request of the model is not suspected; a part is sent alone only where several are.

    Args:
        cases: The requests for images that were sent.
        session: What sends the parts.
        evaluation: Where the blame is kept.

    Returns:
        The test cases that were sent for it.
    """
    cases = [case for case in cases if evaluation.exchange_of(case.request) is not None]
    accepted = [case for case in cases if _status(case, evaluation) == 200]
    known = {(case.model, feature.name) for case in accepted for feature in case.features}
    sent: list[Case] = []
    blamed: dict[tuple[str | None, str], Exchange | None] = {}
    for case in cases:
        # What was accepted before is not refused for any of its parts.
        if _status(case, evaluation) != 200 and case.features and case.request.moment != "again":
            evaluation.blame[case.request] = _blame(case, known, blamed, session, sent)
    return sent


def _status(case: Case, evaluation: Evaluation) -> int:
    exchange = evaluation.exchange_of(case.request)
    return 0 if exchange is None else exchange.status


def _blame(
    case: Case,
    known: set[tuple[str | None, str]],
    blamed: dict[tuple[str | None, str], Exchange | None],
    session: Session,
    sent: list[Case],
) -> Blame:
    blame = Blame()
    assert case.model is not None
    assert case.sides is not None
    named = b'"size"' in case.request.content
    plain = image_case(case.requirement, case.name, case.model, case.sides, size=named)
    exchange = _send(plain, session, sent)
    suspects = [feature for feature in case.features if (case.model, feature.name) not in known]
    if exchange is None or exchange.status != 200:
        # Without an image to spare, it is at least certain that a right request was refused.
        blame.by_requirement[case.requirement] = ("fail", exchange or session.recall(case.request), "")
        for feature in suspects:
            if feature.requirement != case.requirement:
                blame.by_requirement.setdefault(feature.requirement, ("skipped", None, _WITHOUT_IT))
        return blame
    blame.by_requirement[case.requirement] = ("pass", exchange, "")
    found = False
    for feature in suspects:
        key = (case.model, feature.name)
        if key not in blamed:
            refused = session.recall(case.request) if len(suspects) == 1 else _alone(feature, case.model, session, sent)
            blamed[key] = refused if refused is None or refused.status != 200 else None
        if (shown := blamed[key]) is not None:
            blame.by_requirement[feature.requirement] = ("fail", shown, "")
            found = True
    if not found:
        # Each is accepted alone: it is the combination.
        feature = (suspects or list(case.features))[0]
        blame.by_requirement[feature.requirement] = ("fail", session.recall(case.request), "")
    return blame


def _alone(feature: Feature, model: str, session: Session, sent: list[Case]) -> Exchange | None:
    default = limits_for(model).default
    return _send(image_case(feature.requirement, feature.name, model, default, feature), session, sent)


def _send(case: Case, session: Session, sent: list[Case]) -> Exchange | None:
    """The exchange of a test case; None where no image is left for it."""
    try:
        exchange = session.send(case.request)
    except BudgetSpent:
        return None
    sent.append(case)
    return exchange
