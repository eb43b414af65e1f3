"""What was asked and what became of it: the smallest pieces of a verdict."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import field, frozen

from zai_image_conformance.suite.questions import Question

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
