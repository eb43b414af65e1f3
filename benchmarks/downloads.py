"""A thousand images of 2 MB, sixteen at a time, saved to disk, over a bare streaming loop on the same transport."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

import httpx

from benchmarks.flight import greatest_resident_size
from benchmarks.pairs import Comparison
from benchmarks.serving import IMAGE_BYTES, serving
from zai_image import AsyncZaiImage

_IMAGES: Final = 1000
_AT_A_TIME: Final = 16
_ROUNDS: Final = 3

Fetch = Callable[[Path], Awaitable[object]]


def comparisons() -> Iterator[Comparison]:
    """Measure `save` and the bare loop in turn."""
    with serving() as base:
        pairs, grown = asyncio.run(_measured(base))
        yield Comparison(
            "1,000 x 2 MB: wall of save, over a bare loop",
            [mine / bare for mine, bare in pairs],
            [mine for mine, _ in pairs],
            unit="s",
        )
        yield Comparison(
            "1,000 x 2 MB: memory grown meanwhile, over 16 images",
            [grown / (_AT_A_TIME * IMAGE_BYTES)],
            [grown / 2**20],
            unit="MiB",
        )


async def _measured(base: str) -> tuple[list[tuple[float, float]], int]:
    async with httpx.AsyncClient(timeout=60) as client, AsyncZaiImage("a-key", base_url=base) as zai:
        image = await zai.images.generate("kitten", size="1280x1280")

        async def bare(path: Path) -> None:
            async with client.stream("GET", image.url) as response:
                with path.open("wb") as file:
                    async for chunk in response.aiter_bytes():
                        file.write(chunk)

        await _wall(image.save, _AT_A_TIME)
        await _wall(bare, _AT_A_TIME)
        before = greatest_resident_size()
        pairs = [(await _wall(image.save, _IMAGES), await _wall(bare, _IMAGES)) for _ in range(_ROUNDS)]
        return pairs, greatest_resident_size() - before


async def _wall(fetch: Fetch, images: int) -> float:
    """Return the seconds to fetch so many images; each worker writes over its own file, so the disk stays free."""
    left = iter(range(images))

    async def worker(path: Path) -> None:
        for _ in left:
            await fetch(path)

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        await asyncio.gather(*(worker(Path(folder) / f"{number}.png") for number in range(_AT_A_TIME)))
        return time.perf_counter() - start
