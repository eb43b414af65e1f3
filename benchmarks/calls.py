"""CPU of a call, one after another, over that of `httpx.Client.post(json=...).json()` on the same server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Final

import httpx

from benchmarks.pairs import Comparison, compare
from benchmarks.rivals import cpu_of_a_call, rivals
from benchmarks.serving import PATH, serving
from zai_image import ZaiImage

# Few at a time and in many turns: on a busy machine only what is close together can be compared.
_CALLS: Final = 50
_ROUNDS: Final = 40


def comparisons() -> Iterator[Comparison]:
    """Measure our client, and then the other SDKs in their own environment."""
    with serving() as base, httpx.Client() as raw:
        headers = {"Authorization": "Bearer a-key"}
        body = {"model": "glm-image", "prompt": "kitten", "size": "1280x1280"}

        def bare() -> None:
            raw.post(base + PATH, json=body, headers=headers).json()

        with ZaiImage("a-key", base_url=base) as zai, ThreadPoolExecutor(1) as worker:

            def ours() -> None:
                zai.images.generate("kitten", size="1280x1280")

            yield compare(
                "CPU of a checked call, over raw httpx",
                partial(_cpu_of, ours, worker),
                partial(_cpu_of, bare, worker),
                rounds=_ROUNDS,
            )
        for rival in rivals():
            ratios, milliseconds = cpu_of_a_call(rival, base, calls=_CALLS, rounds=_ROUNDS)
            yield Comparison(f"CPU of a call of {rival.requirement}, over raw httpx", ratios, milliseconds)


def _cpu_of(act: Callable[[], None], worker: Executor) -> float:
    """Return the CPU seconds of one call, those of a transport's own threads included."""

    def measured() -> float:
        start = time.process_time()
        for _ in range(_CALLS):
            act()
        return (time.process_time() - start) / _CALLS

    return worker.submit(measured).result()
