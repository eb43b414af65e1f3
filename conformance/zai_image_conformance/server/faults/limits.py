"""Limits that a server sets on how often, and how many at once, it is asked."""

from __future__ import annotations

import math
import time
from collections import deque

from zai_image_conformance.server.faults.answers import Answer, Ask, Layer, Wait

_MINUTE = 60.0


def now() -> float:
    """Return the seconds on a clock that never goes back."""
    return time.monotonic()


def rate(limit: float) -> Layer:
    """Refuse what is over so many requests within any minute, and say when there is room again."""
    let_in: deque[float] = deque()

    async def layer(ask: Ask, wait: Wait) -> Answer:
        moment = now()
        while let_in and let_in[0] <= moment - _MINUTE:
            let_in.popleft()
        if len(let_in) >= limit:
            seconds = math.ceil(let_in[0] + _MINUTE - moment)
            return Answer.refusal(1303, {"retry-after": str(max(1, seconds))})
        let_in.append(moment)
        return await ask()

    return layer


def concurrency(limit: float) -> Layer:
    """Refuse what comes while so many are being answered."""
    under_way = 0

    async def layer(ask: Ask, wait: Wait) -> Answer:
        nonlocal under_way
        if under_way >= limit:
            return Answer.refusal(1302)
        under_way += 1
        try:
            return await ask()
        finally:
            under_way -= 1

    return layer
