"""One run of the suite: which test cases are sent when, and their outcomes so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from attrs import evolve, frozen

from zai_image_conformance.model import LoggedExchange, Outcome, Plan, Request
from zai_image_conformance.suite import cases as derivation
from zai_image_conformance.suite.case import Case
from zai_image_conformance.suite.cases import Cases
from zai_image_conformance.suite.evaluation import Evaluation, models_not_available
from zai_image_conformance.suite.exchange_log import exchange_log
from zai_image_conformance.suite.images import Viewer
from zai_image_conformance.suite.isolation import isolate
from zai_image_conformance.suite.session import BudgetSpent, Session, Unreachable
from zai_image_conformance.suite.values import body

_APART = 1.25
"""Seconds after the first image in which the last ones are requested, so that times in whole seconds differ."""
_LATER = 2.05
"""Seconds after the first image in which its URL is looked at again."""
_COLD = 3
"""Times that the very first request is sent where the server fails of itself."""
_PROBE = Case("MODEL-REQUIRED", "an empty object", Request(content=b"{}", moment="probe"))
"""Sent before anything else."""
_NOT_HERE = (404, 405, 410, 501)
"""What a server says where there is nothing of the kind."""


@frozen
class Progress:
    """How far a run has come."""

    sent: int
    """Requests."""
    planned: int
    """Requests of a full verdict, as far as they are known."""
    images: int
    """Requests that a paid server may have charged for."""
    broken: int
    """Requirements that are broken so far."""


class Run:
    """Sends all test cases of a target.

    Args:
        session: What sends them.
        progress: Called whenever there is something new to tell, from any thread.
    """

    def __init__(self, session: Session, progress: Callable[[Progress], None] | None = None) -> None:
        self.session = session
        self._target = session.target
        self._viewer = Viewer(session)
        self._evaluation = Evaluation(session, self._viewer)
        self._progress = progress
        self._broken: set[str] = set()
        self._cases: Cases | None = None
        self._unaffordable: dict[Request, Case] = {}
        self._isolated: list[Case] = []
        self._cold = ""

    def all(self) -> None:
        """Send everything.

        Raises:
            Unreachable: The server cannot be tested.
        """
        self._make_sure_of_address_and_key()
        cases = self._chosen = derivation.choose(self._target)
        self._cases = cases
        # As many are kept for the end as are sent at the same time, so that none waits for it alone.
        kept = max(1, self._target.concurrency - len(cases.again))
        images, late = cases.images[:-kept], cases.images[-kept:]
        self._send(cases.before)
        if self._target.budget is None:
            self._send([*cases.first, *images])
            self._send(self._after())
            self._send(cases.refusals)
        else:
            # What costs nothing is sent first, and one image stays for what is tried after it.
            self._send(cases.refusals)
            self._send(cases.first[: max(1, self._target.budget - 1)])
            self._send(self._after())
            self._send(images)
        self._wait("ANSWER-CREATED", _APART)
        self._send([*late, *cases.again])
        first = [url for case in cases.first if (url := self._url(case)) is not None]
        self._look_again(url for each in (*cases.images, *cases.again) if (url := self._url(each)) not in first)
        self._wait("LINK-LIFE", _LATER)
        self._look_again(first)
        self._isolated = isolate([case for case in cases if case.paid], self.session, self._evaluation)

    def _after(self) -> Sequence[Case]:
        """What is tried after an image, where there is one."""
        cases = self._chosen
        return cases.after if any(self._status(case) == 200 for case in cases.first) else ()

    def _send(self, cases: Sequence[Case]) -> None:
        self.session.each(cases, self._test, lambda case: case.request)

    def _test(self, case: Case) -> None:
        try:
            exchange = self.session.send(case.request)
            if case in self._chosen.first and (not exchange.answered or exchange.status >= 500):
                # The first failure of a cold server is no word on what happened to be sent first.
                warm = self.session.send(evolve(case.request, attempt=2))
                if warm.status == 200:
                    self._evaluation.instead[case.request] = exchange = warm
                    self._cold = "the first request for an image failed, and succeeded when it was sent again"
        except BudgetSpent:
            self._unaffordable[case.request] = case
            return
        if case.paid and exchange.image_url is not None:
            self._viewer.view(exchange.image_url)
        self._tell(case)

    def _tell(self, case: Case) -> None:
        if self._progress is None:
            return
        self._broken |= {each.requirement for each in self._evaluation.outcomes(case) if each.result == "fail"}
        planned = 1 + sum(1 for _ in self._chosen)
        self._progress(Progress(len(self.session.exchanges), planned, self.session.images, len(self._broken)))

    def _wait(self, requirement: str, seconds: float) -> None:
        """Wait until so much time has passed since the first image, where a requirement asks for it."""
        answered = [exchange for exchange in self.session.exchanges if exchange.image_url is not None]
        if answered and self._target.wants(requirement):
            left = seconds - (self.session.clock.now() - min(exchange.came_at for exchange in answered))
            if left > 0:
                self.session.clock.sleep(left)

    def _look_again(self, urls: Iterable[str | None]) -> None:
        if not self._target.wants("LINK-LIFE"):
            return
        complete = [url for url in urls if url and (view := self._viewer.recall(url)) and view.sides is not None]

        def look(url: str) -> None:
            self._viewer.view(url, later=True)

        self.session.each(dict.fromkeys(complete), look, lambda url: None)

    def _url(self, case: Case) -> str | None:
        exchange = self._evaluation.exchange_of(case.request)
        return None if exchange is None else exchange.image_url

    def _status(self, case: Case) -> int:
        exchange = self._evaluation.exchange_of(case.request)
        return 0 if exchange is None else exchange.status

    def _make_sure_of_address_and_key(self) -> None:
        """Send what is refused whatever the key; where it is for the key or the address, nothing else can be tested.

        Without this a wrong key would look like a server that rightly refuses every wrong request.
        """
        for attempt in range(1, _COLD + 1):
            exchange = self.session.send(evolve(_PROBE.request, attempt=attempt))
            if exchange.answered and exchange.status < 500:
                break
            self.session.clock.sleep(0.5)
        self._evaluation.instead[_PROBE.request] = exchange
        if exchange.status == 401:
            if self._target.api_key is not None:
                raise Unreachable(f"the key was refused: {exchange.summary}")
            advice = "set ZAI_API_KEY, or pass --api-key (to pytest: --zai-api-key)"
            raise Unreachable(f"the server wants a key: {exchange.summary}; {advice}")
        if 300 <= exchange.status < 400:
            raise Unreachable(f"the server redirects: {exchange.summary}; give the address that it leads to")
        if exchange.status in _NOT_HERE:
            plain = Request.of(body(self._target.models[0])).at("probe")
            answer = self.session.send(plain)
            if answer.status == exchange.status and (answer.media_type != "application/json" or answer.status == 404):
                raise Unreachable(
                    f"there is no image endpoint at {self._target.endpoint}: {answer.summary}; "
                    "give the part of its address before /paas/v4"
                )

    def outcomes(self) -> list[Outcome]:
        """The outcome of every test case so far."""
        cases = [_PROBE, *self._cases] if self._cases is not None else []
        found = [outcome for case in cases for outcome in self._evaluation.outcomes(case)]
        found += [outcome for case in self._unaffordable.values() for outcome in self._evaluation.unaffordable(case)]
        found += self._evaluation.of_rate_limits()
        found += self._evaluation.of_creation_times({case.request: case for case in cases})
        missing = models_not_available(cases, self._evaluation, bool(self._target.named_models), self._target.models)
        return [_without(outcome, missing) for outcome in found]

    def exchanges(self) -> tuple[LoggedExchange, ...]:
        """Every exchange so far, fit for a report."""
        about = {
            evolve(case.request, attempt=attempt): case
            for case in (_PROBE, *self._isolated, *(self._cases or ()))
            for attempt in range(1, _COLD + 1)
        }
        return exchange_log(about, self.session, self._viewer)

    def plan(self) -> Plan:
        """What a full verdict sends; nothing where it did not come to that."""
        return Plan() if self._cases is None else derivation.plan(self._target)

    def remarks(self) -> tuple[str, ...]:
        """What else a person should know, in lines."""
        exchanges = self.session.exchanges
        dropped = sum(not exchange.answered for exchange in exchanges)
        return (
            *([self._cold] if self._cold else []),
            *([f"the server gave no response to {dropped} of {len(exchanges)} requests"] if dropped else []),
            *(["the server limited the rate (429); requests were sent more slowly"] if self.session.limited else []),
        )


def _without(outcome: Outcome, missing: dict[str, str]) -> Outcome:
    """Nothing is said on the requests of models that are not available."""
    refused = missing.get(outcome.model or "")
    if refused is None or not outcome.settles:
        return outcome
    return evolve(outcome, result="skipped", expected="", actual=f"{outcome.model} is not available: {refused}")
