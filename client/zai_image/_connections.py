"""Lends what sends requests: fresh ones in each process and event loop, several for many requests in flight."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from zai_image._boundary import guarded, not_sent
from zai_image._errors import InvalidRequestError

if TYPE_CHECKING:
    from zai_image._http import Sender

LANES: Final = 32
"""httpx looks through all connections of a pool at each event in it: many small pools take less time."""
_MOST_CONNECTIONS: Final = 10_000


class Lane:
    """A sender with connections of its own; whoever was lent it gives it back by leaving its ``with`` block.

    Args:
        api: What sends the requests of the API.
        plain: The same without what the caller has it do with each request: for other hosts.
        lock: Held by whoever counts.

    Attributes:
        in_flight: How many exchanges are under way on it.
        traces: Whether it was seen to tell the steps of its requests.
        streams: The network streams that it opened; those that are closed drop out, sooner or later.
    """

    def __init__(self, api: Sender, plain: Sender, lock: Lock) -> None:
        self.api = api
        self.plain = plain
        self.in_flight = 0
        self.traces = False
        self.streams: WeakSet[Any] = WeakSet()
        self._lock = lock

    def __enter__(self) -> Lane:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.in_flight -= 1


class _Place:
    """The senders of one process and event loop."""

    def __init__(self) -> None:
        self.lanes: list[Lane] = []
        self.lock = Lock()


class Connections:
    """The senders that a client of ours made.

    Args:
        make: Makes one.
        loop: Returns the event loop that runs; None for senders that need none.
    """

    def __init__(self, make: Callable[[], Sender], loop: Callable[[], object]) -> None:
        self._make = make
        self._loop = loop
        self._process = os.getpid()
        self._places: dict[int, tuple[object, _Place]] = {}
        self._parents: list[object] = []
        self.is_closed = False

    def lease(self) -> Lane:
        """Lend the sender with the fewest exchanges under way, for one exchange.

        Raises:
            InvalidRequestError: They are closed.
        """
        if self.is_closed:
            raise closed()
        place = self._place()
        with place.lock:
            lane = min(place.lanes, key=attrgetter("in_flight"), default=None)
            if lane is None or (lane.in_flight and len(place.lanes) < LANES):
                sender = guarded(self._make, not_sent)
                lane = Lane(sender, sender, place.lock)
                place.lanes.append(lane)
            lane.in_flight += 1
        return lane

    def remove_all(self) -> list[Sender]:
        """Return the senders of this process and event loop, to be closed, and lend none any more."""
        self.is_closed = True
        return [lane.api for lane in self._place().lanes]

    def _place(self) -> _Place:
        if self._process != os.getpid():
            # A fork copies locks as they are, and connections that the parent goes on using: nothing here touches them.
            self._parents.append(self._places)
            self._process, self._places = os.getpid(), {}
        loop = self._loop()
        known = self._places.get(id(loop))
        if known is not None and known[0] is loop:
            return known[1]
        # What a loop that is over had opened is let go.
        self._places = {key: entry for key, entry in self._places.items() if not _is_over(entry[0])}
        place = _Place()
        self._places[id(loop)] = loop, place
        return place


class GivenConnections:
    """A client or a transport that the caller made: nothing here can make another one of its kind.

    Args:
        api: What sends the requests of the API.
        plain: The same for other hosts.
        given: What the caller gave, for messages.
        is_closed: Whether the caller has closed it.
        loop: Returns the event loop that runs; None for senders that need none.
    """

    def __init__(
        self, api: Sender, plain: Sender, *, given: str, is_closed: Callable[[], bool], loop: Callable[[], object]
    ) -> None:
        self._lock = Lock()
        self._lane = Lane(api, plain, self._lock)
        self._given = given
        self._is_closed = is_closed
        self._loop = loop
        self._process = os.getpid()
        self._used_in: object = None
        self.is_closed = False

    def lease(self) -> Lane:
        """Lend the sender for one exchange.

        Raises:
            InvalidRequestError: It is closed, was made in another process, or has connections of another event loop.
        """
        if self.is_closed or self._is_closed():
            raise closed()
        if self._process != os.getpid():
            raise InvalidRequestError([f"{self._given} was made in another process; make one in this process"])
        loop, lane = self._loop(), self._lane
        with self._lock:
            if self._used_in is not loop and (lane.in_flight or any(map(_is_open, lane.streams))):
                raise InvalidRequestError(
                    [f"{self._given} has connections of another event loop; make one in this event loop"]
                )
            self._used_in = loop
            lane.in_flight += 1
        return lane

    def remove_all(self) -> list[Sender]:
        """Return what is to be closed: a given transport is; a given client stays open, and its caller closes it."""
        self.is_closed = True
        return [] if self._given == "http_client" else [self._lane.api]


def closed() -> InvalidRequestError:
    """Return the error that says so."""
    return InvalidRequestError(["the client is closed; make another one, or ask inside its `with` block"])


def close(senders: list[Sender]) -> None:
    """Close senders, whatever state they are in."""
    for sender in senders:
        with suppress(Exception):
            sender.close()


async def close_async(senders: list[Sender]) -> None:
    """Close asynchronous senders, whatever state they are in."""
    for sender in senders:
        with suppress(Exception):
            await sender.close()


def no_loop() -> None:
    """Return None: what waits in a thread needs no event loop."""


def running_loop() -> object:
    """Return the event loop that runs, of asyncio or trio."""
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        trio: Any = sys.modules.get("trio")
        if trio is None:
            raise
        return trio.lowlevel.current_trio_token()


def _is_open(stream: Any) -> bool:
    """Whether a network stream of httpcore is open, as far as its socket tells."""
    sock = stream.get_extra_info("socket")
    return not hasattr(sock, "fileno") or sock.fileno() != -1


def _is_over(loop: Any) -> bool:
    return loop is not None and hasattr(loop, "is_closed") and bool(loop.is_closed())


def most_connections() -> int:
    """Return how many connections a client may have open: seven eighths of the files that the process may open."""
    if sys.platform == "win32":
        return _MOST_CONNECTIONS
    import resource

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    return min(files * 7 // 8, _MOST_CONNECTIONS)
