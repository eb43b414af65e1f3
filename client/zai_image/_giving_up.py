"""Waits for something until it is given up."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from attrs import define, field

GRACE: Final = 20.0
"""Seconds that requests under way get for their answers once a run is to end: what an image takes by the page."""
_T = TypeVar("_T")


@define
class GivingUp:
    """Gives up at once all that waits inside it, and all that would wait later.

    Attributes:
        is_done: Whether it has given up.
    """

    is_done: bool = False
    _tasks: set[asyncio.Task[Any]] = field(factory=set)

    def give_up(self) -> None:
        """Cancel what waits."""
        self.is_done = True
        for task in self._tasks:
            task.cancel()

    async def unless(self, doing: Coroutine[Any, Any, _T]) -> _T | None:
        """Return what comes of something; None where it was given up before."""
        if self.is_done:
            doing.close()
            return None
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            return await doing
        except asyncio.CancelledError:
            if not self.is_done:
                raise
            task.uncancel()
            return None
        finally:
            self._tasks.discard(task)
