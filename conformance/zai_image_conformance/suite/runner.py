"""Tests a server: sends the chosen test cases in their order and sums up what they show."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version

from attrs import evolve, frozen

from zai_image_conformance.model import Interrupted, Options, Outcome, Plan, ResultKind, Verdict
from zai_image_conformance.redaction import REDACTED
from zai_image_conformance.requirements import Profile, Requirement, catalogue
from zai_image_conformance.suite import cases as derivation
from zai_image_conformance.suite.run import Progress, Run
from zai_image_conformance.suite.session import Session, Stopped, Unreachable
from zai_image_conformance.suite.target import Target
from zai_image_conformance.suite.transport import Clock, Transport


@frozen
class Connection:
    """What a run is connected to the server with, where it is not real connections and the real clock."""

    transport: Transport | None = None
    clock: Clock | None = None


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
    concurrency: int = 4,
    local: bool = False,
    progress: Callable[[Progress], None] | None = None,
    connection: Connection | None = None,
) -> Verdict:
    """Judge a server by the documented requirements.

    Args:
        url: The part before `/paas/v4`, such as `https://api.z.ai/api`.
        api_key: The server's key; None sends none, and the requirements about keys are skipped.
        models: The models to test, each of which must be available; those that the page names where this is
            empty, without the ones that the server does not have.
        requirements: The ids to test; all of the catalogue where this is empty.
        profile: `strict` demands all that the schema states; `deployed` notes the known deviations of servers in use
            and does not count them as failures.
        budget: The most requests that may make an image, those that should have been refused included.
        seed: Generates the same test cases again; None takes the one of this version.
        thorough: Whether to generate ten times as many test cases, and to leave none out.
        concurrency: The most requests at the same time; fewer where the server limits the rate.
        local: Whether the server is an embedded one, started for this verdict alone: a report then says so.
        progress: Called whenever there is something new to tell, from any thread.
        connection: What to send with and to read the time from; real connections where it is left out.

    Returns:
        The verdict. It has a `problem` and the exit code 2 if the server cannot be reached, the key is refused, an
        id is unknown, the budget is below 1, or the suite fails.

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
        seed=default_seed() if seed is None else seed,
        thorough=thorough,
        concurrency=concurrency,
    )
    known = Verdict(
        target.url,
        seed=target.seed,
        profile=profile,
        budget=budget,
        models=target.models,
        thorough=thorough,
        options=Options(
            tuple(models), tuple(requirements), with_key=api_key is not None, local=local, concurrency=concurrency
        ),
    )
    problem = _unusable(target) or _senseless(target)
    if problem is not None:
        return evolve(known, url=_without_secrets(target), problem=problem)
    return _judged(target, known, progress, connection or Connection())


def _judged(
    target: Target, known: Verdict, progress: Callable[[Progress], None] | None, connection: Connection
) -> Verdict:
    """Send everything, and add the outcomes to what is known."""
    started = time.monotonic()
    run = Run(Session(target, connection.transport, connection.clock), progress)
    problem: str | None = None
    interrupted = False
    try:
        run.all()
    except (Unreachable, Stopped) as error:
        problem = str(error)
    except KeyboardInterrupt:
        interrupted, problem = True, "interrupted"
    except Exception as error:
        problem = f"the suite failed of itself: {type(error).__name__}: {error}"
    finally:
        run.session.close()
    outcomes = run.outcomes()
    tested = {outcome.requirement for outcome in outcomes}
    missing = [each for each in catalogue() if target.wants(each.id) and each.id not in tested and problem is None]
    verdict = evolve(
        known,
        outcomes=(*outcomes, *(_not_tested(requirement, target) for requirement in missing)),
        exchanges=run.exchanges(),
        problem=problem or _problem(outcomes),
        remarks=run.remarks(),
        requests=len(run.session.exchanges),
        images=run.session.images,
        plan=run.plan(),
        seconds=time.monotonic() - started,
    )
    if interrupted:
        raise Interrupted(verdict)
    return verdict


def plan(
    *,
    with_key: bool = True,
    models: Sequence[str] = (),
    requirements: Sequence[str] = (),
    profile: Profile = "documented",
    budget: int | None = None,
    seed: int | None = None,
    thorough: bool = False,
) -> Plan:
    """Tell what a full verdict would send, and send nothing.

    Args:
        with_key: Whether the requirements about keys would be tested.
        models: As for `judge`.
        requirements: As for `judge`.
        profile: As for `judge`.
        budget: As for `judge`; the plan is that of a full verdict all the same.
        seed: As for `judge`.
        thorough: As for `judge`.

    Returns:
        The requests in their order.

    Raises:
        ValueError: There is no such requirement, or the budget is under 1.
    """
    target = Target(
        "",
        api_key="any-key" if with_key else None,
        models=models,
        requirements=requirements,
        profile=profile,
        budget=budget,
        seed=default_seed() if seed is None else seed,
        thorough=thorough,
    )
    problem = _senseless(target)
    if problem is not None:
        raise ValueError(problem)
    return derivation.plan(target)


def default_seed() -> int:
    """The seed of this version: what is found in one run is found in all."""
    return zlib.crc32(version("zai-image").encode())


def _senseless(target: Target) -> str | None:
    """Why nothing can come of these arguments, before anything is sent."""
    unknown = sorted(requirement for requirement in target.requirements if requirement not in catalogue())
    if unknown:
        known = ", ".join(requirement.id for requirement in catalogue())
        return f"there is no requirement {', '.join(unknown)}; there are: {known}"
    if any("\ud800" <= character <= "\udfff" for model in target.named_models for character in model):
        return "the name of a model is not text that a request can hold"
    if target.affordable < 1:
        return (
            f"a budget of {target.budget} images is too small: any request, even one that should be refused, may be "
            "answered with an image; give at least 1"
        )
    if target.concurrency < 1:
        return f"{target.concurrency} requests at the same time are too few; give at least 1"
    return None


def _unusable(target: Target) -> str | None:
    """Why an address or a key is of no use."""
    if not re.match("https?://[^/?#]", target.url, re.IGNORECASE):
        return "the address must begin with http:// or https://, and name a host"
    if _CREDENTIALS.search(target.url):
        return "the address holds a user name, which would be sent in place of the key; leave it out"
    key = target.api_key
    if key is not None and len(key) >= _LEAST_OF_KEY and key in target.url:
        return "the address holds the key, which every report would show; give it with --api-key alone"
    if key is not None and not (key.isascii() and key.isprintable() and key and " " not in key):
        return "the key cannot be sent in a header; keys are printable ASCII without spaces"
    return None


def _without_secrets(target: Target) -> str:
    """A useless address without whatever in it may be a key."""
    url = re.sub("^.*@", "", target.url, flags=re.DOTALL)
    return url.replace(target.api_key, REDACTED) if target.api_key else url


_CREDENTIALS = re.compile(r"(?<=//)[^/?#]*@")
_LEAST_OF_KEY = 8
"""A shorter key stands in any address."""


def _problem(outcomes: Iterable[Outcome]) -> str | None:
    """What keeps a run that reached its end from being a verdict, if anything does."""
    return None if any(outcome.settles for outcome in outcomes) else "nothing was tested"


def _not_tested(requirement: Requirement, target: Target) -> Outcome:
    result: ResultKind = "skipped"
    if not requirement.tested:
        result, reason = "not tested", requirement.check
    elif target.api_key is None and requirement.id.startswith("AUTH-"):
        reason = "no key was given, so keys are not tested"
    else:
        reason = "no model that it is about was tested"
    return Outcome(
        requirement=requirement.id,
        result=result,
        model=None,
        name=requirement.title,
        sentence=requirement.source,
        actual=reason,
    )
