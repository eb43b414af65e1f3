"""Judges a server: runs the suite through pytest in this process and sums up what it found."""

from __future__ import annotations

import os
import re
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import evolve

from zai_image_conformance.model import AskedFor, Interrupted, Outcome, Plan, Profile, Result, Verdict
from zai_image_conformance.redaction import REDACTED
from zai_image_conformance.requirements import Requirement, catalogue
from zai_image_conformance.suite.pytest_plugin import Hearing
from zai_image_conformance.suite.target import Target

_SUITE = Path(__file__).parent
_ONE_AT_A_TIME = threading.Lock()
"""pytest reads the environment, which belongs to the whole process."""


def judge(
    url: str,
    *,
    api_key: str | None = None,
    models: Sequence[str] = (),
    requirements: Sequence[str] = (),
    profile: Profile = "documented",
    budget: int | None = None,
    seed: int | None = None,
    thorough: bool = False,
    local: bool = False,
) -> Verdict:
    """Judge a server by the documented promises.

    Args:
        url: The part before `/paas/v4`, such as `https://api.z.ai/api`.
        api_key: The server's key; None sends none, and what is said of keys is not judged.
        models: The models to order from, each of which must be offered; those that the page names where this is empty,
            without the ones that the server does not offer.
        requirements: The ids to judge; all of the catalogue where this is empty.
        profile: `deployed` notes the known deviations of servers in use and does not count them as failures.
        budget: The most requests that may make a picture, those that should have been refused included.
        seed: Draws the same questions again; None takes a new one.
        thorough: Whether to draw ten times as many questions.
        local: Whether the server is an embedded one, started for this verdict alone: a report then says so.

    Returns:
        The verdict. A server that cannot be reached, a refused key, an unknown id, a budget under 1 and a failure of
        the suite itself make a verdict with a `problem` and the exit code 2; they are not raised.

    Raises:
        Interrupted: The user broke it off.
    """
    target = Target(
        url,
        api_key=api_key,
        models=models,
        requirements=requirements,
        profile=profile,
        budget=budget,
        seed=new_seed() if seed is None else seed,
        thorough=thorough,
    )
    known = Verdict(
        target.url,
        seed=target.seed,
        profile=profile,
        budget=budget,
        models=target.models,
        thorough=thorough,
        asked_for=AskedFor(tuple(models), tuple(requirements), with_key=api_key is not None, local=local),
    )
    problem = _unusable(target) or _senseless(target)
    if problem is not None:
        return evolve(known, url=_without_secrets(target), problem=problem)
    hearing = Hearing(target)
    started = time.monotonic()
    exit_code = _run(hearing)
    if hearing.interrupted:
        hearing.problem = "interrupted"
    asked = {outcome.requirement for outcome in hearing.outcomes}
    unjudged = [
        _unjudged(requirement, target)
        for requirement in catalogue()
        if target.wants(requirement.id) and requirement.id not in asked and hearing.problem is None
    ]
    verdict = evolve(
        known,
        outcomes=(*hearing.outcomes, *unjudged),
        asked=hearing.asked,
        problem=hearing.problem or _problem(hearing.outcomes, exit_code),
        requests=hearing.requests,
        pictures=hearing.pictures,
        plan=hearing.plan,
        seconds=time.monotonic() - started,
    )
    if hearing.interrupted:
        raise Interrupted(verdict)
    return verdict


def plan(
    *,
    with_key: bool = True,
    models: Sequence[str] = (),
    requirements: Sequence[str] = (),
    budget: int | None = None,
    seed: int = 0,
    thorough: bool = False,
) -> Plan:
    """Tell what a full verdict would ask, and ask nothing.

    Args:
        with_key: Whether what is said of keys would be judged.
        models: As for `judge`.
        requirements: As for `judge`.
        budget: As for `judge`; the plan is that of a full verdict all the same.
        seed: As for `judge`.
        thorough: As for `judge`.

    Returns:
        The questions in their order.

    Raises:
        ValueError: There is no such requirement, or the budget is under 1.
        KeyboardInterrupt: The user broke it off.
    """
    target = Target(
        "",
        api_key="k" if with_key else None,
        models=models,
        requirements=requirements,
        budget=budget,
        seed=seed,
        thorough=thorough,
    )
    problem = _senseless(target)
    if problem is not None:
        raise ValueError(problem)
    hearing = Hearing(target)
    _run(hearing, "--collect-only")
    if hearing.interrupted:
        raise KeyboardInterrupt
    return hearing.plan


def new_seed() -> int:
    """A seed that nobody has used yet, short enough to be typed."""
    return secrets.randbelow(2**32)


def _run(hearing: Hearing, *more: str) -> int:
    with _ONE_AT_A_TIME, _undisturbed():
        return pytest.main([*_ARGUMENTS, *more], plugins=[hearing])


def _senseless(target: Target) -> str | None:
    """Why nothing can come of this question, before anything is asked."""
    unknown = sorted(requirement for requirement in target.requirements if requirement not in catalogue())
    if unknown:
        known = ", ".join(requirement.id for requirement in catalogue())
        return f"there is no requirement {', '.join(unknown)}; there are: {known}"
    if any("\ud800" <= character <= "\udfff" for model in target.named_models for character in model):
        return "the name of a model is not text that a request can hold"
    if target.affordable < 1:
        return (
            f"a budget of {target.budget} pictures is too small: any request, even one that should be refused, may be "
            "answered with a picture; give at least 1"
        )
    return None


def _unusable(target: Target) -> str | None:
    """Why an address is of no use."""
    if not re.match("https?://[^/?#]", target.url, re.IGNORECASE):
        return "the address must begin with http:// or https://, and name a host"
    if _CREDENTIALS.search(target.url):
        return "the address holds a user name, which would be sent in place of the key; leave it out"
    if target.api_key is not None and len(target.api_key) >= _LEAST_OF_KEY and target.api_key in target.url:
        return "the address holds the key, which every report would show; give it with --api-key alone"
    return None


def _without_secrets(target: Target) -> str:
    """A useless address without whatever in it may be a key."""
    url = re.sub("^.*@", "", target.url, flags=re.DOTALL)
    return url.replace(target.api_key, REDACTED) if target.api_key else url


_CREDENTIALS = re.compile(r"(?<=//)[^/?#]*@")
_LEAST_OF_KEY = 8
"""A shorter key stands in any address."""
_ARGUMENTS = [
    str(_SUITE),
    f"--config-file={_SUITE / 'pytest.ini'}",
    f"--rootdir={_SUITE}",
    f"--confcutdir={_SUITE}",
    "--import-mode=importlib",
    "--assert=plain",
    "--capture=no",
    *(f"-pno:{plugin}" for plugin in ("cacheprovider", "terminal", "faulthandler", "logging", "warnings")),
    # These collect garbage again and again at the end, which would be a quarter of a verdict's time.
    *(f"-pno:{plugin}" for plugin in ("unraisableexception", "threadexception")),
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
    if not any(outcome.settles for outcome in outcomes):
        return "nothing was judged"
    return None


def _unjudged(requirement: Requirement, target: Target) -> Outcome:
    result: Result = "skipped"
    if not requirement.judged:
        result, reason = "unjudged", requirement.check
    elif target.api_key is None and requirement.id.startswith("AUTH-"):
        reason = "no key was given, so nothing is said of keys"
    else:
        reason = "no model that it is about was judged"
    return Outcome(
        requirement=requirement.id,
        result=result,
        model=None,
        name=requirement.title,
        sentence=requirement.source,
        came=reason,
    )
