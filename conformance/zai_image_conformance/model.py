"""What all parts of the suite share: requests and exchanges, outcomes of test cases, and the verdict."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal, NoReturn, TypeAlias

from attrs import evolve, field, frozen

from zai_image_conformance.requirements import Cost, Profile, catalogue

Credential: TypeAlias = Literal[
    "key",
    "none",
    "wrong key",
    "longer key",
    "shorter key",
    "key in other letters",
    "no token",
    "bare key",
    "Basic",
    "Token",
]
"""What a request shows in the header Authorization."""

Moment: TypeAlias = Literal["once", "before any image", "after an image", "again", "probe", "isolated"]
"""When a request is sent, where the same request is sent more than once."""


@frozen
class Request:
    """One request, without the key."""

    method: str = "POST"
    content: bytes = b""
    """The body."""
    credential: Credential = "key"
    media_type: str = "application/json"
    """Sent where there is a body."""
    moment: Moment = "once"
    attempt: int = 1
    """Which time it is that the same is sent, where it failed before."""

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Request:
        """The request for an image with these fields."""
        text = json.dumps(fields, ensure_ascii=False)
        # What does not print is spelt out, so that a report shows what was sent.
        return cls(content=(text if text.isprintable() else json.dumps(fields)).encode())

    def at(self, moment: Moment) -> Request:
        """The same request at another moment."""
        return evolve(self, moment=moment)

    def shown_to(self, credential: Credential) -> Request:
        """The same request with another credential."""
        return evolve(self, credential=credential)

    @property
    def text(self) -> str:
        """The body as text for people."""
        return printable(self.content.decode("utf-8", "replace"))


@frozen
class Exchange:
    """A request and its response, or that none came."""

    request: Request
    status: int
    """0 where no response came."""
    media_type: str
    """Of the response, in lower case, without parameters."""
    content: bytes = field(repr=False)
    summary: str
    """The status and the beginning of the body on one line, without the key."""
    sent_at: float
    """Unix seconds."""
    came_at: float
    fault: str = ""
    """Why the body cannot be read as it is announced; empty where it can."""

    @property
    def answered(self) -> bool:
        """Whether a response came."""
        return self.status != 0

    @property
    def succeeded(self) -> bool:
        """Whether the response is a success by its status, the documented one or another."""
        return 200 <= self.status < 300

    @cached_property
    def document(self) -> Any:
        """The body as JSON (RFC 8259: in UTF-8, without NaN); `NOT_JSON` where it is none."""
        try:
            return NOT_JSON if self.fault else json.loads(self.content.decode("utf-8"), parse_constant=_no_such_number)
        except (ValueError, RecursionError):
            return NOT_JSON

    @property
    def fields(self) -> dict[str, Any]:
        """The members of the body; none where it is no JSON object."""
        document = self.document
        return document if isinstance(document, dict) else {}

    @property
    def image_url(self) -> str | None:
        """`data[0].url`, where the response has one."""
        data = self.fields.get("data")
        item = data[0] if isinstance(data, list) and data else None
        url = item.get("url") if isinstance(item, dict) else None
        return url if self.status == 200 and isinstance(url, str) else None


class _NotJson:
    """Stands for a body that is not JSON, where None is JSON's null."""


NOT_JSON = _NotJson()


def _no_such_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def printable(text: str, kept: str = "") -> str:
    """A stranger's text on one line, without control characters that a terminal would obey; `kept` stay."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() or character in kept else " " for character in text)


ResultKind: TypeAlias = Literal["pass", "fail", "deviation", "skipped", "not tested", "error"]
"""What may come of a test case or requirement.

- `pass`, `fail`: the server's.
- `deviation`: a difference that the profile knows and forgives.
- `skipped`: left out this time.
- `not tested`: what no verdict can tell.
- `error`: the suite's own, or a server that could not be reached.
"""

SETTLED: tuple[ResultKind, ...] = ("pass", "deviation", "fail")
"""The results of a server that was tested, from best to worst."""
FOR_WANT_OF_BUDGET = "for want of budget"
"""How the reason of an outcome ends that was skipped to spend no more than `--budget`."""


@frozen
class Outcome:
    """What one test case showed of one requirement."""

    requirement: str
    """The id in the catalogue."""
    result: ResultKind
    model: str | None
    """The model that was named; None where the test case names none."""
    name: str
    """The test case in a few words, such as `2048x2048`."""
    sentence: str
    """The words of the page, or the place in its document, that state it."""
    expected: str = ""
    actual: str = ""
    """What the server did instead, or why the test case was skipped."""
    curl: str = ""
    """A command line that sends the request again; the key is `$ZAI_API_KEY`."""
    request: Request | None = field(default=None, repr=False)
    """What was sent; None where nothing was."""

    @property
    def settles(self) -> bool:
        """Whether the server was tested, one way or the other."""
        return self.result in SETTLED


@frozen
class LoggedImage:
    """What stood behind the URL of a response."""

    width: int | None
    """In pixels; None where there was no complete image."""
    height: int | None
    media_type: str
    """What it was announced as."""
    fault: str
    """Why there was no complete image; empty where there was."""
    thumbnail: bytes = field(repr=False)
    """A small JPEG; empty where none could be made."""


@frozen
class LoggedExchange:
    """One exchange with the server, fit for a report: short, without the key and without control characters."""

    request: Request
    authorization: str | None
    """The header as it was sent, but for the key."""
    model: str | None
    name: str
    """The test case in a few words."""
    size: str | None
    """The size that was named; None where none was."""
    expected_size: str | None
    """The size of the image that a right server makes; None where it makes none."""
    status: int | None
    """None where no response came."""
    media_type: str
    body: str = field(repr=False)
    """Its beginning, or why no response came."""
    complete: bool
    """Whether that is all of it."""
    seconds: float = field(eq=False)
    """From sending to the end of the response."""
    image: LoggedImage | None
    """None where no URL was followed."""


@frozen
class Options:
    """What a verdict was called with, beside what `Verdict` tells of it."""

    models: tuple[str, ...] = ()
    """Those that were named; empty for all that the server has."""
    requirements: tuple[str, ...] = ()
    """Those that were named; empty for all."""
    with_key: bool = True
    local: bool = False
    """Whether it is the embedded server, started for this verdict alone."""
    concurrency: int = 4
    """The most requests at the same time."""


@frozen
class PlannedRequest:
    """One request, with everything that its response settles."""

    name: str
    """A few words, such as `2048x2048`."""
    model: str | None
    paid: bool
    """Whether a right server makes an image."""
    requirements: tuple[str, ...]
    """Ids in the catalogue."""


@frozen
class Plan:
    """Every request of a full verdict, in order."""

    requests: tuple[PlannedRequest, ...] = ()

    @property
    def cost(self) -> Cost:
        """Requests of a full verdict on a right server."""
        images = sum(request.paid for request in self.requests)
        return Cost(images=images, free=len(self.requests) - images)

    def within(self, budget: int | None) -> tuple[PlannedRequest, ...]:
        """The requests that a right server gets under a budget."""
        paid = [request for request in self.requests if request.paid]
        beyond = set() if budget is None else {id(request) for request in paid[budget:]}
        return tuple(request for request in self.requests if id(request) not in beyond)


class Interrupted(KeyboardInterrupt):
    """The user broke a verdict off.

    Attributes:
        verdict: What was found out until then; its `problem` says that it is none.
    """

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__()


@frozen
class Verdict:
    """What the suite found out about a server."""

    url: str
    outcomes: tuple[Outcome, ...] = ()
    """Of every test case in the order of the requests, then of the requirements that were not tested."""
    exchanges: tuple[LoggedExchange, ...] = ()
    """Every exchange with the server, in order."""
    problem: str | None = None
    """Why the server could not be tested, or not to the end; None where it was."""
    remarks: tuple[str, ...] = ()
    """What else a person should know, such as that the server dropped requests, in lines."""
    requests: int = 0
    """Requests sent to the endpoint."""
    images: int = 0
    """Requests that a paid server may have charged for: those answered with a success, or not at all."""
    plan: Plan = field(factory=Plan)
    """What a full verdict sends."""
    seed: int = 0
    """Generates the same test cases again."""
    profile: Profile = "documented"
    budget: int | None = None
    """The most images that were allowed; None for no limit."""
    models: tuple[str, ...] = ()
    """The models that images were requested from."""
    thorough: bool = False
    """Whether ten times as many test cases were generated, and all of them chosen."""
    options: Options = field(factory=Options)
    """What the verdict was called with."""
    started: datetime = field(factory=lambda: datetime.now(UTC), eq=False)
    seconds: float = field(default=0.0, eq=False)
    """How long it took."""

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The outcomes that are the server's failures."""
        return tuple(outcome for outcome in self.outcomes if outcome.result == "fail")

    @property
    def conforms(self) -> bool:
        """Whether every requirement that must be kept, and was tested, is kept."""
        return not any(catalogue()[outcome.requirement].level == "MUST" for outcome in self.failures)

    @property
    def exit_code(self) -> int:
        """0: conforms. 1: does not. 2: usage or connection error."""
        return 2 if self.problem is not None else int(not self.conforms)
