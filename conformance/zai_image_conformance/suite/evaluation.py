"""What each test case shows: outcomes by requirement, read off the exchanges of a session and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from attrs import define, evolve, field

from zai_image_conformance.model import FOR_WANT_OF_BUDGET, Exchange, Outcome, Request, ResultKind
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.suite import checks
from zai_image_conformance.suite.case import Case
from zai_image_conformance.suite.cases import is_default, settles
from zai_image_conformance.suite.checks import Wrong
from zai_image_conformance.suite.credentials import curl
from zai_image_conformance.suite.images import Viewer
from zai_image_conformance.suite.session import Session

_APART = 1.2
"""Seconds between two requests after which their times of creation, in whole seconds, cannot all be the same."""


@define
class Blame:
    """What became of a request that was refused though it is right, once its parts were sent alone."""

    by_requirement: dict[str, tuple[ResultKind, Exchange | None, str]] = field(factory=dict)
    """The result, the exchange that shows it, and the reason where nothing shows it."""


class Evaluation:
    """Reads the outcomes of a session.

    Args:
        session: What sent the requests.
        viewer: What looked behind the URLs.
    """

    def __init__(self, session: Session, viewer: Viewer) -> None:
        self._session = session
        self._viewer = viewer
        self._target = session.target
        self.blame: dict[Request, Blame] = {}
        """By the request that was refused."""
        self.instead: dict[Request, Exchange] = {}
        """What counts in place of the first exchange of a request, where a cold server failed."""

    def exchange_of(self, request: Request) -> Exchange | None:
        """What counts as the exchange of a request."""
        return self.instead.get(request) or self._session.recall(request)

    def outcomes(self, case: Case) -> list[Outcome]:
        """What a test case shows of each requirement that was asked for; nothing where it was not sent."""
        exchange = self.exchange_of(case.request)
        if exchange is None:
            return []
        found = self._of_an_image(case, exchange) if case.paid else self._of_a_refusal(case, exchange)
        return [outcome for outcome in found if self._target.wants(outcome.requirement)]

    def unaffordable(self, case: Case) -> list[Outcome]:
        """What a test case would have shown that was not sent for want of budget."""
        return [
            self._outcome(requirement, case, "skipped", None, reason=FOR_WANT_OF_BUDGET)
            for requirement in settles(case)
            if self._target.wants(requirement)
        ]

    def of_rate_limits(self) -> list[Outcome]:
        """What the first responses that said 429 show: they are error responses as well."""
        return [
            self._checked(requirement, Case("", "rate limit", exchange.request), exchange, check(exchange))
            for exchange in self._session.limited
            for requirement, check in checks.OF_A_REFUSAL.items()
            if self._target.wants(requirement)
        ]

    def of_creation_times(self, cases: Mapping[Request, Case]) -> list[Outcome]:
        """Whether requests at different times were created at different times."""
        answered = [
            exchange
            for exchange in self._session.exchanges
            if exchange.status == 200
            and exchange.request.moment == "once"
            and checks.integer(exchange.fields.get("created")) is not None
        ]
        if not answered or not self._target.wants("ANSWER-CREATED"):
            return []
        first = min(answered, key=lambda exchange: exchange.came_at)
        last = max(answered, key=lambda exchange: exchange.sent_at)
        apart = last.sent_at - first.came_at
        times = {checks.integer(exchange.fields.get("created")) for exchange in answered}
        case = cases.get(last.request)
        if apart < _APART or case is None or len(times) > 1:
            return []
        wrong = Wrong(f"another time than that of a request {apart:.1f} s earlier", last.summary)
        return [self._checked("ANSWER-CREATED", case, last, wrong)]

    def _of_a_refusal(self, case: Case, exchange: Exchange) -> Iterator[Outcome]:
        yield self._checked(case.requirement, case, exchange, checks.refused(exchange))
        if not exchange.answered or exchange.status < 400:
            return
        wrong = checks.refused_as_the_callers_fault(exchange, self._target.profile)
        yield self._checked("ERROR-STATUS", case, exchange, wrong)
        if case.forced_form:
            for requirement, check in checks.OF_A_REFUSAL.items():
                yield self._checked(requirement, case, exchange, check(exchange))
        if case.strict_document and case.forced_form:
            yield from self._by_schemathesis(case, exchange, ("ERROR-STATUS", "ERROR-BODY"))

    def _of_an_image(self, case: Case, exchange: Exchange) -> Iterator[Outcome]:
        again = case.request.moment == "again"
        first = self.exchange_of(case.request.at("once")) if again else None
        if first is not None and first.status != 200:
            # It shows nothing that the first time did not.
            return
        blame = self.blame.get(case.request)
        wrong = checks.accepted(exchange)
        named = {case.requirement: case.name}
        if not again:
            for feature in case.features:
                named.setdefault(feature.requirement, feature.name)
        for requirement, name in named.items():
            about = evolve(case, name=name)
            if blame is None:
                yield self._checked(requirement, about, exchange, wrong)
            elif requirement in blame.by_requirement:
                result, shown, reason = blame.by_requirement[requirement]
                if shown is None:
                    yield self._outcome(requirement, about, result, exchange, reason=reason)
                else:
                    yield self._checked(requirement, about, shown, checks.accepted(shown))
        if exchange.status == 200:
            for requirement, check in checks.of_an_answer().items():
                yield self._checked(requirement, case, exchange, check(exchange))
            yield from self._of_the_image(case, exchange)

    def _of_the_image(self, case: Case, exchange: Exchange) -> Iterator[Outcome]:
        url = exchange.image_url
        view = None if url is None else self._viewer.recall(url)
        if url is None or view is None or case.sides is None:
            return
        if view.limited:
            reason = f"the image's host limits the rate: {view.fault}"
            yield self._outcome("IMAGE-LINK", case, "skipped", exchange, reason=reason)
            return
        yield self._checked("IMAGE-LINK", case, exchange, checks.complete_image(view))
        if view.sides is None:
            return
        yield self._checked("IMAGE-TYPE", case, exchange, checks.announced_as_image(view))
        requirement = case.requirement if is_default(case) else "IMAGE-SIZE"
        yield self._checked(requirement, case, exchange, checks.of_size(view, case.sides))
        later = self._viewer.recall(url, later=True)
        if later is not None and not later.limited:
            seconds = self._session.clock.now() - exchange.came_at
            yield self._checked("LINK-LIFE", case, exchange, checks.still_there(view, later, seconds))

    def _by_schemathesis(self, case: Case, exchange: Exchange, requirements: tuple[str, ...]) -> Iterator[Outcome]:
        from zai_image_conformance.suite import schemathesis

        broken = schemathesis.broken_by(exchange)
        for requirement in requirements:
            if requirement in broken:
                nested = requirement == "ERROR-BODY" and checks.is_nested_error(exchange.document)
                expected = "what Schemathesis finds to follow the strict document"
                yield self._checked(requirement, case, exchange, Wrong(expected, exchange.summary, deviation=nested))

    def _checked(self, requirement: str, case: Case, exchange: Exchange, wrong: Wrong | None) -> Outcome:
        if wrong is None:
            return self._outcome(requirement, case, "pass", exchange)
        forgiven = wrong.deviation and self._target.profile == "deployed"
        result: ResultKind = "deviation" if forgiven else "fail"
        return self._outcome(requirement, case, result, exchange, expected=wrong.expected, reason=wrong.actual)

    def _outcome(
        self,
        requirement: str,
        case: Case,
        result: ResultKind,
        exchange: Exchange | None,
        *,
        expected: str = "",
        reason: str = "",
    ) -> Outcome:
        request = case.request if exchange is None else exchange.request
        return Outcome(
            requirement=requirement,
            result=result,
            model=case.model,
            name=case.name,
            # What the page no longer states is tried along with the rest, and left out of what is reported.
            sentence=catalogue()[requirement].source if requirement in catalogue() else "",
            expected=expected,
            actual=reason,
            curl=""
            if result == "pass"
            else curl(request, self._target.endpoint, with_key=self._target.api_key is not None),
            request=None if exchange is None else request,
        )


def models_not_available(
    cases: list[Case], evaluation: Evaluation, named: bool, models: tuple[str, ...]
) -> dict[str, str]:
    """Find the models that a server treats like one that does not exist, unless they were named to be tested.

    Args:
        cases: All test cases.
        evaluation: What tells the exchange of each.
        named: Whether the models were named.
        models: The models.

    Returns:
        By the model's name, how its requests were refused. Empty where no model is available: such a server makes no
        image.
    """
    if named:
        return {}
    exchanges_of: Callable[[list[Case]], list[Exchange]] = lambda group: [  # noqa: E731
        exchange for case in group if (exchange := evaluation.exchange_of(case.request)) is not None
    ]
    unknown = {_refusal(each) for each in exchanges_of([case for case in cases if case.requirement == "MODEL-KNOWN"])}
    missing = {}
    for model in models:
        exchanges = exchanges_of([case for case in cases if case.paid and case.model == model])
        if exchanges and all(_refusal(each) in unknown and each.status >= 400 for each in exchanges):
            missing[model] = exchanges[0].summary
    return missing if len(missing) < len(models) else {}


def _refusal(exchange: Exchange) -> tuple[int, str]:
    """The status and the code of an error response, wherever the server puts the code."""
    fields = exchange.fields
    error = fields.get("error")
    inner = error if isinstance(error, dict) else {}
    return exchange.status, repr(fields.get("code", inner.get("code", inner.get("type"))))
