"""One call and its attempts: what is sent, the outcome, and a line in the log for each."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from zai_image import _http
from zai_image._answers import answer_read, request_id, with_body
from zai_image._attempt import Attempt
from zai_image._boundary import cause, failure, told
from zai_image._deadline import Deadline
from zai_image._decoding import ACCEPTED
from zai_image._errors import APIError, InvalidRequestError, InvalidResponseError, ZaiImageError
from zai_image._redact import Hidden
from zai_image._settings import Settings, check_deadline, check_headers
from zai_image_api.errors import InvalidData
from zai_image_api.types import UNSET

if TYPE_CHECKING:
    from zai_image._connections import Connections, GivenConnections, Lane
    from zai_image._http import Request, Sender
    from zai_image_api.operation import Operation
    from zai_image_api.types import Options

LOGGER: Final = logging.getLogger("zai_image")
"""One debug line for each attempt: method, address, status, seconds, attempt. Never the key."""
LONG: Final = 64 * 1024
"""Bytes of an answer that is judged in a thread of its own, so that the event loop goes on meanwhile."""


class Call:
    """One call of an operation, from its request to its last attempt.

    Args:
        settings: What the client sends with.
        operation: What is asked for.
        arguments: With what.
        options: How.

    Raises:
        InvalidRequestError: It cannot be sent so.
    """

    def __init__(
        self, settings: Settings, operation: Operation[Any], arguments: Mapping[str, Any], options: Options
    ) -> None:
        self.operation = operation
        self._settings = settings
        self.arguments = arguments
        self._headers = Hidden(options.extra_headers or {})
        check_headers("extra_headers", self._headers)
        _http.check_timeout(options.timeout)
        self._timeout = settings.timeout if options.timeout is UNSET else options.timeout
        seconds = settings.deadline if options.deadline is UNSET else options.deadline
        check_deadline(seconds)
        self.deadline = Deadline(seconds)
        try:
            self._request = operation.request(arguments, options.extra_body)
        except InvalidData as error:
            raise InvalidRequestError([str(error)]) from None
        self._address = settings.base_url + self._request.target
        self._attempt = Attempt()
        self._attempts = 0
        self._broke_off = False
        self._begun = 0.0

    def attempt(self, lane: Lane) -> Attempt:
        """Begin an attempt; return what it will be observed in."""
        self._attempts += 1
        self._begun = time.perf_counter()
        self._attempt = Attempt(traces=lane.traces, keeps_raw=lane.api.client is not None, streams=lane.streams)
        return self._attempt

    def request(self, sender: Sender) -> Request:
        """Return the request of the attempt under way."""
        headers = {**sender.headers, **self._request.headers, "Accept-Encoding": ACCEPTED}
        if self.operation.secured:
            headers["Authorization"] = f"Bearer {self._settings.key.reveal()}"
        for given in (self._settings.headers.reveal(), self._headers.reveal()):
            if given:
                names = {name.lower() for name in given}
                headers = {name: value for name, value in headers.items() if name.lower() not in names} | dict(given)
        return _http.request(
            sender,
            self._request.method,
            self._address + self._query(),
            headers,
            self._request.content,
            timeout=self._timeout,
            deadline=self.deadline,
            attempt=self._attempt,
        )

    def outcome(self, raised: Exception | None) -> Any:
        """Return the outcome of the attempt under way: what the answer says, or an error.

        Args:
            raised: What sending the request raised, or a hook, or receiving the answer; None where all went well.
        """
        attempt, key = self._attempt, self._settings.key
        content = attempt.take_content()
        result = self._judged(attempt, content, raised)
        self._broke_off = attempt.status is not None and raised is not None
        if isinstance(result, ZaiImageError):
            if raised is not None and result.__cause__ is None:
                result.__cause__ = cause(raised, key)
            result.request = f"{self._request.method} {self._address}"
            result.attempts = self._attempts
            result.request_id = request_id(attempt.headers, content, key)
        if LOGGER.isEnabledFor(logging.DEBUG):
            self._note(raised)
        self._attempt = Attempt()
        return result

    def pause(self, error: ZaiImageError) -> float | None:
        """Return the seconds to wait before the next attempt; None where there is to be none."""
        if self._broke_off:
            return None
        pause = self._settings.retry_policy.pause(error, self._attempts)
        remaining = self.deadline.remaining
        return None if pause is None or (remaining is not None and pause >= remaining) else pause

    def unexpected(self, raised: Exception) -> ZaiImageError:
        """Return the error for what was raised elsewhere than in an exchange."""
        return failure(raised, self._attempt, self._host, self._settings.key, self.deadline)

    def _judged(self, attempt: Attempt, content: bytes, raised: Exception | None) -> Any:
        key = self._settings.key
        if attempt.status is None:
            return failure(raised or RuntimeError("no answer"), attempt, self._host, key, self.deadline)
        result = answer_read(self.operation, attempt.status, attempt.headers, content, key)
        if raised is None and attempt.problem is None:
            return result
        came_as = f"the answer with status {attempt.status}"
        if isinstance(result, APIError):
            return result
        if attempt.problem is not None:
            result = InvalidResponseError(f"{came_as} cannot be read: {attempt.problem}")
        elif raised is not None and not attempt.is_complete:
            if not isinstance(result, ZaiImageError):
                # All that matters of it came.
                return result
            result = failure(raised, attempt, self._host, key, self.deadline)
        elif raised is not None and not isinstance(result, ZaiImageError):
            result = InvalidResponseError(f"{came_as} came whole, but then something failed: {told(raised, key)}")
        return with_body(result, attempt.status, content, key)

    @property
    def _host(self) -> str:
        return urlsplit(self._address).hostname or ""

    def _query(self) -> str:
        query = self._settings.query.reveal()
        if not query:
            return ""
        pairs = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query.items())
        return f"{'&' if '?' in self._request.target else '?'}{pairs}"

    def _note(self, raised: Exception | None) -> None:
        status = self._attempt.status if self._attempt.status is not None else type(raised).__name__
        seconds = time.perf_counter() - self._begun
        shown = f"{self._request.method} {self._address}"
        LOGGER.debug("%s: %s in %.2f s, attempt %d", shown, status, seconds, self._attempts)
        if self._settings.log_prompts:
            for name, value in self.arguments.items():
                if value is not UNSET and value is not None:
                    LOGGER.debug("%s: %r", name, value)


def exchange(call: Call, connections: Connections | GivenConnections) -> Any:
    """Make an attempt at a call; return what the answer says, or an error."""
    with connections.lease() as lane:
        attempt = call.attempt(lane)
        raised: Exception | None = None
        try:
            with call.deadline:
                response = lane.api.send(call.request(lane.api))
                try:
                    if not attempt.is_complete:
                        _http.receive(response, attempt)
                finally:
                    # What fails here changes nothing of what came.
                    with suppress(Exception):
                        response.close()
        except Exception as error:
            raised = error
        lane.traces = attempt.traces
    return call.outcome(raised)


async def exchange_async(call: Call, connections: Connections | GivenConnections) -> Any:
    """Make an attempt at a call; the asynchronous twin of :func:`exchange`."""
    import anyio
    import anyio.to_thread

    with connections.lease() as lane:
        attempt = call.attempt(lane)
        raised: Exception | None = None
        try:
            with anyio.move_on_after(call.deadline.remaining) as scope:
                response = await lane.api.send(call.request(lane.api))
                try:
                    if not attempt.is_complete:
                        await _http.receive_async(response, attempt)
                finally:
                    with suppress(Exception):
                        await response.aclose()
        except Exception as error:
            raised = error
        if scope.cancelled_caught and not attempt.is_complete:
            raised = TimeoutError("the deadline is over")
        lane.traces = attempt.traces
    if len(attempt.content) > LONG:
        return await anyio.to_thread.run_sync(call.outcome, raised)
    return call.outcome(raised)
