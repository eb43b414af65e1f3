"""Puts questions to the server with plain httpx, each once, and keeps what came back."""

from __future__ import annotations

import base64
import ipaddress
import json
import shlex
import time
from collections.abc import Callable
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

import httpx
from attrs import evolve, field, frozen

from zai_image_conformance.suite.target import Target

Credential: TypeAlias = Literal["key", "none", "wrong key", "basic"]
"""What a question shows in the header Authorization."""

_TIMEOUT = httpx.Timeout(120, connect=10)
"""A picture in `hd` takes 20 seconds on a good day."""
_ANSWER_LIMIT = 4 * 2**20
_SHOWN = 200
"""Characters of an answer that a report repeats."""
_PATIENCE = 60.0
"""Seconds to wait, for one question, for a rate limit to pass."""


class Unasked(Exception):
    """The server could not be asked, so nothing can be said of it. One line for a person."""


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
        return cls(content=json.dumps(fields, ensure_ascii=False))

    def shown_to(self, credential: Credential) -> Question:
        """The same request with another credential."""
        return evolve(self, credential=credential)


@frozen
class Exchange:
    """A question and its answer."""

    question: Question
    endpoint: str
    status: int
    media_type: str
    """Of the answer, in lower case, without parameters."""
    text: str = field(repr=False)
    summary: str
    """The status and the beginning of the body on one line, without the key."""
    sent_at: float
    """Unix seconds."""
    came_at: float

    @property
    def document(self) -> Any:
        """The answer as JSON; `NotJson` where it is none."""
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


class Asker:
    """Asks each question once and remembers the exchange.

    Args:
        target: The server under judgement.
        wait: Called with seconds when the server limits the rate.
    """

    def __init__(self, target: Target, wait: Callable[[float], None] = time.sleep) -> None:
        self.target = target
        self._wait = wait
        # A proxy has no way to the caller's own loopback interface.
        self._client = httpx.Client(timeout=_TIMEOUT, trust_env=not _is_loopback(target.url))
        self._exchanges: dict[Question, Exchange] = {}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @property
    def requests(self) -> int:
        """Questions asked so far."""
        return len(self._exchanges)

    @property
    def pictures(self) -> int:
        """Questions answered with a success so far, each of which a paid server charges for."""
        return sum(exchange.status == 200 for exchange in self._exchanges.values())

    def ask(self, question: Question) -> Exchange:
        """Ask, or recall the answer where this was asked before.

        Raises:
            Unasked: The server cannot be reached or does not get beyond limiting the rate.
        """
        if question not in self._exchanges:
            self._exchanges[question] = self._patiently(question)
        return self._exchanges[question]

    def reach(self) -> None:
        """Make sure that the server is still there.

        Raises:
            Unasked: It is not.
        """
        self._send(Question(content="{}", credential="none"))

    def fetch(self, link: str, limit: int) -> tuple[int, bytes]:
        """Fetch what is behind a link, without the key, through redirects.

        Returns:
            The status and at most `limit` bytes.

        Raises:
            httpx.HTTPError, httpx.InvalidURL: The link leads nowhere.
        """
        with self._client.stream("GET", link, follow_redirects=True) as response:
            return response.status_code, _read(response, limit)

    def shown(self, text: str) -> str:
        """What a server sent, fit for a report: short, on one line, without the key.

        For reports alone: a key as short as `k` occurs in any answer, which is judged as it came.
        """
        secret = self.target.api_key
        redacted = text.replace(secret, "[redacted]") if secret else text
        return printable(redacted if len(redacted) <= _SHOWN else redacted[:_SHOWN] + "...")

    def _patiently(self, question: Question) -> Exchange:
        waited, pause = 0.0, 1.0
        while True:
            exchange, retry_after = self._send(question)
            if exchange.status != 429:
                return exchange
            pause = retry_after if retry_after is not None else pause * 2
            waited += pause
            if waited > _PATIENCE:
                raise Unasked(f"the server limits the rate: {exchange.summary}")
            self._wait(pause)

    def _send(self, question: Question) -> tuple[Exchange, float | None]:
        headers = {"Content-Type": "application/json"} if question.content else {}
        authorization = _authorization(question.credential, self.target.api_key)
        if authorization is not None:
            headers["Authorization"] = authorization
        sent_at = time.time()
        try:
            with self._client.stream(
                question.method, self.target.endpoint, content=question.content.encode(), headers=headers
            ) as response:
                content = _read(response, _ANSWER_LIMIT)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise Unasked(f"no answer: {self.shown(str(error)) or type(error).__name__}") from None
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        text = content.decode("utf-8", "replace")
        exchange = Exchange(
            question=question,
            endpoint=self.target.endpoint,
            status=response.status_code,
            media_type=media_type,
            text=text,
            summary=f"{response.status_code} {media_type or '(no Content-Type)'} {self.shown(text)}".rstrip(),
            sent_at=sent_at,
            came_at=time.time(),
        )
        return exchange, _seconds(response.headers.get("Retry-After"))


def curl(question: Question, endpoint: str) -> str:
    """The command line that asks a question; the key is read from the environment."""
    words = ["curl", "-sS", "-i", "-X", question.method, shlex.quote(endpoint)]
    if question.content:
        words += ["-H", "'Content-Type: application/json'"]
    authorization = _CURL_AUTHORIZATION[question.credential]
    if authorization is not None:
        words += [authorization]
    if question.content:
        words += ["--data-binary", shlex.quote(question.content)]
    return " ".join(words)


_CURL_AUTHORIZATION: dict[Credential, str | None] = {
    "key": '-H "Authorization: Bearer $ZAI_API_KEY"',
    "none": None,
    "wrong key": "-H 'Authorization: Bearer this-key-was-made-up'",
    "basic": '-u "$ZAI_API_KEY:"',
}


def _authorization(credential: Credential, api_key: str | None) -> str | None:
    if credential == "wrong key":
        return "Bearer this-key-was-made-up"
    if credential == "none" or api_key is None:
        return None
    if credential == "basic":
        return "Basic " + base64.b64encode(f"{api_key}:".encode()).decode()
    return f"Bearer {api_key}"


def printable(text: str) -> str:
    """A server's text on one line, without control characters that a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text)


def _read(response: httpx.Response, limit: int) -> bytes:
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > limit:
            break
    return bytes(content[:limit])


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after is not None and retry_after.isdecimal() else None


def _is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
