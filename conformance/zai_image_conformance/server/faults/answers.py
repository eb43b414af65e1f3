"""What a fault sees of an exchange, and what it makes of the answer."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum, auto
from typing import Any, TypeAlias

from attrs import evolve, field, frozen

from zai_image_conformance.server.business_codes import BUSINESS_CODES


class Delivery(Enum):
    """How an answer goes out on its connection."""

    WHOLE = auto()
    """As it should."""
    RESET_BEFORE = auto()
    """The connection is reset instead of it."""
    RESET_WHILE = auto()
    """The connection is reset after the half of the body."""
    RESET_AFTER = auto()
    """The connection is reset once all of it has left, so that the next request on it fails."""
    CLOSED_BEFORE = auto()
    """The connection is closed instead of it."""
    CLOSED_WHILE = auto()
    """The connection is closed after the half of the body."""
    NEVER = auto()
    """Nothing comes, for as long as the client waits."""


@frozen
class Answer:
    """An answer, whole, and how it is to be delivered."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name; the length of the body is added when it is sent."""
    body: bytes
    delivery: Delivery = field(default=Delivery.WHOLE, kw_only=True)
    seconds: float = field(default=0.0, kw_only=True)
    """How long the sending of the body takes."""

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    def saying(self, document: Any) -> Answer:
        """Return the same with another JSON body."""
        return evolve(self, body=json.dumps(document).encode())

    @classmethod
    def json(cls, status: int, document: Any, headers: Mapping[str, str] | None = None) -> Answer:
        """Make an answer of a JSON value."""
        content_type = {"content-type": "application/json"}
        return cls(status, {**content_type, **(headers or {})}, json.dumps(document).encode())

    @classmethod
    def refusal(cls, code: int, headers: Mapping[str, str] | None = None) -> Answer:
        """Make the error response that the vendor gives with a business code."""
        status, message = BUSINESS_CODES[code]
        return cls.json(status, {"code": code, "message": message}, headers)


class ClientGoneError(Exception):
    """Nobody waits for the answer any more."""


Ask: TypeAlias = Callable[[], Awaitable[Answer]]
"""Asks what is further in: other faults, and at last the endpoint."""
Wait: TypeAlias = Callable[[float], Awaitable[None]]
"""Waits for some seconds; raises `ClientGoneError` when the client has gone."""
Layer: TypeAlias = Callable[[Ask, Wait], Awaitable[Answer]]
"""A fault at work around what is further in, which it may ask or not."""
