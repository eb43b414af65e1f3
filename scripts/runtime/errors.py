"""The errors of this package: data that is not of the promised shape, and an answer that holds such data."""

from __future__ import annotations

from collections.abc import Mapping


class InvalidData(ValueError):
    """A value is not what the document promises.

    Attributes:
        path: Where the value stands, outermost name first: ``("data", 0, "url")``. Empty for the whole.
        problem: What was promised and what the answer has instead, without the value, which may be long or private.
    """

    def __init__(self, problem: str, path: tuple[str | int, ...] = ()) -> None:
        self.problem = problem
        self.path = path
        super().__init__(problem, path)

    def __str__(self) -> str:
        if not self.path:
            return self.problem
        steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return f"{steps.removeprefix('.')}: {self.problem}"

    def within(self, step: str | int) -> InvalidData:
        """Return the same problem, seen from one level further out."""
        return InvalidData(self.problem, (step, *self.path))


class InvalidResponse(Exception):
    """An answer came that is not what the document promises for its status: no JSON, or JSON of another shape.

    Attributes:
        status_code: The HTTP status of the answer.
        headers: Its header fields.
        content: Its body, as it came.
        problem: What was promised, and what the answer is instead.
    """

    def __init__(self, status_code: int, headers: Mapping[str, str], content: bytes, problem: str) -> None:
        self.status_code = status_code
        self.headers = headers
        self.content = content
        self.problem = problem
        super().__init__(status_code, headers, content, problem)

    def __str__(self) -> str:
        return f"the answer with status {self.status_code} is not what was promised: {self.problem}"


__all__ = ["InvalidData", "InvalidResponse"]
