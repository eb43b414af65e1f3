"""A worker is killed at every moment in turn: the next run stores what was paid for, and pays for nothing twice."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import delete

from tests.batch.conftest import Start
from tests.batch.databases import Database
from tests.cli.studio import PNG, Exchange, Studio, drawn
from zai_image.batch import Journal, State, Summary, summary_of
from zai_image.batch._tables import METADATA

PROMPTS = ["A fox", "A hen"]
MOMENTS = 200
"""More than a run of two prompts has."""


def summary(address: str) -> Summary:
    journal = Journal.open(address, working=False)
    try:
        return summary_of(journal)
    finally:
        journal.close()


def unknown(address: str) -> list[str]:
    journal = Journal.open(address, working=False)
    try:
        return [row.prompt for row in journal.rows(State.UNKNOWN)]
    finally:
        journal.close()


def finish(process: Any) -> None:
    process.join(60)
    assert process.exitcode == 0


def check(folder: Path, studio: Studio, lost: list[str]) -> None:
    """Every prompt has its image, and only what was told to be unknown was sent for more than once."""
    out = folder / "out"
    stored = {path.name: path.read_bytes() for path in out.iterdir()}
    assert stored == {
        f"{number:06}-{prompt.lower().replace(' ', '-')}.png": PNG for number, prompt in enumerate(PROMPTS, start=1)
    }
    orders = Counter(body["prompt"] for body in studio.asked)
    assert set(orders) == set(PROMPTS)
    assert all(orders[prompt] <= 1 + (prompt in lost) for prompt in PROMPTS)


def killed_at_every_moment(
    folder: Path, studio: Studio, start: Start, address: str, let_leases_end: Callable[[], None] = lambda: None
) -> int:
    """Kill a worker at each moment of a fresh journal, run again, and check; return how many moments there were."""
    (folder / "in.txt").write_text("\n".join(PROMPTS))
    downloaded: set[str] = set()

    async def noted(exchange: Exchange) -> None:
        downloaded.add(exchange.prompt)
        await drawn(exchange)

    studio.images = dict.fromkeys(PROMPTS, noted)
    for moment in range(1, MOMENTS):
        studio.asked.clear()
        downloaded.clear()
        process = start(moment=moment, journal=address)
        process.join(60)
        if process.exitcode == 0:
            return moment
        assert process.exitcode == -signal.SIGKILL
        before = downloaded.copy()
        if moment > 1:
            let_leases_end()
        # Nothing that may have been charged is sent again.
        finish(start(journal=address))
        lost = unknown(address)
        after = summary(address)
        assert after.counts[State.STORED] + len(lost) == after.paid == len(PROMPTS)
        assert max(Counter(body["prompt"] for body in studio.asked).values()) == 1
        # The URL was committed before its download started.
        assert before.isdisjoint(lost)
        if lost:
            # Unless it is wanted, by name.
            finish(start(journal=address, retry_unknown=True))
        check(folder, studio, lost)
        for path in (folder / "out").iterdir():
            path.unlink()
        forget(address)
    raise AssertionError("the worker never came to its end")


def forget(address: str) -> None:
    """Forget everything in a journal."""
    journal = Journal.open(address)
    try:
        with journal._begin() as connection:
            for table in METADATA.tables.values():
                connection.execute(delete(table))
    finally:
        journal.close()


def test_sqlite_killed_at_every_moment(tmp_path: Path, studio: Studio, start: Start) -> None:
    assert killed_at_every_moment(tmp_path, studio, start, str(tmp_path / "journal")) > 2 * 2 * len(PROMPTS)


def test_postgresql_killed_at_every_moment(tmp_path: Path, studio: Studio, start: Start, database: Database) -> None:
    moments = killed_at_every_moment(tmp_path, studio, start, database.address, database.let_leases_end)
    assert moments > 2 * 2 * len(PROMPTS)
