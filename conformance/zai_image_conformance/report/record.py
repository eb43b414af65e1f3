"""A verdict as data: what the JSON report holds, and what the page is made from."""

from __future__ import annotations

import platform
from base64 import b64encode
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from zai_image_api import document
from zai_image_conformance.model import SETTLED, Asked, AskedFor, Outcome, Picture, Profile, Question, Result, printable
from zai_image_conformance.report.summary import Finding, findings, shortage, summary
from zai_image_conformance.requirements import Cost, Level

if TYPE_CHECKING:
    from zai_image_conformance.model import Verdict

FORMAT = 1
"""Rises whenever a reader of the JSON report would have to change."""


@frozen
class Source:
    """A documentation page."""

    url: str
    fetched: str
    sha256: str


@frozen
class Revision:
    """Which promises the server was judged by."""

    title: str
    version: str
    sha256: str
    """Of the page's OpenAPI document."""
    pages: tuple[Source, ...]


@frozen
class Judgement:
    """One requirement, judged on one exchange."""

    result: Result
    model: str | None
    asked: str
    expected: str
    came: str
    again: str
    """A command line that asks the same again."""
    exchange: int | None
    """The number of the exchange; None where nothing was asked."""

    @property
    def settles(self) -> bool:
        """Whether the server was judged, one way or the other."""
        return self.result in SETTLED


@frozen
class JudgedRequirement:
    """What came of one requirement."""

    id: str
    title: str
    level: Level
    promised: str
    check: str
    result: Result
    """The worst of its outcomes."""
    reason: str
    """Why it was not judged; empty where it was."""
    short_of_budget: bool
    outcomes: tuple[Judgement, ...]


@frozen
class Request:
    """What was sent."""

    method: str
    authorization: str | None
    """But for the key."""
    content_type: str | None
    body: str


@frozen
class Response:
    """What came."""

    status: int
    media_type: str
    body: str
    """Its beginning."""
    complete: bool
    """Whether that is all of it."""


@frozen
class ShownPicture:
    """What stood behind the link of an answer."""

    width: int | None
    height: int | None
    media_type: str
    fault: str
    """Why there is no complete picture; empty where there is one."""
    thumbnail: str
    """A data: address of a small JPEG; empty where there is none."""


@frozen
class Exchanged:
    """One question and what came."""

    number: int
    asked: str
    model: str | None
    size: str | None
    """The size that was asked for."""
    promised_size: str | None
    """The size of the picture that a right server draws."""
    seconds: float
    request: Request
    response: Response | None
    """None where no answer came."""
    fault: str
    """Why no answer came; empty where one did."""
    picture: ShownPicture | None


@frozen
class Report:
    """A verdict, with everything that a report tells."""

    format: int
    url: str
    summary: str
    exit_code: int
    problem: str | None
    judged_at: str
    """UTC, in ISO 8601."""
    seconds: float
    revision: Revision
    versions: Mapping[str, str]
    """Of zai-image and Python."""
    profile: Profile
    models: tuple[str, ...]
    seed: int
    thorough: bool
    asked_for: AskedFor
    requests: int
    pictures: int
    budget: int | None
    full_verdict: Cost
    shortage: tuple[str, ...]
    """What was left unjudged for want of budget, in lines."""
    requirements: tuple[JudgedRequirement, ...]
    exchanges: tuple[Exchanged, ...] = field(repr=False)


def record(verdict: Verdict) -> Report:
    """The verdict with nothing in it that a terminal or a browser would obey."""
    numbers = {asked.question: number for number, asked in enumerate(verdict.asked, 1)}
    return Report(
        format=FORMAT,
        url=printable(verdict.url),
        summary=summary(verdict),
        exit_code=verdict.exit_code,
        problem=None if verdict.problem is None else printable(verdict.problem),
        judged_at=verdict.started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        seconds=round(verdict.seconds, 3),
        revision=Revision(
            document.TITLE,
            document.VERSION,
            document.DOCUMENT_SHA256,
            tuple(Source(*page) for page in document.PAGES),
        ),
        versions={"zai-image": version("zai-image"), "python": platform.python_version()},
        profile=verdict.profile,
        models=tuple(map(printable, verdict.models)),
        seed=verdict.seed,
        thorough=verdict.thorough,
        asked_for=evolve(
            verdict.asked_for,
            models=tuple(map(printable, verdict.asked_for.models)),
            requirements=tuple(map(printable, verdict.asked_for.requirements)),
        ),
        requests=verdict.requests,
        pictures=verdict.pictures,
        budget=verdict.budget,
        full_verdict=verdict.plan.cost,
        shortage=shortage(verdict),
        requirements=tuple(_requirement(finding, numbers) for finding in findings(verdict)),
        exchanges=tuple(_exchanged(number, asked) for number, asked in enumerate(verdict.asked, 1)),
    )


def _requirement(finding: Finding, numbers: Mapping[Question, int]) -> JudgedRequirement:
    requirement = finding.requirement
    return JudgedRequirement(
        id=requirement.id,
        title=requirement.title,
        level=requirement.level,
        promised=requirement.source,
        check=requirement.check,
        result=finding.result,
        reason=printable(finding.reason),
        short_of_budget=finding.short_of_budget,
        outcomes=tuple(_judgement(outcome, numbers) for outcome in finding.outcomes),
    )


def _judgement(outcome: Outcome, numbers: Mapping[Question, int]) -> Judgement:
    return Judgement(
        result=outcome.result,
        model=None if outcome.model is None else printable(outcome.model),
        asked=printable(outcome.name),
        expected=printable(outcome.expected),
        came=printable(outcome.came),
        again=outcome.curl,
        exchange=None if outcome.question is None else numbers.get(outcome.question),
    )


def _exchanged(number: int, asked: Asked) -> Exchanged:
    question = asked.question
    response = None
    if asked.status is not None:
        response = Response(asked.status, asked.media_type, asked.answer, asked.complete)
    return Exchanged(
        number=number,
        asked=printable(asked.name),
        model=None if asked.model is None else printable(asked.model),
        size=asked.size,
        promised_size=asked.promised,
        seconds=round(asked.seconds, 4),
        request=Request(
            method=question.method,
            authorization=asked.authorization,
            content_type="application/json" if question.content else None,
            body=printable(question.content),
        ),
        response=response,
        fault="" if response is not None else asked.answer,
        picture=None if asked.picture is None else _shown(asked.picture),
    )


def _shown(picture: Picture) -> ShownPicture:
    thumbnail = f"data:image/jpeg;base64,{b64encode(picture.thumbnail).decode()}" if picture.thumbnail else ""
    return ShownPicture(picture.width, picture.height, picture.media_type, picture.fault, thumbnail)
