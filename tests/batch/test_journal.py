"""A journal that cannot be used, or fails in the middle: nothing is sent on a guess, and what was paid for is told."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.batch.conftest import Batch, Start
from tests.batch.databases import Database
from tests.batch.test_killed import summary, unknown
from tests.cli.studio import Exchange, Studio, made
from zai_image.batch import Event, Journal, JournalError, State

PROMPTS = ["A fox", "A hen", "A cow"]


def of_another_version(path: Path) -> None:
    Journal.open(str(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE zai_image_totals SET version = version + 1")
    connection.close()


def of_another_program(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE zai_image_totals (name TEXT)")
    connection.close()


def damaged(path: Path) -> None:
    Journal.open(str(path)).close()
    content = path.read_bytes()
    path.write_bytes(content[:100] + bytes(len(content) - 100))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (of_another_version, "begin another journal with --journal, or use the zai-image that made this one"),
        (of_another_program, "the journal cannot be used: no such column"),
        (damaged, "the journal cannot be used: "),
        (lambda path: path.write_bytes(b"not a database" * 99), "the journal cannot be used: file is not a database"),
        (Path.mkdir, "the journal cannot be used: unable to open database file"),
        (lambda path: path.symlink_to(path), "the journal cannot be used: unable to open database file"),
    ],
)
def test_a_file_that_is_no_journal_of_ours_is_refused_before_anything_is_sent(
    batch: Batch, studio: Studio, tmp_path: Path, make: Callable[[Path], Any], told: str
) -> None:
    make(tmp_path / "journal")
    with pytest.raises(JournalError) as raised:
        batch(PROMPTS, journal=str(tmp_path / "journal"))
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)
    assert studio.asked == []


def test_a_journal_in_a_folder_that_does_not_exist_is_refused(batch: Batch, studio: Studio, tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="choose another --journal: cannot write beside"):
        batch(PROMPTS, journal=str(tmp_path / "missing/journal"))
    assert studio.asked == []


def test_a_link_to_a_journal_is_the_same_journal(batch: Batch, studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "journal")
    journal = Journal.open(str(tmp_path / "journal"))
    try:
        with pytest.raises(JournalError, match="on SQLite one process works at a time"):
            batch(PROMPTS, journal=str(tmp_path / "link"))
    finally:
        journal.close()
    assert studio.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:hunter2@127.0.0.1:9/images",
        "postgresql://me:hunter2@127.0.0.1:port/images",
        "postgresql://me:hunter2@[127.0.0.1/images",
        "mysql://me:hunter2@127.0.0.1/images",
        "postgresql+nothing://me:hunter2@127.0.0.1/images",
        "://me:hunter2@",
    ],
)
def test_no_message_shows_the_password_of_a_journal(address: str) -> None:
    with pytest.raises(JournalError) as raised:
        Journal.open(address)
    assert "hunter2" not in str(raised.value)


def test_where_the_journal_takes_no_outcome_any_more_the_run_stops_and_tells_the_url(
    batch: Batch, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zai_image.batch._runner.GRACE", 0)
    told: list[Event] = []

    def refuse(connection: Any) -> None:
        connection.exec_driver_sql("PRAGMA query_only = 1")

    async def made_while_the_disk_fills(exchange: Exchange) -> None:
        event.listen(Engine, "begin", refuse)
        await made(exchange)

    studio.orders["A fox"] = made_while_the_disk_fills
    try:
        with pytest.raises(JournalError, match="the journal cannot be used"):
            batch(PROMPTS, tell=told.append)
    finally:
        event.remove(Engine, "begin", refuse)
    assert [body["prompt"] for body in studio.asked] == ["A fox"]
    assert [event.kind for event in told] == ["stopped", "late"]
    assert told[1].told["url"].endswith("/images/A%20fox")
    # The next run says that it may be charged, and sends only the others.
    summary, events = batch()
    assert [event.told["prompt"] for event in events if event.kind == "unknown"] == ["A fox"]
    assert (summary.counts[State.STORED], summary.counts[State.UNKNOWN], len(studio.asked)) == (2, 1, 3)


def test_postgresql_that_drops_every_connection_at_any_moment_costs_nothing_and_loses_no_answer(
    tmp_path: Path, studio: Studio, start: Start, database: Database
) -> None:
    (tmp_path / "in.txt").write_text("\n".join(PROMPTS))
    for moment in range(1, 200):
        process = start(journal=database.address, moment=moment, drops_connections=True)
        process.join(60)
        assert process.exitcode in (0, 1)
        ended = process.exitcode == 0 and summary(database.address).counts[State.STORED] == len(PROMPTS)
        if moment > 1:
            database.let_leases_end()
        start(journal=database.address).join(60)
        lost, after = unknown(database.address), summary(database.address)
        orders = Counter(body["prompt"] for body in studio.asked)
        assert after.counts[State.STORED] + len(lost) == after.paid == len(PROMPTS)
        assert max(orders.values()) == 1
        # What was answered is stored: only what never left is unknown.
        assert set(lost).isdisjoint(orders)
        if ended and moment > 20:
            return
        database.query("DELETE FROM zai_image_prompts RETURNING 1")
        database.query("DELETE FROM zai_image_names RETURNING 1")
        database.query("UPDATE zai_image_totals SET paid = 0, input = NULL RETURNING 1")
        studio.asked.clear()
        for path in (tmp_path / "out").iterdir():
            path.unlink()
    raise AssertionError("the worker never came to its end")
