"""Several workers on one PostgreSQL: one killed, one paused past its lease and woken; limits hold for all together."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from tests.batch.conftest import Batch, Start
from tests.batch.databases import Database
from tests.batch.test_killed import finish, summary, unknown
from tests.cli.studio import PNG, Exchange, Studio, made
from zai_image.batch import Journal, Limits, Prompt, State
from zai_image.batch._model import Answered, Failed, Named, NotStored, Outcome, Stored, Wish, Work

PROMPTS = [f"Fox {number}" for number in range(12)]
LEASE = 0.5


def images(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in (folder / "out").iterdir()]


def is_paused(process: Any) -> bool:
    """Wait until a process is stopped, or has ended; return which."""
    end = time.monotonic() + 60
    while process.exitcode is None:
        assert time.monotonic() < end
        with suppress(FileNotFoundError):
            if Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T":
                return True
        process.join(0.02)
    return False


def wake(process: Any) -> None:
    """Let a process go on to its end: an error, where its transaction was ended meanwhile."""
    os.kill(process.pid, signal.SIGCONT)
    process.join(60)
    assert process.exitcode in (0, 1)


def check_all(folder: Path, studio: Studio, start: Start, database: Database, lost: list[str], prompts: int) -> None:
    """With what is unknown sent again, every prompt has its image, and nothing else was sent for twice."""
    assert max(Counter(body["prompt"] for body in studio.asked).values()) == 1
    finish(start(journal=database.address, retry_unknown=True))
    after = summary(database.address)
    assert after.counts[State.STORED] == prompts, database.query("SELECT * FROM zai_image_prompts")
    assert images(folder) == [PNG] * prompts
    orders = Counter(body["prompt"] for body in studio.asked)
    assert len(orders) == prompts
    assert [prompt for prompt in orders if orders[prompt] > 1 + (prompt in lost)] == []


# A run of three prompts has fewer moments than these.
@pytest.mark.parametrize("moment", range(4, 40, 3))
def test_a_worker_that_sleeps_past_its_lease_at_any_moment_costs_nothing_and_stores_nothing_twice(
    tmp_path: Path, studio: Studio, start: Start, database: Database, moment: int
) -> None:
    (tmp_path / "in.txt").write_text("\n".join(PROMPTS[:3]))
    sleeper = start(journal=database.address, lease=LEASE, moment=moment, signal=signal.SIGSTOP)
    if is_paused(sleeper):
        # It may hold locks: those end with its lease.
        finish(start(journal=database.address, lease=LEASE))
        lost = unknown(database.address)
        wake(sleeper)
    else:
        lost = []
    check_all(tmp_path, studio, start, database, [*lost, *unknown(database.address)], 3)


def test_a_worker_that_wakes_after_its_lease_does_not_send_what_it_had_claimed(
    tmp_path: Path, studio: Studio, start: Start, database: Database
) -> None:
    (tmp_path / "in.txt").write_text("A fox")
    sleeper = start(journal=database.address, lease=LEASE, sleeps_after_claim=True)
    assert is_paused(sleeper)
    database.let_leases_end()
    finish(start(journal=database.address))
    assert (unknown(database.address), studio.asked) == (["A fox"], [])
    # Each run takes its time: in the end the sleeper has slept past its lease.
    end = time.monotonic() + LEASE
    finish(start(journal=database.address, retry_unknown=True))
    while time.monotonic() < end:
        finish(start(journal=database.address))
    wake(sleeper)
    assert len(studio.asked) == 1
    assert summary(database.address).counts[State.STORED] == 1


@pytest.mark.parametrize("run", range(3))
def test_three_workers_share_the_work_though_one_is_killed_and_one_sleeps(
    tmp_path: Path, studio: Studio, start: Start, database: Database, run: int
) -> None:
    (tmp_path / "in.txt").write_text("\n".join(PROMPTS))
    random = Random(run)
    shared = {"journal": database.address, "lease": LEASE, "concurrency": 6}
    killed = start(moment=random.randint(5, 30), **shared)
    sleeper = start(moment=random.randint(5, 30), signal=signal.SIGSTOP, **shared)
    third = start(**shared)
    killed.join(60)
    paused = is_paused(sleeper)
    finish(third)
    lost = unknown(database.address)
    if paused:
        wake(sleeper)
    check_all(tmp_path, studio, start, database, [*lost, *unknown(database.address)], len(PROMPTS))


def test_one_number_of_images_holds_for_all_workers(
    tmp_path: Path, studio: Studio, start: Start, database: Database
) -> None:
    (tmp_path / "in.txt").write_text("\n".join(PROMPTS))
    for process in [start(journal=database.address, max_images=8) for _ in range(3)]:
        finish(process)
    after = summary(database.address)
    assert (after.paid, after.counts[State.STORED], after.counts[State.WAITING]) == (8, 8, len(PROMPTS) - 8)
    assert len(studio.asked) == 8


@pytest.fixture
def shared(database: Database) -> Iterator[Journal]:
    """A journal of as many prompts as there are."""
    journal = Journal.open(database.address)
    journal.take_in("digest", [Prompt(prompt, number, prompt, {}) for number, prompt in enumerate(PROMPTS, 1)])
    yield journal
    journal.close()


@pytest.mark.parametrize("run", range(5))
def test_no_more_is_under_way_or_paid_for_than_all_workers_together_may(shared: Journal, run: int) -> None:
    random = Random(run)
    workers = [shared.begin() for _ in range(3)]
    under_way: dict[str, list[Work]] = {worker: [] for worker in workers}
    limits = Limits(concurrency=3, max_images=8)
    most = 0
    for _ in range(60):
        worker = random.choice(workers)
        done = random.sample(under_way[worker], random.randint(0, len(under_way[worker])))
        outcomes: list[Outcome] = []
        for work in done:
            refused, answered = Failed(work, State.REFUSED, "no"), Answered(work, "url", None, None, named)
            outcomes.append(random.choice((refused, answered)))
        claim = shared.turn(worker, outcomes, Wish(random.randint(0, 5), limits, "digest"))[1]
        under_way[worker] = [work for work in under_way[worker] if work not in done] + list(claim.work)
        asked = sum(map(len, under_way.values()))
        most = max(most, asked)
        assert asked <= 3
        assert shared.counts()[State.ANSWERED] + asked == shared.paid() <= 8
    assert most == 3


def test_one_rate_holds_for_all_workers(shared: Journal, database: Database) -> None:
    workers = [shared.begin() for _ in range(3)]
    wish = Wish(5, Limits(10, rate=1), "digest")
    for minute in range(4):
        claims = [shared.turn(worker, [], wish)[1] for worker in Random(minute).sample(workers, 3)]
        assert [len(claim.work) for claim in claims] == [1, 0, 0]
        assert all(0 < claim.pause <= 60 for claim in claims)
        database.query("UPDATE zai_image_totals SET next_at = next_at - 60 RETURNING id")


def claimed(journal: Journal, worker: str) -> Work:
    """The one prompt that a worker claims."""
    (work,) = journal.turn(worker, [], Wish(1, Limits(), "digest"))[1].work
    return work


def settle(journal: Journal, worker: str, outcomes: list[Outcome]) -> list[str | bool]:
    return journal.turn(worker, outcomes, Wish(0, Limits(), "digest"))[0]


def named(nth: int) -> str:
    return f"image-{nth}"


@pytest.fixture
def journal(database: Database) -> Iterator[Journal]:
    """A journal of one prompt, whose workers count as dead at once."""
    # At once, for whoever asks: no transaction takes so long that it is ended.
    journal = Journal.open(database.address)
    journal.lease = 0
    journal.take_in("digest", [Prompt("1", 1, "A fox", {})])
    yield journal
    journal.close()


def test_a_claim_that_is_not_the_last_changes_nothing(journal: Journal) -> None:
    first, second = journal.begin(), journal.begin()
    asked = claimed(journal, first)
    assert journal.recover()[1] == [("1", "A fox")]
    journal.retry(State.UNKNOWN, "digest")
    again = claimed(journal, second)
    assert again.token > asked.token
    outcomes_of_the_first: list[Outcome] = [
        Answered(asked, "url", None, None, named),
        Failed(asked, State.WAITING, "no"),
        Failed(asked, State.UNKNOWN, "?"),
        Named(asked, named),
        Stored(asked, "image-0.png"),
    ]
    assert settle(journal, first, outcomes_of_the_first) == [False] * 5
    assert settle(journal, second, [Answered(again, "url", None, None, named)]) == ["image-0"]
    assert settle(journal, first, outcomes_of_the_first) == [False] * 5
    journal.recover()
    third = claimed(journal, first)
    assert settle(journal, second, [Stored(again, "image-0.png"), NotStored(again, "no")]) == [False] * 2
    assert settle(journal, first, [Stored(third, "image-0.png")]) == [True]
    assert journal.paid() == 2


def test_an_answer_that_comes_late_is_kept_unless_somebody_else_was_asked_since(journal: Journal) -> None:
    worker = journal.begin()
    asked = claimed(journal, worker)
    journal.recover()
    journal.retry(State.UNKNOWN, "digest")
    assert settle(journal, worker, [Answered(asked, "url", None, None, named)]) == ["image-0"]
    assert journal.counts()[State.ANSWERED] == 1


@pytest.mark.parametrize("outcome", ["answered", "waiting", "refused", "unknown", "stored", "not stored"])
def test_an_outcome_whose_commit_was_not_confirmed_may_be_noted_again(journal: Journal, outcome: str) -> None:
    worker = journal.begin()
    work = claimed(journal, worker)
    answered = Answered(work, "url", None, None, named)
    if outcome in ("stored", "not stored"):
        settle(journal, worker, [answered])
    known: dict[str, Outcome] = {
        "answered": answered,
        "stored": Stored(work, "image-0.png"),
        "not stored": NotStored(work, "no"),
    }
    noted = known.get(outcome) or Failed(work, State(outcome), "no")
    settle(journal, worker, [noted])
    before = journal.counts(), journal.paid(), list(journal.rows())
    settle(journal, worker, [noted])
    assert (journal.counts(), journal.paid(), list(journal.rows())) == before


CHANGES: list[Callable[[Journal, str, Work], object]] = [
    lambda journal, worker, work: settle(journal, worker, [Failed(work, State.REFUSED, "no")]),
    lambda journal, worker, work: settle(journal, worker, [Answered(work, "url", None, None, named)]),
    lambda journal, worker, work: journal.turn(worker, [], Wish(1, Limits(), "digest")),
    lambda journal, worker, work: journal.take_in("another", [Prompt("1", 1, "A fox", {})]),
    lambda journal, worker, work: journal.retry(State.ASKED, "digest"),
    lambda journal, worker, work: journal.recover(),
    lambda journal, worker, work: journal.end(worker),
]


@pytest.mark.parametrize("change", CHANGES)
def test_whoever_changes_prompts_waits_for_others_before_locking_anything_so_that_none_waits_for_another_that_waits(
    journal: Journal, database: Database, change: Callable[[Journal, str, Work], object]
) -> None:
    worker = journal.begin()
    work = claimed(journal, worker)
    other = psycopg.connect(database.address)
    with ThreadPoolExecutor(1) as threads:
        with other, other.transaction():
            other.execute("SELECT * FROM zai_image_totals FOR UPDATE")
            waiting = threads.submit(change, journal, worker, work)
            database.wait_for_a_wait()
            for table in ("prompts", "workers"):
                assert other.execute(f"SELECT id FROM zai_image_{table} FOR UPDATE NOWAIT").fetchone()
            other.execute("INSERT INTO zai_image_names VALUES ('image-0', 'other')")
        waiting.result(60)


def test_signs_of_life_wait_for_no_other_worker(
    tmp_path: Path, studio: Studio, start: Start, database: Database
) -> None:
    (tmp_path / "in.txt").write_text("\n".join(PROMPTS))
    other = psycopg.connect(database.address)

    async def made_while_another_changes_prompts(exchange: Exchange) -> None:
        other.execute("SELECT * FROM zai_image_totals FOR UPDATE")
        await made(exchange)

    studio.orders["Fox 3"] = made_while_another_changes_prompts
    with other, other.transaction():
        worker = start(journal=database.address, lease=LEASE)
        database.wait_for_a_wait()
        time.sleep(3 * LEASE)
        silent = "SELECT id FROM zai_image_workers WHERE seen < extract(epoch FROM clock_timestamp()) - %s"
        assert other.execute(silent, [LEASE]).fetchall() == []
    finish(worker)
    assert summary(database.address).counts[State.STORED] == len(PROMPTS) == len(studio.asked)


def test_a_lost_claim_leaves_its_place_to_the_next_prompt(batch: Batch, studio: Studio, database: Database) -> None:
    next_is_asked = asyncio.Event()

    async def made_though_the_claim_is_lost(exchange: Exchange) -> None:
        values = "token = token + 1, state = 'unknown', worker = NULL"
        lose = f"UPDATE zai_image_prompts SET {values} WHERE prompt = 'Fox 1' RETURNING 1"
        await asyncio.to_thread(database.query, lose)
        await made(exchange)

    async def made_once_the_next_is_asked(exchange: Exchange) -> None:
        await asyncio.wait_for(next_is_asked.wait(), 20)
        await made(exchange)

    async def next_made(exchange: Exchange) -> None:
        next_is_asked.set()
        await made(exchange)

    studio.orders |= {
        "Fox 1": made_though_the_claim_is_lost,
        "Fox 2": made_once_the_next_is_asked,
        "Fox 3": next_made,
    }
    # No sign of life comes in the time that it takes.
    summary, _ = batch(PROMPTS[:4], journal=database.address, lease=600, limits=Limits(2))
    assert summary.counts[State.STORED] == 3
