"""What a batch costs beside a bare loop of generate and save, how its memory grows, and what more processes bring.

``python -m benchmarks.batch 100000`` runs one batch of so many prompts and prints its rate and memory.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.pairs import Comparison
from benchmarks.serving import serving
from zai_image import AsyncZaiImage
from zai_image.batch import Event, Limits, run

_PROMPTS: Final = 2_000
_MANY: Final = 100_000
_ROUNDS: Final = 5
_CONCURRENCY: Final = 16
_IMAGE_BYTES: Final = 20_000


def comparisons() -> Iterator[Comparison]:
    """Measure batch and bare loop in turn, then a large batch."""
    with serving(size=_IMAGE_BYTES) as base, tempfile.TemporaryDirectory() as folder:
        rounds = []
        for number in range(_ROUNDS + 1):
            pair = [_measured(kind, base, _PROMPTS, Path(folder) / f"{kind}{number}") for kind in ("batch", "bare")]
            rounds.append(pair)
        for what in ("cpu", "wall"):
            yield Comparison(
                f"a prompt of a batch: {what}, over a bare loop of generate and save",
                [ours[what] / other[what] for ours, other in rounds[1:]],
                [ours[what] / _PROMPTS * 1e3 for ours, _ in rounds[1:]],
            )
        many = _measured("batch", base, _MANY, Path(folder) / "many")
    yield Comparison(
        f"{_MANY:,} prompts: memory at the end, over that after a tenth",
        [many["last"] / many["early"]],
        [many["wall"] / _MANY * 1e3],
    )


def _measured(kind: str, base: str, prompts: int, folder: Path) -> dict[str, float]:
    """Run one part in a process of its own, which measures itself."""
    command = [sys.executable, "-m", "benchmarks.batch", kind, base, str(prompts), str(folder)]
    told: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return told


def resident() -> float:
    """Return the MiB that this process holds; only Linux tells."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _client(base: str) -> partial[AsyncZaiImage]:
    return partial(AsyncZaiImage, "a-key", base_url=base, max_retries=0)


async def _bare(base: str, prompts: int, folder: Path) -> None:
    left = iter(range(prompts))

    async def worker(zai: AsyncZaiImage) -> None:
        for number in left:
            image = await zai.images.generate(f"A red fox, number {number}")
            await image.save(folder / f"{number}.png")

    async with _client(base)() as zai:
        await asyncio.gather(*(worker(zai) for _ in range(_CONCURRENCY)))


def _part(kind: str, base: str, prompts: int, folder: Path, journal: str | None = None) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "in.txt"
    if kind == "batch":
        with source.open("w") as file:
            file.writelines(f"A red fox, number {number}\n" for number in range(prompts))
    stored, sizes = 0, []

    def tell(event: Event) -> None:
        nonlocal stored
        stored += event.kind == "stored"
        if stored % max(1, prompts // 10) == 0:
            sizes.append(resident())

    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    if kind == "bare":
        asyncio.run(_bare(base, prompts, folder))
    else:
        limits = Limits(_CONCURRENCY)
        summary = asyncio.run(
            run(source, folder / "out", journal=journal, client=_client(base), limits=limits, tell=tell)
        )
        assert summary.counts["stored"] == prompts, summary  # type: ignore[index]
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": cpu, "early": sizes[0] if sizes else 0, "last": sizes[-1] if sizes else 0}


def main(arguments: list[str]) -> None:
    """Run one part, or a batch of so many prompts."""
    if len(arguments) == 1:
        with serving(size=_IMAGE_BYTES) as base, tempfile.TemporaryDirectory() as folder:
            told = _measured("batch", base, int(arguments[0]), Path(folder))
    else:
        kind, base, prompts, folder = arguments
        told = _part(kind, base, int(prompts), Path(folder))
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
