"""Why a request is turned away: the vendor's business codes and the documented error body."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from attrs import field, frozen


class BusinessCode(IntEnum):
    """The vendor's numbers for what went wrong, beside the HTTP status."""

    INTERNAL = 500
    AUTHORIZATION_MISSING = 1001
    TOKEN_INVALID = 1002
    PARAMETERS_INCORRECT = 1210
    MODEL_UNKNOWN = 1211
    METHOD_NOT_SUPPORTED = 1212
    FIELD_MISSING = 1213
    FIELD_INVALID = 1214
    API_UNKNOWN = 1222


@frozen
class Refusal:
    """An answer other than 200, as the page documents it: `{"code": ..., "message": ...}`."""

    status: int
    """The HTTP status."""
    code: BusinessCode
    """The number in the body."""
    message: str
    """One line for a person: what is wrong and what would work."""
    headers: Mapping[str, str] = field(factory=dict)
    """Headers that HTTP asks for beside the status, such as `Allow`."""

    def body(self) -> dict[str, Any]:
        """The documented error body (schema: components.schemas.Error)."""
        return {"code": int(self.code), "message": self.message}
