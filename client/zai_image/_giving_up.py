"""Waits for something until it is given up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar

GRACE: Final = 20.0
"""Seconds that requests under way get for their answers once a run is to end: what an image takes by the page."""
_T = TypeVar("_T")


async def unless(given_up: asyncio.Event, doing: Awaitable[_T]) -> _T | None:
    """Return what comes of something; None where it was given up before, and is cancelled."""
    task, giving_up = asyncio.ensure_future(doing), asyncio.create_task(given_up.wait())
    try:
        await asyncio.wait((task, giving_up), return_when=asyncio.FIRST_COMPLETED)
    finally:
        giving_up.cancel()
    if not task.done():
        task.cancel()
        await asyncio.wait((task,))
    return None if task.cancelled() else task.result()
