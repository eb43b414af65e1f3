"""Judges a server: runs the suite through pytest in this process and sums up what it found."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import field, frozen

from zai_image_conformance.catalogue import Requirement, catalogue
from zai_image_conformance.outcomes import Outcome
from zai_image_conformance.suite.asking import printable
from zai_image_conformance.suite.hearing import Hearing
from zai_image_conformance.suite.target import Target

_SUITE = Path(__file__).parent / "suite"
_ONE_AT_A_TIME = threading.Lock()
"""pytest reads the environment, which belongs to the whole process."""


@frozen
class Verdict:
    """What the suite found out about a server."""

    url: str
    outcomes: tuple[Outcome, ...] = ()
    """Every question in the order it was asked, then the requirements that were not judged."""
    problem: str | None = None
    """Why the server could not be asked, or not to the end; None where it was."""
    requests: int = 0
    """Questions asked."""
    pictures: int = 0
    """Questions answered with a picture, each of which a paid server charges for."""
    seconds: float = field(default=0.0, eq=False)
    """How long it took."""

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The promises that were not kept."""
        return tuple(outcome for outcome in self.outcomes if outcome.result == "fail")

    @property
    def exit_code(self) -> int:
        """0: conforms. 1: does not. 2: the question could not be asked."""
        if self.problem is not None:
            return 2
        return int(any(catalogue()[outcome.requirement].level == "MUST" for outcome in self.failures))

    def text(self) -> str:
        """The report for a person, as plain text with a line break at its end."""
        return "\n".join([*self._failures_in_words(), *self._skipped_in_words(), self._summary(), ""])

    def _failures_in_words(self) -> Iterator[str]:
        for outcome in self.failures:
            requirement = catalogue()[outcome.requirement]
            yield f"FAIL {' '.join(filter(None, (outcome.requirement, outcome.model)))}: {requirement.title}"
            yield f"  asked     {outcome.name}"
            yield f"  expected  {outcome.expected}"
            yield f"  came      {outcome.came}"
            yield f"  promised  {outcome.sentence}"
            yield f"  again     {outcome.curl}"
            yield ""

    def _skipped_in_words(self) -> Iterator[str]:
        reasons = {(outcome.requirement, outcome.came) for outcome in self.outcomes if outcome.result == "skipped"}
        for requirement, reason in sorted(reasons):
            yield f"skipped {requirement}: {reason}"

    def _summary(self) -> str:
        if self.problem is not None:
            return f"could not judge {printable(self.url)}: {self.problem}"
        judged = {outcome.requirement for outcome in self.outcomes if outcome.result in ("pass", "fail")}
        broken = {outcome.requirement for outcome in self.failures}
        cost = f"{self.requests} requests, {self.pictures} pictures, {self.seconds:.1f} s"
        if not broken:
            return f"{self.url} conforms: all {len(judged)} judged requirements are kept ({cost})"
        word = "does not conform" if self.exit_code else "conforms, with remarks"
        return f"{self.url} {word}: {len(broken)} of {len(judged)} judged requirements are broken ({cost})"


def judge(
    url: str, *, api_key: str | None = None, models: Sequence[str] = (), requirements: Sequence[str] = ()
) -> Verdict:
    """Judge a server by the documented promises.

    Args:
        url: The part before `/paas/v4`, such as `https://api.z.ai/api`.
        api_key: The server's key; None sends none, and what is said of keys is not judged.
        models: The models to order from; all that the page names where this is empty.
        requirements: The ids to judge; all of the catalogue where this is empty.

    Returns:
        The verdict. A server that cannot be reached, a refused key, an unknown id and a failure of the suite
        itself make a verdict with a `problem` and the exit code 2; they are not raised.

    Raises:
        KeyboardInterrupt: The user broke it off.
    """
    unknown = [requirement for requirement in requirements if requirement not in catalogue()]
    if unknown:
        known = ", ".join(requirement.id for requirement in catalogue())
        return Verdict(url, problem=f"there is no requirement {', '.join(unknown)}; there are: {known}")
    target = Target(url, api_key=api_key, models=models, requirements=requirements)
    hearing = Hearing(target)
    started = time.monotonic()
    with _ONE_AT_A_TIME, _undisturbed():
        exit_code = pytest.main(_ARGUMENTS, plugins=[hearing])
    if hearing.interrupted:
        raise KeyboardInterrupt
    asked = {outcome.requirement for outcome in hearing.outcomes}
    unjudged = [
        _unjudged(requirement, target)
        for requirement in catalogue()
        if target.wants(requirement.id) and requirement.id not in asked and hearing.problem is None
    ]
    return Verdict(
        url=target.url,
        outcomes=(*hearing.outcomes, *unjudged),
        problem=hearing.problem or _problem(hearing.outcomes, exit_code),
        requests=hearing.requests,
        pictures=hearing.pictures,
        seconds=time.monotonic() - started,
    )


_ARGUMENTS = [
    str(_SUITE),
    f"--config-file={_SUITE / 'pytest.ini'}",
    f"--rootdir={_SUITE}",
    f"--confcutdir={_SUITE}",
    "--import-mode=importlib",
    "--assert=plain",
    "--capture=no",
    *(f"-pno:{plugin}" for plugin in ("cacheprovider", "terminal", "faulthandler", "logging", "warnings")),
]
_EXPECTED_CODES = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the caller's pytest settings and installed plugins out of the suite's run."""
    settings = {"PYTEST_ADDOPTS": None, "PYTEST_PLUGINS": None, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    before = {name: os.environ.get(name) for name in (*settings, "PYTEST_CURRENT_TEST")}
    _set_environment(settings)
    try:
        yield
    finally:
        _set_environment(before)


def _set_environment(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _problem(outcomes: Sequence[Outcome], exit_code: int) -> str | None:
    """What keeps a run that reached its end from being a verdict, if anything does."""
    errors = [outcome for outcome in outcomes if outcome.result == "error"]
    if errors:
        return f"the suite failed of itself at {errors[0].requirement}, {errors[0].name}: {errors[0].came}"
    if exit_code not in _EXPECTED_CODES:
        return f"the suite failed of itself: pytest ended with {exit_code!r}"
    if not any(outcome.result in ("pass", "fail") for outcome in outcomes):
        return "nothing was judged"
    return None


def _unjudged(requirement: Requirement, target: Target) -> Outcome:
    if not requirement.judged:
        reason = requirement.check
    elif target.api_key is None and requirement.id.startswith("AUTH-"):
        reason = "no key was given, so nothing is said of keys"
    else:
        reason = "no model that it is about was judged"
    return Outcome(
        requirement=requirement.id,
        result="skipped",
        model=None,
        name=requirement.title,
        sentence=requirement.source,
        came=reason,
    )
