"""What requests and answers share: the mark of an absent value, an answer as it came, the options of a call."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, NamedTuple, TypeVar

if TYPE_CHECKING:
    import httpx

T_co = TypeVar("T_co", covariant=True)


class Unset(Enum):
    """The type of :data:`UNSET`; an enumeration of one, so that type checkers know ``is UNSET``."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""Stands for a value that is left out: it is not sent, or did not come. JSON's null is something else."""


CLIENT_NAMES: Final = frozenset({"close", "image_at", "with_options"})
"""What a client has beside its resources: no tag is called by one of these names."""


class Response(NamedTuple, Generic[T_co]):
    """An answer to a request, whatever its HTTP status."""

    status_code: int
    """The HTTP status, documented or not."""
    content: bytes
    """The body, decoded from its transfer and content encodings."""
    headers: Mapping[str, str]
    """The header fields; their names match in any case."""
    parsed: T_co
    """What the body says, as the document promises it for this status; None where nothing has read it yet."""


class Options(NamedTuple):
    """How one call is made. Each field is an argument of every resource method, whatever the document says."""

    extra_body: Mapping[str, Any] | None = None
    """Further properties of the body, for what the document does not name."""
    timeout: httpx.Timeout | float | Unset | None = UNSET
    """Seconds to wait for each step of the exchange, or an ``httpx.Timeout``; the client's own where left out."""
    deadline: float | Unset | None = UNSET
    """Seconds for the whole call, retries and body included; the client's own where left out, None for no end."""
    extra_headers: Mapping[str, str] | None = None
    """Header fields of this request, over the client's own."""
