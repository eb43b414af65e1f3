"""A request, its answer, and the command line that asks the same again."""

from __future__ import annotations

import base64
import json
import shlex
from typing import Any, Literal, TypeAlias

from attrs import evolve, field, frozen

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
