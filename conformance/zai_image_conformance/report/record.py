"""A verdict as data: what the JSON report holds, and what the page is made from."""

from __future__ import annotations

import platform
from base64 import b64encode
from collections.abc import Mapping
from importlib.metadata import version

from attrs import evolve, field, frozen

from zai_image_api import document
from zai_image_conformance.model import (
    SETTLED,
    LoggedExchange,
    LoggedImage,
    Options,
    Outcome,
    Request,
    ResultKind,
    Verdict,
    printable,
)
from zai_image_conformance.report.summary import Finding, findings, shortage, summary
from zai_image_conformance.requirements import Cost, Level, Profile

FORMAT = 2
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
class TestedCase:
    """What one test case showed of one requirement."""

    result: ResultKind
    model: str | None
    name: str
    """The test case in a few words."""
    expected: str
    actual: str
    curl: str
    """A command line that sends the request again; empty where the requirement is kept."""
    exchange: int | None
    """The number of the exchange; None where nothing was sent."""

    @property
    def settles(self) -> bool:
        """Whether the server was tested, one way or the other."""
        return self.result in SETTLED


@frozen
class TestedRequirement:
    """The result of one requirement."""

    id: str
    title: str
    level: Level
    source: str
    """The quoted sentence, or the place in the document."""
    check: str
    result: ResultKind
    """The worst of its outcomes."""
    reason: str
    """Why it was not tested; empty where it was."""
    short_of_budget: bool
    outcomes: tuple[TestedCase, ...]


@frozen
class SentRequest:
    """What was sent."""

    method: str
    authorization: str | None
    """But for the key."""
    content_type: str | None
    body: str


@frozen
class Response:
    """What the server did."""

    status: int
    media_type: str
    body: str
    """Its beginning."""
    complete: bool
    """Whether that is all of it."""


@frozen
class ShownImage:
    """What stood behind the link of an response."""

    width: int | None
    height: int | None
    media_type: str
    fault: str
    """Why there is no complete image; empty where there is one."""
    thumbnail: str
    """A data: address of a small JPEG; empty where there is none."""


@frozen
class Exchanged:
    """One request and its response."""

    number: int
    name: str
    model: str | None
    size: str | None
    """The size that was named."""
    expected_size: str | None
    """The size of the image that a right server makes."""
    seconds: float
    request: SentRequest
    response: Response | None
    """None where none came."""
    fault: str
    """Why none came; empty where one did."""
    image: ShownImage | None


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
    options: Options
    requests: int
    images: int
    budget: int | None
    full_verdict: Cost
    remarks: tuple[str, ...]
    """What else a person should know, in lines."""
    shortage: tuple[str, ...]
    """What was not tested for want of budget, in lines."""
    requirements: tuple[TestedRequirement, ...]
    exchanges: tuple[Exchanged, ...] = field(repr=False)


def record(verdict: Verdict) -> Report:
    """The verdict with nothing in it that a terminal or a browser would obey."""
    numbers = {exchange.request: number for number, exchange in enumerate(verdict.exchanges, 1)}
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
        options=evolve(
            verdict.options,
            models=tuple(map(printable, verdict.options.models)),
            requirements=tuple(map(printable, verdict.options.requirements)),
        ),
        requests=verdict.requests,
        images=verdict.images,
        budget=verdict.budget,
        full_verdict=verdict.plan.cost,
        remarks=tuple(map(printable, verdict.remarks)),
        shortage=shortage(verdict),
        requirements=tuple(_requirement(finding, numbers) for finding in findings(verdict)),
        exchanges=tuple(_exchanged(number, exchange) for number, exchange in enumerate(verdict.exchanges, 1)),
    )


def _requirement(finding: Finding, numbers: Mapping[Request, int]) -> TestedRequirement:
    requirement = finding.requirement
    return TestedRequirement(
        id=requirement.id,
        title=requirement.title,
        level=requirement.level,
        source=requirement.source,
        check=requirement.check,
        result=finding.result,
        reason=printable(finding.reason),
        short_of_budget=finding.short_of_budget,
        outcomes=tuple(_tested_case(outcome, numbers) for outcome in finding.outcomes),
    )


def _tested_case(outcome: Outcome, numbers: Mapping[Request, int]) -> TestedCase:
    return TestedCase(
        result=outcome.result,
        model=None if outcome.model is None else printable(outcome.model),
        name=printable(outcome.name),
        expected=printable(outcome.expected),
        actual=printable(outcome.actual),
        curl=outcome.curl,
        exchange=None if outcome.request is None else numbers.get(outcome.request),
    )


def _exchanged(number: int, exchange: LoggedExchange) -> Exchanged:
    request = exchange.request
    response = None
    if exchange.status is not None:
        response = Response(exchange.status, exchange.media_type, exchange.body, exchange.complete)
    return Exchanged(
        number=number,
        name=printable(exchange.name),
        model=None if exchange.model is None else printable(exchange.model),
        size=exchange.size,
        expected_size=exchange.expected_size,
        seconds=round(exchange.seconds, 4),
        request=SentRequest(
            method=request.method,
            authorization=exchange.authorization,
            content_type=request.media_type if request.content or request.method == "POST" else None,
            body=request.text,
        ),
        response=response,
        fault="" if response is not None else exchange.body,
        image=None if exchange.image is None else _shown(exchange.image),
    )


def _shown(image: LoggedImage) -> ShownImage:
    thumbnail = f"data:image/jpeg;base64,{b64encode(image.thumbnail).decode()}" if image.thumbnail else ""
    return ShownImage(image.width, image.height, image.media_type, image.fault, thumbnail)
