# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""What requests and answers share: the mark of an absent value, and an answer as it came."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, Generic, Literal, TypeVar

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

T_co = TypeVar("T_co", covariant=True)


class Unset(Enum):
    """The type of :data:`UNSET`; an enumeration of one, so that type checkers know ``is UNSET``."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""Stands for a property that is left out: it is not sent, or did not come. JSON's null is something else."""


@frozen
class Response(Generic[T_co]):
    """An answer to a request, whatever its HTTP status.

    Attributes:
        status_code: The HTTP status, documented or not.
        content: The body, decoded from its transfer and content encodings.
        headers: The header fields; their names match in any case.
        parsed: What the body says, as the document promises it for this status; None where nothing has read it yet.
    """

    status_code: int
    content: bytes
    headers: Mapping[str, str]
    parsed: T_co


__all__ = ["UNSET", "Response", "Unset"]
