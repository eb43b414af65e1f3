"""One request and what came of it: the promised image or an error, and a line in the log."""

from __future__ import annotations

import logging
import time
from typing import Any, Final

from zai_image._answers import failure, image_answer, request_id
from zai_image._asking import Call
from zai_image._errors import ZaiImageError
from zai_image._image_answers import ImageAnswer
from zai_image._masking import chain_of, shown_by
from zai_image._settings import Settings
from zai_image_api.errors import InvalidResponse
from zai_image_api.types import Response

LOGGER: Final = logging.getLogger("zai_image")
"""One debug line for each attempt: method, address, status, seconds, attempt. Never the key."""


class Exchange:
    """One attempt at a call; it begins when it is made.

    Args:
        call: What is asked.
        where: Where, and with which key.
        attempt: Which attempt it is, from 1.
        log_prompt: Whether the prompt may stand in the log.
    """

    def __init__(self, call: Call, where: Settings, attempt: int, *, log_prompt: bool) -> None:
        self._call = call
        self._request = f"{call.operation.method} {where.base_url}{call.operation.path}"
        self._key = where.api_key
        self._attempt = attempt
        self._log_prompt = log_prompt
        self._begun = time.perf_counter()

    def outcome(self, came: Response[Any] | Exception) -> ImageAnswer | ZaiImageError:
        """Return what came of it, after noting it in the log.

        Args:
            came: What the endpoint function returned or raised.

        Raises:
            Exception: It raised something that says nothing of the exchange.
        """
        result: ImageAnswer | ZaiImageError | None
        if isinstance(came, Exception) and not isinstance(came, InvalidResponse):
            result = failure(came, self._key)
            if result is None:
                raise came
        else:
            try:
                result = image_answer(came, self._key)
            except ZaiImageError as error:
                # Its way here leads through frames that have the key.
                result = error.with_traceback(None)
        if isinstance(result, ZaiImageError):
            result.__cause__, result.__context__ = _cause(came, self._key), None
            result.request, result.attempts = self._request, self._attempt
            if isinstance(came, Response | InvalidResponse):
                result.request_id = request_id(came.headers, came.content, self._key)
        if LOGGER.isEnabledFor(logging.DEBUG):
            self._note(came)
        return result

    def _note(self, came: Response[Any] | Exception) -> None:
        status = came.status_code if isinstance(came, Response | InvalidResponse) else type(came).__name__
        seconds = time.perf_counter() - self._begun
        LOGGER.debug("%s: %s in %.2f s, attempt %d", self._request, status, seconds, self._attempt)
        if self._log_prompt:
            LOGGER.debug("prompt: %r", self._call.arguments.get("prompt"))


def _cause(came: Response[Any] | Exception, key: str) -> Exception | None:
    """Return what was raised, for an error to have as its cause; None where a printed traceback would show the key."""
    if not isinstance(came, Exception) or shown_by(came, key):
        return None
    for error in chain_of(came):
        # Frames of httpx have the request with its key, and collectors of tracebacks take the locals too.
        error.__traceback__ = None
    return came
