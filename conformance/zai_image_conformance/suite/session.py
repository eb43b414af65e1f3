"""Sends requests to the server, each once, patiently and within the budget, and keeps the responses."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable
from email.utils import parsedate_to_datetime
from typing import TypeVar

from zai_image_conformance.model import Exchange, Request, printable
from zai_image_conformance.redaction import redacted
from zai_image_conformance.suite.credentials import authorization
from zai_image_conformance.suite.target import Target
from zai_image_conformance.suite.transport import (
    PATIENCE,
    Clock,
    HttpTransport,
    NoResponse,
    RealClock,
    Response,
    Transport,
)

Item = TypeVar("Item")

_LIMIT = 16 * 2**20
"""Bytes of a response that are read: some servers put the image into it as well, beside its URL."""
_SHOWN = 200
"""Characters of a response that a report repeats."""
_RATE_PATIENCE = 150.0
"""Seconds to wait, for one request, for a rate limit to pass: more than twice the longest window in common use."""
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.2, 15.0
"""Seconds between two attempts where the server names none: each time twice as many."""
_BUSY_PATIENCE = 30.0
"""Seconds to wait in all, for one request, where a 5xx names a time to come again."""
_LESS_PATIENCE = (PATIENCE, 30.0, 30.0, 5.0)
"""Seconds for a response that should cost nothing, by how many of those never came."""
_LIMITED_KEPT = 3
_STILL_THERE = (Request(method="GET", moment="probe"), Request(content=b"{}", credential="none", moment="probe"))
"""Sent to tell a server that left one request unanswered from one that is gone; neither can make an image."""


class Unreachable(Exception):
    """The server cannot be tested, so nothing can be said of it. One line for a person."""


class BudgetSpent(Exception):
    """One more request might cost one image more than the budget allows."""


class Stopped(Exception):
    """The user broke the run off."""


class Session:
    """All exchanges with one server.

    Args:
        target: The server under test.
        transport: What sends the requests; real connections where it is left out.
        clock: What tells the time and waits.
        on_change: Called whenever a response came, from any thread.
    """

    def __init__(
        self,
        target: Target,
        transport: Transport | None = None,
        clock: Clock | None = None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.target = target
        self.clock: Clock = clock or RealClock()
        self.transport: Transport = transport or HttpTransport()
        self.limited: list[Exchange] = []
        """The first responses that said 429."""
        self.width = target.concurrency
        """The most requests at the same time; less once the server said 429."""
        self._on_change = on_change
        self._exchanges: dict[Request, Exchange | None] = {}
        self._charged = 0
        self._reserved = 0
        self._running = 0
        self._too_long = 0
        self._state = threading.Condition()
        self._stopped = False

    def close(self) -> None:
        """Close the connections, and let whatever is still under way end with an error."""
        with self._state:
            self._stopped = True
            self._state.notify_all()
        self.transport.close()

    @property
    def images(self) -> int:
        """Requests so far that a paid server may have charged for; once it is closed, those still under way as well."""
        return self._charged + (self._reserved if self._stopped else 0)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Every exchange so far, in the order in which the requests were sent."""
        with self._state:
            return tuple(exchange for exchange in self._exchanges.values() if exchange is not None)

    def recall(self, request: Request) -> Exchange | None:
        """The exchange of a request, where it was sent."""
        return self._exchanges.get(request)

    def each(
        self, items: Iterable[Item], job: Callable[[Item], None], request: Callable[[Item], Request | None]
    ) -> None:
        """Do a job for each item, a few at the same time, and begin and pay them in order.

        Args:
            items: What the jobs are for.
            job: What is done.
            request: What the job of an item sends first; None where it sends nothing that may cost.

        Raises:
            Exception: What the first job that failed raised; no other is begun then.
        """
        if self.target.concurrency == 1:
            for item in items:
                job(item)
            return
        failures: list[BaseException] = []

        def work(item: Item) -> None:
            try:
                job(item)
            except BaseException as error:
                failures.append(error)
            with self._state:
                self._running -= 1
                self._state.notify_all()

        for item in items:
            with self._state:
                while self._running >= self.width and not failures:
                    self._state.wait()
                if failures:
                    break
                self._running += 1
                # In order, so that the budget is spent on the same requests whatever their number at the same time.
                if (first := request(item)) is not None:
                    self._reserve(first)
            threading.Thread(target=work, args=[item], name="zai-image test case", daemon=True).start()
        with self._state:
            while self._running:
                self._state.wait()
        if failures:
            raise failures[0]

    def send(self, request: Request) -> Exchange:
        """Send a request, or recall its exchange where it was sent before.

        Returns:
            The exchange; one without a response where the server dropped this request and still answers others.

        Raises:
            Unreachable: The server cannot be reached or does not get beyond limiting the rate.
            BudgetSpent: Every image of the budget was made.
        """
        with self._state:
            known = self._exchanges.get(request)
            if known is not None:
                return known
            if not self._reserve(request):
                raise BudgetSpent
        may_cost = _may_cost(request)
        exchange = None
        try:
            exchange = self._patiently(request)
        finally:
            with self._state:
                self._reserved -= may_cost
                if exchange is None:
                    del self._exchanges[request]
                else:
                    self._exchanges[request] = exchange
                    self._charged += exchange.succeeded or (may_cost and not exchange.answered)
                self._state.notify_all()
        self._on_change()
        return exchange

    def _reserve(self, request: Request) -> bool:
        """Set an image aside for a request, if there is one: the state is held."""
        if request in self._exchanges or not _may_cost(request):
            self._exchanges.setdefault(request, None)
            return True
        # Those under way may cost one, or not: only then is it known what is left.
        while self._charged + self._reserved >= self.target.affordable and self._reserved:
            self._state.wait()
        if self._charged + self._reserved >= self.target.affordable:
            return False
        self._reserved += 1
        self._exchanges[request] = None
        return True

    def download(self, url: str, limit: int) -> Response:
        """Get what is behind a URL, without the key, and wait where its host limits the rate.

        Raises:
            NoResponse: It leads nowhere.
        """
        waited = 0.0
        lost = False
        while True:
            try:
                response = self.transport.download(url, limit=limit, patience=PATIENCE)
            except NoResponse as error:
                # A connection that was kept may have been closed meanwhile, which is no fault.
                if not error.lost or lost:
                    raise
                lost = True
                self.transport.renew()
                continue
            pause = self._pause(response, waited)
            if pause is None or waited + pause > _RATE_PATIENCE:
                return response
            waited += pause
            self._wait(pause)

    def shown(self, text: str) -> str:
        """What a server sent, fit for a report: short, on one line, without the key."""
        beginning, complete = redacted(text, self.target.api_key, _SHOWN)
        return printable(beginning) + ("" if complete else "...")

    def reach(self) -> None:
        """Make sure that the server is still there.

        Raises:
            Unreachable: It is not.
        """
        gone = ""
        for request in _STILL_THERE:
            try:
                self._once(request, 20.0)
            except NoResponse as error:
                gone = self.shown(str(error))
            else:
                return
        raise Unreachable(f"no response: {gone}")

    def _patiently(self, request: Request) -> Exchange:
        waited, lost_before = 0.0, False
        while True:
            patience = _LESS_PATIENCE[min(self._too_long, len(_LESS_PATIENCE) - 1)]
            sent_at = self.clock.now()
            try:
                response = self._once(request, patience)
            except NoResponse as error:
                if not error.sent:
                    raise Unreachable(f"no response: {self.shown(str(error))}") from None
                self._too_long += not error.lost
                if error.lost:
                    # Those that were kept may be closed by now as well.
                    self.transport.renew()
                self.reach()
                # A connection that was kept may have been closed meanwhile, which is no fault: once more on a new one.
                if error.lost and not lost_before:
                    lost_before = True
                    # Also not on the one that has just shown that the server is there.
                    self.transport.renew()
                    continue
                return self._exchange(request, sent_at, None, f"no response: {self.shown(str(error))}")
            exchange = self._exchange(request, sent_at, response, self._summary(response))
            pause = self._pause(response, waited)
            if pause is None:
                return exchange
            if response.status == 429:
                self._slow_down(exchange)
                if waited + pause > _RATE_PATIENCE:
                    raise Unreachable(f"the server limits the rate: {exchange.summary}")
            waited += pause
            self._wait(pause)

    def _pause(self, response: Response, waited: float) -> float | None:
        """How long to wait before the same is tried again; None where the response is the answer."""
        named = _seconds(response.headers.get("retry-after"), self.clock.now())
        if response.status == 429:
            return max(1.0, named) if named is not None else min(_LONGEST_PAUSE, _SHORTEST_PAUSE + waited)
        if response.status >= 500 and named is not None and waited + max(1.0, named) <= _BUSY_PATIENCE:
            return max(1.0, named)
        return None

    def _wait(self, seconds: float) -> None:
        if self._stopped:
            raise Stopped
        self.clock.sleep(seconds)

    def _slow_down(self, exchange: Exchange) -> None:
        with self._state:
            self.width = max(1, self.width // 2)
            if len(self.limited) < _LIMITED_KEPT:
                self.limited.append(exchange)

    def _once(self, request: Request, patience: float) -> Response:
        if self._stopped:
            raise Stopped
        headers = {"Content-Type": request.media_type} if request.content or request.method == "POST" else {}
        credential = authorization(request.credential, self.target.api_key)
        if credential is not None:
            headers["Authorization"] = credential
        return self.transport.send(
            request.method, self.target.endpoint, headers, request.content, limit=_LIMIT, patience=patience
        )

    def _summary(self, response: Response) -> str:
        media_type = self.shown(_media_type(response)) or "(no Content-Type)"
        parts = [str(response.status), media_type]
        if location := response.headers.get("location"):
            parts.append(f"Location: {self.shown(location)}")
        parts.append(response.fault or self.shown(response.content.decode("utf-8", "replace")))
        return " ".join(parts).rstrip()

    def _exchange(self, request: Request, sent_at: float, response: Response | None, summary: str) -> Exchange:
        return Exchange(
            request=request,
            status=0 if response is None else response.status,
            media_type="" if response is None else _media_type(response),
            content=b"" if response is None else response.content,
            summary=summary,
            sent_at=sent_at,
            came_at=self.clock.now(),
            fault="" if response is None else response.fault,
        )


def _may_cost(request: Request) -> bool:
    """Whatever is posted may be answered with an image, however wrong it is."""
    return request.method == "POST"


def _media_type(response: Response) -> str:
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


def _seconds(retry_after: str | None, now: float) -> float | None:
    """The seconds that a Retry-After names, as a number or as a date; None where it names none."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    try:
        seconds = float(text) if text.replace(".", "", 1).isdecimal() else parsedate_to_datetime(text).timestamp() - now
    except Exception:
        # Python's reader of dates meets many things in what is none.
        return None
    return seconds if 0 <= seconds < math.inf else 0.0
