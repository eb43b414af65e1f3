"""What became of one question: the smallest piece of a verdict."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import frozen

Result: TypeAlias = Literal["pass", "fail", "deviation", "skipped", "error"]
"""`fail` is the server's; `deviation` is a difference that the profile knows and forgives; `error` is the suite's own,
or a server that could not be asked."""

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

    @property
    def settles(self) -> bool:
        """Whether the server was judged, one way or the other."""
        return self.result in ("pass", "fail", "deviation")
