"""What a batch costs beside a bare loop of generate and save, how its memory grows, and what more processes bring.

``python -m benchmarks.batch 100000`` runs one batch of so many prompts against the embedded server and prints its rate,
its memory after each tenth, and the CPU of a prompt.
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
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.pairs import Comparison
from benchmarks.serving import serving
from tests.batch.databases import Database, postgresql_server
from zai_image import AsyncZaiImage
from zai_image.batch import Event, Limits, run

_PROMPTS: Final = 2_000
_ROUNDS: Final = 5
_CONCURRENCY: Final = 16
_IMAGE_BYTES: Final = 20_000
_PROCESSES: Final = 4
_SHARED_PROMPTS: Final = 400
"""Of each process, so that what all take is as long as what one takes alone."""


def comparisons() -> Iterator[Comparison]:
    """Measure batch and bare loop in turn, then one process and four on PostgreSQL."""
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
    one, four = _shared(1), _shared(_PROCESSES)
    yield Comparison(
        f"{_PROCESSES} processes on PostgreSQL, server answers after 1 s: prompts a second, over one process",
        [four / one],
        [four],
        unit="a second",
    )


def _shared(processes: int) -> float:
    """Return how many prompts a second some processes store that share a journal, 16 requests at once for each."""
    prompts = processes * _SHARED_PROMPTS
    with (
        serving(delay=1.0, size=_IMAGE_BYTES) as base,
        tempfile.TemporaryDirectory() as folder,
        postgresql_server() as server,
        Database.fresh(server) as database,
    ):
        shared = (base, str(prompts), folder, database.address, str(processes * _CONCURRENCY))
        _write_prompts(Path(folder) / "in.txt", prompts)
        command = [sys.executable, "-m", "benchmarks.batch", "batch", *shared]
        start = time.perf_counter()
        running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(processes)]
        assert [process.wait() for process in running] == [0] * processes
        return prompts / (time.perf_counter() - start)


def _measured(kind: str, base: str, prompts: int, folder: Path) -> dict[str, Any]:
    """Run one part in a process of its own, which measures itself."""
    folder.mkdir()
    _write_prompts(folder / "in.txt", prompts)
    command = [sys.executable, "-m", "benchmarks.batch", kind, base, str(prompts), str(folder)]
    told: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return told


def _write_prompts(path: Path, prompts: int) -> None:
    with path.open("w") as file:
        file.writelines(f"A red fox, number {number}\n" for number in range(prompts))


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


def _part(
    kind: str, base: str, prompts: int, folder: Path, journal: str | None = None, concurrency: int = _CONCURRENCY
) -> dict[str, Any]:
    stored, sizes = 0, []

    def tell(event: Event) -> None:
        nonlocal stored
        stored += event.kind == "stored"
        if stored % max(1, prompts // 10) == 0:
            sizes.append(round(resident(), 1))

    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    if kind == "bare":
        asyncio.run(_bare(base, prompts, folder))
    else:
        limits = Limits(concurrency)
        batch = run(folder / "in.txt", folder / "out", journal=journal, client=_client(base), limits=limits, tell=tell)
        summary = asyncio.run(batch)
        assert summary.counts["stored"] == prompts, summary  # type: ignore[index]
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": cpu, "prompts_a_second": prompts / wall, "mebibytes": sizes}


@contextmanager
def _embedded() -> Iterator[str]:
    """Run the embedded server in a process of its own, and yield its base URL."""
    command = [sys.executable, "-m", "zai_image", "serve", "--port", "0", "--api-key", "a-key"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def main(arguments: list[str]) -> None:
    """Run one part, or a batch of so many prompts."""
    if len(arguments) == 1:
        with _embedded() as base, tempfile.TemporaryDirectory() as folder:
            told = _measured("batch", base, int(arguments[0]), Path(folder) / "many")
    else:
        kind, base, prompts, where, *shared = arguments
        journal, concurrency = shared or (None, _CONCURRENCY)
        told = _part(kind, base, int(prompts), Path(where), journal, int(concurrency))
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
