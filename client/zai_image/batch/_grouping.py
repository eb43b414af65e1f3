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
    """Does in a thread, with one call, all that came while as many calls were running as may run at once.

    Attributes:
        act: Takes the items of a group and returns a result for each.
        at_once: How many calls may run at once.
    """

    act: Callable[[Sequence[_Item]], Sequence[_Result]]
    at_once: int
    _waiting: list[tuple[_Item, asyncio.Future[_Result]]] = field(factory=list)
    _turns: asyncio.Semaphore = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._turns = asyncio.Semaphore(self.at_once)

    async def __call__(self, item: _Item) -> _Result:
        """Return what comes of an item."""
        future: asyncio.Future[_Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        async with self._turns:
            # Or another has taken it into its group.
            if self._waiting:
                await self._act_on_group()
        return await future

    async def _act_on_group(self) -> None:
        group, self._waiting = self._waiting, []
        results, error = await asyncio.to_thread(self._results, [item for item, _ in group])
        for index, (_, future) in enumerate(group):
            if future.done():
                # Nobody waits for it any more.
                continue
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(results[index])

    def _results(self, items: Sequence[_Item]) -> tuple[Sequence[_Result], Exception | None]:
        """Return the results, or why there are none."""
        try:
            results = list(self.act(items))
            if len(results) != len(items):
                raise ValueError(f"{len(results)} results came for {len(items)} images")
        except Exception as error:
            # No future takes the error that ends an iteration.
            return [], RuntimeError(str(error)) if isinstance(error, StopIteration) else error
        return results, None
