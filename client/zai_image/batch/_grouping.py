"""Does together what comes at about the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from attrs import define, field

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@define
class Grouped(Generic[_Item, _Result]):
    """Does in a thread, with one call, all that came while the call before was running.

    Attributes:
        act: Takes the items of a group and returns a result for each.
    """

    act: Callable[[Sequence[_Item]], Sequence[_Result]]
    _waiting: list[tuple[_Item, asyncio.Future[_Result]]] = field(factory=list)
    _turns: asyncio.Lock = field(factory=asyncio.Lock)

    async def __call__(self, item: _Item) -> _Result:
        """Return what comes of an item."""
        future: asyncio.Future[_Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        async with self._turns:
            # Or the one before has done it with its own.
            if not future.done():
                await self._act()
        return future.result()

    async def _act(self) -> None:
        group, self._waiting = self._waiting, []
        try:
            results = await asyncio.to_thread(self.act, [item for item, _ in group])
        except Exception as error:
            for _, future in group:
                future.set_exception(error)
        else:
            for (_, future), result in zip(group, results, strict=True):
                future.set_result(result)
