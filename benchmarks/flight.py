"""Many calls in flight at once on a server that answers each after some seconds: their wall time, CPU and memory."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import httpx
import httpx2
from attrs import asdict, frozen

from benchmarks.pairs import Comparison
from benchmarks.serving import open_many_files, serving
from zai_image import AsyncZaiImage

_DELAY: Final = 3.0
# Five thousand must all be in flight before the first is answered.
_LONG_DELAY: Final = 20.0
_ROUNDS: Final = 3
_KINDS: Final[Mapping[str, Callable[[], Any]]] = {
    "by default": lambda: None,
    "raw httpx2": lambda: httpx2.AsyncClient(limits=httpx2.Limits(max_connections=None)),
    "raw httpx": lambda: httpx.AsyncClient(limits=httpx.Limits(max_connections=None)),
}


@frozen
class Flight:
    """What it cost to have many calls in flight.

    Attributes:
        wall: Seconds from the first call to the last answer.
        cpu: CPU seconds of one call.
        memory: Bytes of one call in flight, by the greatest resident size of the process.
    """

    wall: float
    cpu: float
    memory: float


def comparisons() -> Iterator[Comparison]:
    """Measure each way in processes of their own, a thousand in flight and five thousand."""
    with serving(_DELAY) as base:
        for kind, rounds in (("by default", _ROUNDS), ("raw httpx2", 1), ("raw httpx", 1)):
            walls = [_flown(kind, 1000, base).wall for _ in range(rounds)]
            yield Comparison(
                f"1,000 in flight, {kind}: wall, over the {_DELAY:.0f} s of the server",
                [wall / _DELAY for wall in walls],
                walls,
                unit="s",
            )
    with serving(_LONG_DELAY) as long, serving(_DELAY) as base:
        for kind in ("by default",):
            pairs = [(_flown(kind, 5000, long), _flown(kind, 100, base)) for _ in range(_ROUNDS)]
            yield Comparison(
                f"5,000 in flight, {kind}: CPU of a call, over that of 100 in flight",
                [many.cpu / few.cpu for many, few in pairs],
                [many.cpu * 1e3 for many, _ in pairs],
            )
            kibibytes = [many.memory / 1024 for many, _ in pairs]
            yield Comparison(
                f"5,000 in flight, {kind}: memory of a call, over 60 KiB",
                [each / 60 for each in kibibytes],
                kibibytes,
                unit="KiB",
            )


def _flown(kind: str, calls: int, base: str) -> Flight:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.flight", kind, str(calls), base],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Flight(**json.loads(done.stdout))


async def _fly(kind: str, calls: int, base: str) -> Flight:
    async with AsyncZaiImage("a-key", base_url=base, http_client=_KINDS[kind](), timeout=300, max_retries=0) as zai:
        # The first call loads and makes what is loaded and made once.
        await zai.images.generate("kitten", size="1280x1280")
        gc.collect()
        memory, cpu, start = greatest_resident_size(), time.process_time(), time.perf_counter()
        await asyncio.gather(*(zai.images.generate("kitten", size="1280x1280") for _ in range(calls)))
        return Flight(
            time.perf_counter() - start,
            (time.process_time() - cpu) / calls,
            (greatest_resident_size() - memory) / calls,
        )


def greatest_resident_size() -> int:
    """Return the most bytes of memory that this process had so far."""
    import resource

    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else size * 1024


if __name__ == "__main__":
    open_many_files()
    print(json.dumps(asdict(asyncio.run(_fly(sys.argv[1], int(sys.argv[2]), sys.argv[3])))))
