"""The pytest plugin that puts the suite to one target and writes down what became of each question."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from attrs import evolve

from zai_image_conformance.model import FOR_WANT_OF_BUDGET, Asked, Outcome, Plan, Question, Result, curl
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.suite import planning
from zai_image_conformance.suite.availability import models_not_offered
from zai_image_conformance.suite.bindings import binding_of
from zai_image_conformance.suite.cases import Case
from zai_image_conformance.suite.checks import Broken
from zai_image_conformance.suite.exchange_log import minutes
from zai_image_conformance.suite.images import Viewer
from zai_image_conformance.suite.session import Asker, BudgetSpent, Unasked
from zai_image_conformance.suite.target import Target


class Hearing:
    """One run of the suite.

    Args:
        target: The server, and what to judge it by.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.outcomes: list[Outcome] = []
        self.problem: str | None = None
        """Why the server could not be asked, or the suite failed of itself; None where neither was so."""
        self.interrupted = False
        """Whether the user broke it off."""
        self.requests = 0
        """Questions asked."""
        self.pictures = 0
        """Requests that a paid server may have charged for."""
        self.asked: tuple[Asked, ...] = ()
        """Every exchange, once the last question was asked."""
        self.viewer: Viewer | None = None
        """Looks behind the links, while there are connections."""
        self._cases: list[Case] = []

    @property
    def plan(self) -> Plan:
        """What a full verdict asks; known once pytest has collected the tests."""
        return planning.plan(self._cases)

    @classmethod
    def of(cls, config: pytest.Config) -> Hearing | None:
        """The hearing that a run of pytest holds; None where it holds none yet."""
        return next((plugin for plugin in config.pluginmanager.get_plugins() if isinstance(plugin, cls)), None)

    @contextmanager
    def asking(self) -> Iterator[Asker]:
        """Hold the connections to the target, once it is sure that the key is good for something."""
        asker = Asker(self.target)
        self.viewer = Viewer(asker)
        try:
            _make_sure_of_the_key(asker)
            yield asker
        finally:
            self.requests, self.pictures = asker.requests, asker.pictures
            self.asked = minutes(self._cases, asker, self.viewer)
            self._leave_out(models_not_offered(self._cases, asker))
            asker.close()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Give each test of the suite its cases for this target."""
        binding = binding_of(metafunc.function)
        if binding is None:
            return
        wanted = [case for case in binding.bound(self.target) if self.target.wants(case.requirement)]
        ids = ["-".join(filter(None, (case.requirement, case.model, case.name))) for case in wanted]
        metafunc.parametrize("case", wanted, ids=ids)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Drop tests that are left without a case, and put the others in the order of the plan."""
        ours = [(item, case) for item in items if (case := _case_of(item)) is not None]
        others = [item for item in items if binding_of(getattr(item, "function", None)) is None]
        in_order = [ours[place] for place in planning.order([case for _, case in ours])]
        items[:] = [item for item, _ in in_order] + others
        self._cases = [case for _, case in in_order]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Fail without a traceback: the exchange says all there is to say, and making hundreds takes seconds."""
        try:
            yield
        except Broken as broken:
            if broken.deviation and self.target.profile == "deployed":
                raise pytest.skip.Exception(f"a known deviation: {broken}") from broken
            raise pytest.fail.Exception(str(broken), pytrace=False) from broken
        except BudgetSpent as spent:
            raise pytest.skip.Exception(FOR_WANT_OF_BUDGET) from spent

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Write down an outcome, and end the run where the server cannot be asked."""
        report = yield
        case = _case_of(item)
        if case is None or (report.when != "call" and report.passed):
            return report
        error = call.excinfo.value if call.excinfo is not None else None
        self.outcomes.append(self._outcome(case, report, error))
        if isinstance(error, Unasked):
            self.problem = str(error)
            item.session.shouldstop = self.problem
        return report

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A suite that cannot be collected is the suite's own failure."""
        if report.failed:
            self.problem = f"the suite failed of itself: {report.longreprtext}"

    def pytest_internalerror(self, excrepr: object) -> None:
        """So is an error inside pytest."""
        self.problem = f"the suite failed of itself: {excrepr}"

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Tell the user's Ctrl-C from the end of a run that this plugin asked for."""
        self.interrupted = excinfo.type is KeyboardInterrupt

    def _outcome(self, case: Case, report: pytest.TestReport, error: BaseException | None) -> Outcome:
        question = case.question
        expected = came = ""
        result: Result = "pass"
        if error is not None and isinstance(broken := error.__cause__, Broken):
            result = "deviation" if isinstance(error, pytest.skip.Exception) else "fail"
            expected, came, question = broken.expected, broken.came, broken.exchange.question
        elif isinstance(error, pytest.skip.Exception):
            result, came = "skipped", str(error)
        elif error is not None:
            result, came = "error", str(error) or type(error).__name__
        return Outcome(
            requirement=case.requirement,
            result=result,
            model=case.model,
            name=case.name,
            sentence=catalogue()[case.requirement].source,
            expected=expected,
            came=came,
            curl=curl(question if self.target.api_key is not None else question.shown_to("none"), self.target.endpoint),
            question=question,
        )

    def _leave_out(self, models: Mapping[str, str]) -> None:
        """Judge nothing on the orders of models that are not offered."""
        self.outcomes = [
            evolve(outcome, result="skipped", expected="", came=f"{outcome.model} is not offered: {refused}")
            if outcome.settles and (refused := models.get(outcome.model or "")) is not None
            else outcome
            for outcome in self.outcomes
        ]


def _make_sure_of_the_key(asker: Asker) -> None:
    """Ask something that is refused whatever the key; where it is for the key, nothing else can be judged.

    Without this a wrong key would look like a server that rightly refuses every wrong request.
    """
    key = asker.target.api_key
    if key is not None and not (key.isascii() and key.isprintable() and key and " " not in key):
        raise Unasked("the key cannot be sent in a header; keys are printable ASCII without spaces")
    exchange = asker.ask(Question(content="{}"))
    if exchange.status == 401:
        if key is not None:
            raise Unasked(f"the key was refused: {exchange.summary}")
        advice = "set ZAI_API_KEY, or pass --api-key (to pytest: --zai-api-key)"
        raise Unasked(f"the server wants a key: {exchange.summary}; {advice}")


def _case_of(item: pytest.Item) -> Case | None:
    parameters: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
    case = parameters.get("case")
    return case if isinstance(case, Case) else None
