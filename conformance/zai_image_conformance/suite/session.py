"""Puts questions to the server with plain httpx, each once and within the budget, and keeps what came back."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import httpx

from zai_image_conformance.model import Exchange, Question, authorization, printable
from zai_image_conformance.redaction import redacted
from zai_image_conformance.suite.target import Target

_TIMEOUT = httpx.Timeout(120, connect=10)
"""Several times as long as the page says that a picture takes."""
_ANSWER_LIMIT = 16 * 2**20
"""Bytes of an answer that are read: some servers put the picture into it as well, beside its link."""
_READING = 300.0
"""Seconds in which a body has to come, however steadily it trickles."""
_SHOWN = 200
"""Characters of an answer that a report repeats."""
_PATIENCE = 60.0
"""Seconds to wait, for one question, for a rate limit to pass; an attempt counts as a second at least."""
_STILL_THERE = (Question(method="GET"), Question(content="{}", credential="none"))
"""Asked to tell a server that left one question unanswered from one that is gone; neither is an order."""


class Unasked(Exception):
    """The server could not be asked, so nothing can be said of it. One line for a person."""


class BudgetSpent(Exception):
    """One more question might cost one picture more than the budget allows."""


class Asker:
    """Asks each question once and remembers the exchange.

    Args:
        target: The server under judgement.
        wait: Called with seconds when the server limits the rate.
    """

    def __init__(self, target: Target, wait: Callable[[float], None] = time.sleep) -> None:
        self.target = target
        self._wait = wait
        self._client = _connections(target)
        self._exchanges: dict[Question, Exchange] = {}
        self._charged = 0

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @property
    def requests(self) -> int:
        """Questions asked so far."""
        return len(self._exchanges)

    @property
    def pictures(self) -> int:
        """Requests so far that a paid server may have charged for."""
        return self._charged

    def ask(self, question: Question) -> Exchange:
        """Ask, or recall the answer where this was asked before.

        Returns:
            The exchange; one without an answer where the server dropped this question and still answers others.

        Raises:
            Unasked: The server cannot be reached or does not get beyond limiting the rate.
            BudgetSpent: Every picture of the budget was made.
        """
        if question not in self._exchanges:
            self._exchanges[question] = self._patiently(question)
        return self._exchanges[question]

    def recall(self, question: Question) -> Exchange | None:
        """What came of a question, where it was asked."""
        return self._exchanges.get(question)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Every question asked so far and what came of it, in order."""
        return tuple(self._exchanges.values())

    def reach(self) -> None:
        """Make sure that the server is still there.

        Raises:
            Unasked: It is not.
        """
        for question in _STILL_THERE:
            try:
                self._send(question)
            except (_NoAnswer, BudgetSpent) as error:
                gone = error
            else:
                return
        raise Unasked(f"no answer: {gone}")

    def fetch(self, link: str, limit: int) -> tuple[int, str, bytes]:
        """Fetch what is behind a link, without the key, through redirects.

        Returns:
            The status, the Content-Type, and at most `limit` bytes.

        Raises:
            httpx.HTTPError, httpx.InvalidURL: The link leads nowhere.
        """
        try:
            return self._fetch(link, limit)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            # As for a question: a connection that was kept may have been closed meanwhile.
            self._connect_anew()
            return self._fetch(link, limit)

    def shown(self, text: str) -> str:
        """What a server sent, fit for a report: short, on one line, without the key."""
        beginning, complete = redacted(text, self.target.api_key, _SHOWN)
        return printable(beginning) + ("" if complete else "...")

    def _fetch(self, link: str, limit: int) -> tuple[int, str, bytes]:
        with self._client.stream("GET", link, follow_redirects=True) as response:
            return response.status_code, response.headers.get("Content-Type", ""), _read(response, limit)

    def _connect_anew(self) -> None:
        self._client.close()
        self._client = _connections(self.target)

    def _patiently(self, question: Question) -> Exchange:
        waited, pause = 0.0, 1.0
        lost_before = False
        while True:
            try:
                exchange, retry_after = self._send(question)
            except _NoAnswer as unanswered:
                if not unanswered.sent:
                    raise Unasked(f"no answer: {unanswered}") from None
                self.reach()
                # A connection that was kept may have been closed meanwhile, which is no fault: once more on a new one.
                if unanswered.lost and not lost_before:
                    lost_before = True
                    self._connect_anew()
                    continue
                return self._exchange(question, unanswered.sent_at, summary=f"no answer: {unanswered}")
            if exchange.status != 429:
                return exchange
            pause = retry_after if retry_after is not None else pause * 2
            waited += max(pause, 1.0)
            if waited > _PATIENCE:
                raise Unasked(f"the server limits the rate: {exchange.summary}")
            self._wait(pause)

    def _send(self, question: Question) -> tuple[Exchange, float | None]:
        # Whatever is posted may be answered with a picture, however wrong it is.
        if question.method == "POST" and self._charged >= self.target.affordable:
            raise BudgetSpent
        headers = {"Content-Type": "application/json"} if question.content else {}
        credential = authorization(question.credential, self.target.api_key)
        if credential is not None:
            headers["Authorization"] = credential
        sent_at = time.time()
        try:
            with self._client.stream(
                question.method, self.target.endpoint, content=question.content.encode(), headers=headers
            ) as response:
                content = _read(response, _ANSWER_LIMIT)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            unanswered = _NoAnswer(self.shown(str(error)) or type(error).__name__, error, sent_at)
            self._charged += unanswered.sent and question.method == "POST"
            raise unanswered from None
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        text = content.decode("utf-8", "replace")
        announced = self.shown(media_type) or "(no Content-Type)"
        exchange = self._exchange(
            question,
            sent_at,
            status=response.status_code,
            media_type=media_type,
            text=text,
            summary=f"{response.status_code} {announced} {self.shown(text)}".rstrip(),
        )
        self._charged += exchange.succeeded
        return exchange, _seconds(response.headers.get("Retry-After"))

    def _exchange(
        self, question: Question, sent_at: float, *, summary: str, status: int = 0, media_type: str = "", text: str = ""
    ) -> Exchange:
        return Exchange(
            question=question,
            endpoint=self.target.endpoint,
            status=status,
            media_type=media_type,
            text=text,
            summary=summary,
            sent_at=sent_at,
            came_at=time.time(),
        )


class _NoAnswer(Exception):
    """The connection was not made, or ended before the answer."""

    def __init__(self, message: str, error: Exception, sent_at: float) -> None:
        super().__init__(message)
        self.sent = not isinstance(error, _NEVER_SENT)
        """Whether the request may have arrived, so that a picture may have been made."""
        self.lost = isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError)
        """Whether the connection ended, where otherwise it took too long."""
        self.sent_at = sent_at


_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL, ValueError)


def _connections(target: Target) -> httpx.Client:
    # A proxy has no way to the caller's own loopback interface.
    client = httpx.Client(timeout=_TIMEOUT, trust_env=not _is_loopback(target.url))
    # No question knows of another: a cookie would be a second key, and no curl line could ask the same again.
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return client


def _read(response: httpx.Response, limit: int) -> bytes:
    content = bytearray()
    end = time.monotonic() + _READING
    for part in response.iter_bytes():
        content += part
        if len(content) > limit:
            break
        if time.monotonic() > end:
            raise httpx.ReadTimeout(f"the body had not come after {_READING:g} seconds")
    return bytes(content[:limit])


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after is not None and retry_after.isdecimal() else None


def _is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
