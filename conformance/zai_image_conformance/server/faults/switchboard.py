"""Which faults are at work on a server: those that are switched on, and those that a request asks for itself."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import TracebackType

from attrs import define, field
from starlette.requests import HTTPConnection

from zai_image_conformance.server.faults.answers import Layer
from zai_image_conformance.server.faults.table import FAULTS, FaultError, Requested, Target, requested

HEADER = "x-fault"
"""Names the faults of one request. In an image's link, a parameter of the same name does so."""
_COUNTS_KEPT = 256
"""Limits that headers ask for whose counts are kept, so that no caller can fill the memory with values."""
_MOST = 50
"""Faults that one request may ask for."""
_RANK = {name: rank for rank, name in enumerate(FAULTS)}


@define(eq=False)
class SwitchedFault:
    """A fault that is switched on; leaving it as a context manager switches it off."""

    requested: Requested
    _switchboard: Switchboard = field(repr=False, alias="switchboard")
    times: int | None
    """How many requests it still acts on; None means every one."""
    layer: Layer = field(repr=False, init=False)
    """What it does, with a count of its own where it counts."""

    def __attrs_post_init__(self) -> None:
        self.layer = self.requested.layer()

    def off(self) -> None:
        """Switch it off; nothing happens where it is off already."""
        self._switchboard.discard(self)

    def __enter__(self) -> SwitchedFault:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.off()


class Switchboard:
    """The faults of one server; safe to use from other threads than the server's."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Switch on some faults from the start.

        Args:
            names: The faults, such as `latency=0.2`.

        Raises:
            FaultError: There is no such fault.
        """
        self._on: list[SwitchedFault] = []
        self._lock = threading.Lock()
        self._counting = lru_cache(_COUNTS_KEPT)(Requested.layer)
        for name in names:
            self.switch_on(name)

    def switch_on(self, name: str, *, times: int | None = None) -> SwitchedFault:
        """Switch on a fault.

        Args:
            name: Its name, with its value where it takes one: `latency=0.2`.
            times: For how many requests, or downloads of images, it is at work; None means until it is switched off.

        Returns:
            The fault, which can be switched off, or used as a context manager.

        Raises:
            FaultError: There is no such fault.
        """
        fault = SwitchedFault(requested(name), self, times)
        with self._lock:
            self._on.append(fault)
        return fault

    def discard(self, fault: SwitchedFault) -> None:
        """Switch off a fault, if it is on."""
        with self._lock:
            if fault in self._on:
                self._on.remove(fault)

    def clear(self) -> None:
        """Switch off every fault, and forget what limits have counted."""
        with self._lock:
            self._on.clear()
            self._counting.cache_clear()

    def layers(self, target: Target, connection: HTTPConnection) -> list[Layer]:
        """Return the faults that act on a request, the one nearest the wire first.

        Args:
            target: What the request is.
            connection: The request.

        Raises:
            FaultError: The request asks for a fault that there is not.
        """
        # Read before anything is counted, since it may be refused.
        asked = [each for each in asked_for(connection) if each.fault.target is target]
        with self._lock:
            found = [(each.requested, each.layer) for each in self._taken(target)]
            found += [(each, self._counting(each) if each.fault.counts else each.layer()) for each in asked]
        found.sort(key=lambda each: _RANK[each[0].fault.name])
        return [layer for _, layer in found]

    def _taken(self, target: Target) -> Iterator[SwitchedFault]:
        for switched in tuple(self._on):
            if switched.requested.fault.target is not target:
                continue
            if switched.times is not None:
                switched.times -= 1
                if switched.times <= 0:
                    self._on.remove(switched)
            if switched.times is None or switched.times >= 0:
                yield switched


def asked_for(connection: HTTPConnection) -> tuple[Requested, ...]:
    """Return the faults that a request asks for itself, each once.

    Raises:
        FaultError: There is no such fault, or it asks for too many.
    """
    texts = (*connection.headers.getlist(HEADER), *connection.query_params.getlist(HEADER))
    names = [name for text in texts for name in text.split(",") if name.strip()]
    if len(names) > _MOST:
        raise FaultError(f"{len(names)} faults are asked for; one request may ask for {_MOST} at most")
    return tuple(dict.fromkeys(map(requested, names)))
