"""What all parts of the suite share: a request, its exchange, what came of a test case, and the verdict."""

from __future__ import annotations

import base64
import json
import shlex
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from attrs import evolve, field, frozen

from zai_image_conformance.requirements import Cost, catalogue

Profile: TypeAlias = Literal["documented", "deployed"]
"""`deployed` forgives the differences that the catalogue lists as `deviations`."""

Credential: TypeAlias = Literal["key", "none", "wrong key", "longer key", "no token", "basic"]
"""What a question shows in the header Authorization."""

_MADE_UP = "this-key-was-made-up"


@frozen
class Question:
    """One request, without the key."""

    method: str = "POST"
    content: str = ""
    """The body."""
    credential: Credential = "key"

    @classmethod
    def order(cls, fields: dict[str, Any]) -> Question:
        """The order of a picture with these fields."""
        text = json.dumps(fields, ensure_ascii=False)
        # What does not print is spelt out, so that a report shows what was sent.
        return cls(content=text if text.isprintable() else json.dumps(fields))

    def shown_to(self, credential: Credential) -> Question:
        """The same request with another credential."""
        return evolve(self, credential=credential)


@frozen
class Exchange:
    """A question and its answer, or that none came."""

    question: Question
    endpoint: str
    status: int
    """0 where the connection ended without an answer."""
    media_type: str
    """Of the answer, in lower case, without parameters."""
    text: str = field(repr=False)
    summary: str
    """The status and the beginning of the body on one line, without the key."""
    sent_at: float
    """Unix seconds."""
    came_at: float

    @property
    def answered(self) -> bool:
        """Whether an answer came."""
        return self.status != 0

    @property
    def succeeded(self) -> bool:
        """Whether the answer is a success by its status, the documented one or another."""
        return 200 <= self.status < 300

    @property
    def charged(self) -> bool:
        """Whether a paid server may have charged for it: it succeeded, or nobody knows what became of it."""
        return self.succeeded or (not self.answered and self.question.method == "POST")

    @property
    def document(self) -> Any:
        """The answer as JSON; `NOT_JSON` where it is none."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return NOT_JSON

    @property
    def link(self) -> str | None:
        """`data[0].url`, where the answer has one."""
        document = self.document
        data = document.get("data") if isinstance(document, dict) else None
        item = data[0] if isinstance(data, list) and data else None
        url = item.get("url") if isinstance(item, dict) else None
        return url if self.status == 200 and isinstance(url, str) else None

    @property
    def curl(self) -> str:
        """A command line that asks the same again; the key is read from the environment."""
        return curl(self.question, self.endpoint)


class _NotJson:
    """Stands for a body that is not JSON, where None is JSON's null."""


NOT_JSON = _NotJson()


def authorization(credential: Credential, api_key: str | None) -> str | None:
    """The value of the header Authorization; None where it is not sent."""
    if credential == "none" or api_key is None:
        return None
    basic = base64.b64encode(f"{api_key}:".encode()).decode()
    values = {
        "key": f"Bearer {api_key}",
        "wrong key": f"Bearer {_MADE_UP}",
        "longer key": f"Bearer {api_key}x",
        "no token": "Bearer",
        "basic": f"Basic {basic}",
    }
    return values[credential]


def curl(question: Question, endpoint: str) -> str:
    """The command line that asks a question; the key is read from the environment."""
    words = ["curl", "-sS", "-i", "-X", question.method, shlex.quote(endpoint)]
    if question.content:
        words += ["-H", "'Content-Type: application/json'"]
    shown = _CURL_AUTHORIZATION[question.credential]
    if shown is not None:
        words += [shown]
    if question.content:
        words += ["--data-binary", shlex.quote(question.content)]
    return printable(" ".join(words))


_CURL_AUTHORIZATION: dict[Credential, str | None] = {
    "key": '-H "Authorization: Bearer $ZAI_API_KEY"',
    "none": None,
    "wrong key": f"-H 'Authorization: Bearer {_MADE_UP}'",
    "longer key": '-H "Authorization: Bearer ${ZAI_API_KEY}x"',
    "no token": "-H 'Authorization: Bearer'",
    "basic": '-u "$ZAI_API_KEY:"',
}


def printable(text: str, kept: str = "") -> str:
    """A stranger's text on one line, without control characters that a terminal would obey; `kept` stay."""
    return "".join(character if character.isprintable() or character in kept else " " for character in text)


Result: TypeAlias = Literal["pass", "fail", "deviation", "skipped", "unjudged", "error"]
"""`fail` is the server's; `deviation` is a difference that the profile knows and forgives; `skipped` was left out this
time; `unjudged` is what no verdict can judge; `error` is the suite's own, or a server that could not be asked."""

SETTLED: tuple[Result, ...] = ("pass", "deviation", "fail")
"""The results of a server that was judged, from best to worst."""
FOR_WANT_OF_BUDGET = "for want of budget"
"""How the reason of an outcome ends that was skipped to spend no more than `--budget`."""


@frozen
class Outcome:
    """One requirement, judged on one exchange."""

    requirement: str
    """The id in the catalogue."""
    result: Result
    model: str | None
    """The model that was asked for; None where the question names none."""
    name: str
    """What was asked, in a few words, such as `2048x2048`."""
    sentence: str
    """The words of the page, or the place in its document, that promise it."""
    expected: str = ""
    came: str = ""
    """What the server did instead, or why the question was skipped or failed to be asked."""
    curl: str = ""
    """A command line that asks again; the key is `$ZAI_API_KEY`."""
    question: Question | None = field(default=None, repr=False)
    """What was asked; None where nothing was."""

    @property
    def settles(self) -> bool:
        """Whether the server was judged, one way or the other."""
        return self.result in SETTLED


@frozen
class Picture:
    """What stood behind the link of an answer."""

    width: int | None
    """In pixels; None where there was no complete picture."""
    height: int | None
    media_type: str
    """What it was announced as."""
    fault: str
    """Why there was no complete picture; empty where there was."""
    thumbnail: bytes = field(repr=False)
    """A small JPEG; empty where none could be made."""


@frozen
class Asked:
    """One exchange with the server, fit for a report: short, without the key and without control characters."""

    question: Question
    authorization: str | None
    """The header as it was sent, but for the key."""
    model: str | None
    name: str
    """What was asked, in a few words."""
    size: str | None
    """The size that was asked for; None where none was."""
    promised: str | None
    """The size of the picture that a right server draws; None where it draws none."""
    status: int | None
    """None where no answer came."""
    media_type: str
    answer: str = field(repr=False)
    """The beginning of the body, or why no answer came."""
    complete: bool
    """Whether that is all of it."""
    seconds: float = field(eq=False)
    """From asking to the end of the answer."""
    picture: Picture | None
    """None where no link was followed."""


@frozen
class AskedFor:
    """What a verdict is asked on, beside what `Verdict` tells of it."""

    models: tuple[str, ...] = ()
    """Those that were named; empty for all that are offered."""
    requirements: tuple[str, ...] = ()
    """Those that were named; empty for all."""
    with_key: bool = True
    local: bool = False
    """Whether it is the embedded server, started for this verdict alone."""


@frozen
class PlannedQuestion:
    """One request, with everything that its answer settles."""

    name: str
    """A few words, such as `2048x2048`."""
    model: str | None
    paid: bool
    """Whether a right server makes a picture."""
    requirements: tuple[str, ...]
    """Ids in the catalogue."""


@frozen
class Plan:
    """Everything that a full verdict asks, in order."""

    questions: tuple[PlannedQuestion, ...] = ()

    @property
    def cost(self) -> Cost:
        """Requests of a full verdict on a right server."""
        pictures = sum(question.paid for question in self.questions)
        return Cost(pictures=pictures, free=len(self.questions) - pictures)

    def within(self, budget: int | None) -> tuple[PlannedQuestion, ...]:
        """The questions that a right server is asked under a budget."""
        paid = [question for question in self.questions if question.paid]
        beyond = set() if budget is None else {id(question) for question in paid[budget:]}
        return tuple(question for question in self.questions if id(question) not in beyond)


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
    """Every question in the order it was asked, then the requirements that were not judged."""
    asked: tuple[Asked, ...] = ()
    """Every exchange with the server, in order."""
    problem: str | None = None
    """Why the server could not be asked, or not to the end; None where it was."""
    requests: int = 0
    """Questions asked."""
    pictures: int = 0
    """Requests that a paid server may have charged for: those answered with a success, or not at all."""
    plan: Plan = field(factory=Plan)
    """What a full verdict asks."""
    seed: int = 0
    """Draws the same questions again."""
    profile: Profile = "documented"
    budget: int | None = None
    """The most pictures that were allowed; None for no limit."""
    models: tuple[str, ...] = ()
    """The models that pictures were ordered from."""
    thorough: bool = False
    """Whether ten times as many questions were drawn."""
    asked_for: AskedFor = field(factory=AskedFor)
    """What the verdict was asked on."""
    started: datetime = field(factory=lambda: datetime.now(UTC), eq=False)
    seconds: float = field(default=0.0, eq=False)
    """How long it took."""

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The promises that were not kept."""
        return tuple(outcome for outcome in self.outcomes if outcome.result == "fail")

    @property
    def conforms(self) -> bool:
        """Whether every promise that must be kept, and was judged, is kept."""
        return not any(catalogue()[outcome.requirement].level == "MUST" for outcome in self.failures)

    @property
    def exit_code(self) -> int:
        """0: conforms. 1: does not. 2: the question could not be asked."""
        return 2 if self.problem is not None else int(not self.conforms)
