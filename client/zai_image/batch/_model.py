"""What the journal hands out and takes back: limits, claims of prompts, and the outcome of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from attrs import field, frozen
from attrs.validators import ge, gt, optional

from zai_image.batch._tables import State


class JournalError(Exception):
    """The journal cannot be used; the message says what would work."""


@frozen
class Limits:
    """What a run may do, together with all others on the same journal.

    Attributes:
        concurrency: Requests that may be under way at once.
        rate: Requests a minute; None means no limit.
        max_images: Images that may be paid for from this journal, earlier runs included; None means no limit.

    Raises:
        ValueError: With one of them nothing could be sent.
    """

    concurrency: int = field(default=4, validator=ge(1))
    rate: float | None = field(default=None, validator=optional(gt(0)))
    max_images: int | None = field(default=None, validator=optional(ge(0)))


@frozen
class Work:
    """A prompt that a worker has claimed: to send a request for, or to download, where it has a URL already.

    Attributes:
        token: What tells this claim from earlier ones of the same prompt.
    """

    id: str
    number: int
    prompt: str
    parameters: Mapping[str, Any]
    token: int
    url: str | None = None
    created: float | None = None


@frozen
class Wish:
    """What a worker would claim.

    Attributes:
        room: How many prompts at most.
        limits: The limits of all workers together.
        input: The input whose prompts may be sent; what is answered is stored, whichever it is of.
    """

    room: int
    limits: Limits
    input: str


@frozen
class Claim:
    """What a worker got, and what is left where it got nothing.

    Attributes:
        work: Prompts to work on.
        waiting: Whether there are prompts that wait for a request.
        others: Whether other workers have prompts under way.
        pause: Seconds until the rate allows the next request; 0 where it does not stand in the way.
        spent: Whether `max_images` is reached.
    """

    work: Sequence[Work]
    waiting: bool = True
    others: bool = True
    pause: float = 0.0
    spent: bool = False


@frozen
class Answered:
    """A request brought an image; its name is reserved with that.

    Attributes:
        name: Returns the nth name for the image, from 0, the best: without the suffix, which only the download tells.
        first: The first name to try.
    """

    work: Work
    url: str
    created: float | None
    request_id: str | None
    name: Callable[[int], str]
    first: int = 0


@frozen
class Named:
    """An image that an earlier run left needs a name, or something else turned out to have the name it had.

    Attributes:
        name: As of `Answered`.
        first: The first name to try.
    """

    work: Work
    name: Callable[[int], str]
    first: int = 0


@frozen
class Failed:
    """A request brought no image: the state says whether it may be sent again, and be charged."""

    work: Work
    state: State
    error: str
    request_id: str | None = None


@frozen
class Stored:
    """An image is at the destination."""

    work: Work
    path: str


@frozen
class NotStored:
    """An image could not be downloaded or stored; a later run tries again."""

    work: Work
    error: str


Outcome: TypeAlias = Answered | Named | Failed | Stored | NotStored
