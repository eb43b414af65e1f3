"""The journal: where every prompt stands, in a database, so that no kill loses or repeats what is paid."""

from __future__ import annotations

import json
import math
import os
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from attrs import define
from sqlalchemy import Connection, Engine, and_, false, func, insert, or_, select, text, update
from sqlalchemy.engine import Row
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from zai_image.batch import _databases, _statements
from zai_image.batch._input import InputError, Prompt
from zai_image.batch._model import Claim, Failed, JournalError, Outcome, Wish, Work
from zai_image.batch._outcomes import note_all
from zai_image.batch._tables import METADATA, PROMPTS, TOTALS, VERSION, WORKERS, State
from zai_image_api.promises import LINK_LIFE

_AT_ONCE: Final = 1000
"""Prompts taken in by one statement."""
LEASE: Final = 30.0
"""Seconds without a sign of life after which a worker counts as dead."""
_LOST: Final = "the run ended before an answer came"


@define
class Journal:
    """The state of every prompt, in SQLite (one process at a time) or PostgreSQL (any number, on any hosts)."""

    _engine: Engine
    _lock: IO[bytes] | None = None
    lease: float | None = None
    """Seconds after which a silent worker counts as dead; None where only one process can work."""
    _may_be_freed: bool = True

    @classmethod
    def open(cls, address: str, *, working: bool = True, lease: float = LEASE) -> Journal:
        """Open a journal, and make it where there is none.

        Args:
            address: The path of an SQLite file, or ``postgresql://...``.
            working: Whether prompts will be worked on, which one process at a time may do on SQLite.
            lease: Seconds without a sign of life after which a worker on PostgreSQL counts as dead.

        Raises:
            JournalError: It cannot be opened, or another process works on this SQLite file.
        """
        if "://" in address:
            journal = cls(_databases.postgresql(address, lease), None, lease)
        else:
            # A link to it is the same journal.
            path = Path(os.path.realpath(address))
            if not working and not path.is_file():
                raise JournalError(f"give the journal of a run: there is no {path}")
            lock = _databases.locked(path) if working else None
            journal = cls(_databases.sqlite(path), lock)
        try:
            journal._prepare()
        except JournalError:
            journal.close()
            raise
        return journal

    def _prepare(self) -> None:
        with self._begin() as connection:
            if self.lease is not None:
                # Two processes that make the same tables at once get in each other's way.
                connection.execute(text("SELECT pg_advisory_xact_lock(7224)"))
            METADATA.create_all(connection)
            version = connection.execute(select(TOTALS.c.version)).scalar()
            if version is None:
                connection.execute(insert(TOTALS).values(id=1, paid=0, next_at=0.0, version=VERSION))
            elif version != VERSION:
                raise JournalError(
                    "begin another journal with --journal, or use the zai-image that made this one: "
                    f"its tables have version {version}, and this zai-image knows version {VERSION}"
                )

    def close(self) -> None:
        """Close all connections, and let other processes work."""
        self._engine.dispose()
        if self._lock is not None:
            self._lock.close()

    def take_in(self, digest: str, prompts: Iterable[Prompt]) -> int:
        """Take in the prompts of an input, all or none, and return how many were new.

        Args:
            digest: What tells this input from any other; the one that was taken in last is not read again.
            prompts: Its prompts.

        Raises:
            InputError: Two prompts have one id, or the journal has another prompt under an id.
        """
        taken = 0
        with self._changing() as (connection, totals):
            if totals.input == digest:
                return 0
            # This input may have been here before another: its prompts are taken in as those of any other are.
            connection.execute(update(PROMPTS).where(PROMPTS.c.input == digest).values(input=""))
            remaining = iter(prompts)
            while chunk := list(islice(remaining, _AT_ONCE)):
                taken += self._take_in(connection, digest, chunk)
            connection.execute(update(TOTALS).values(input=digest))
        return taken

    def begin(self) -> str:
        """Sign a worker in and return its id."""
        worker = secrets.token_hex(8)
        with self._begin() as connection:
            connection.execute(insert(WORKERS).values(id=worker, seen=self._now(connection)))
        return worker

    def beat(self, worker: str) -> None:
        """Give a sign of life."""
        with self._begin() as connection:
            self._beat(connection, worker)

    def recover(self, worker: str | None = None) -> tuple[list[str], list[tuple[str, str]]]:
        """Free what dead workers had: what they asked for is unknown, what was answered can be downloaded.

        Args:
            worker: Who asks, and is alive however late its last sign of life was noted.

        Returns:
            The dead workers, and id and prompt of what is unknown now.
        """
        with self._changing() as (connection, _):
            dead = select(WORKERS.c.id).where(WORKERS.c.id != (worker or ""))
            if self.lease is not None:
                dead = dead.where(WORKERS.c.seen < self._now(connection) - self.lease)
            workers = list(connection.execute(dead.with_for_update(skip_locked=True)).scalars())
            # One that others took for dead may have noted an answer before its next sign of life.
            owned = PROMPTS.c.state.in_([State.ASKED, State.ANSWERED]), PROMPTS.c.worker.is_not(None)
            orphans = select(PROMPTS.c.worker).where(*owned, PROMPTS.c.worker.not_in(select(WORKERS.c.id))).distinct()
            orphans = orphans.where(PROMPTS.c.worker != (worker or ""))
            workers += connection.execute(orphans).scalars()
            return workers, self._free(connection, workers)

    def end(self, worker: str) -> list[tuple[str, str]]:
        """Sign a worker out; return id and prompt of what it asked for and has no answer to."""
        with self._changing() as (connection, _):
            return self._free(connection, [worker])

    def turn(self, worker: str, outcomes: Sequence[Outcome], wish: Wish) -> tuple[list[str | bool], Claim]:
        """Note the outcomes of prompts and claim others, in one transaction.

        Only the last claim of a prompt counts: the outcome of an earlier one changes nothing. An outcome may be noted
        twice, as where a commit was not confirmed. What is claimed is committed as asked when this returns: now its
        requests may leave.

        Args:
            worker: Who has claimed the prompts, and claims.
            outcomes: One for each claim.
            wish: What is to be claimed.

        Returns:
            For each outcome whether it was noted; for one that needs a name, the name that is reserved for it. And what
            is claimed.
        """
        with self._changing() as (connection, totals):
            self._beat(connection, worker)
            noted = note_all(connection, worker, outcomes)
            paid = totals.paid
            for outcome, is_noted in zip(outcomes, noted, strict=True):
                # It was counted when it was claimed.
                if is_noted and isinstance(outcome, Failed) and outcome.state != State.UNKNOWN:
                    paid -= 1
            claim = self._claim(connection, worker, wish, paid, totals.next_at) if wish.room > 0 else Claim([])
            paid += sum(work.url is None for work in claim.work)
            if paid != totals.paid:
                connection.execute(_statements.PAY, {"new_paid": paid})
        return noted, claim

    def _claim(self, connection: Connection, worker: str, wish: Wish, paid: int, next_at: float) -> Claim:
        """Claim what is answered and not stored, then what waits, as far as the limits allow."""
        limits = wish.limits
        work: list[Work] = []
        if self._may_be_freed:
            work = _claimed(connection, _statements.CLAIM_ANSWERED, wish.room, claimant=worker)
            # Where no other process works, nobody frees any more of these.
            self._may_be_freed = self.lease is not None or len(work) == wish.room
        paid_left = math.inf if limits.max_images is None else limits.max_images - paid
        asked = connection.execute(_statements.ASKED).scalar_one()
        allowed = min(wish.room - len(work), limits.concurrency - asked, paid_left)
        pause = 0.0
        if limits.rate is not None and allowed > 0:
            now, between = self._now(connection), 60.0 / limits.rate
            # Whatever the clock does, no request waits longer than the one before it makes it wait.
            pause = min(max(0.0, next_at - now), between)
            if next_at - now > between:
                # The rate was lower before, or the clock was set back.
                connection.execute(_statements.NEXT_REQUEST, {"then": now + between})
            # Evenly, so that no minute has more than it may.
            allowed = 0 if pause else 1
        new: list[Work] = []
        if allowed > 0:
            new = _claimed(connection, _statements.CLAIM_WAITING, int(allowed), claimant=worker, of_input=wish.input)
        if new and limits.rate is not None:
            pause = between
            connection.execute(_statements.NEXT_REQUEST, {"then": now + pause})
        if work or new:
            return Claim([*work, *new], pause=pause)
        left = connection.execute(_statements.LEFT, {"of_input": wish.input, "claimant": worker}).one()
        return Claim([], bool(left.waiting), bool(left.others), pause, paid_left <= 0)

    def retry(self, state: State, digest: str) -> int:
        """Let prompts of an input that are in a state wait for a request again; return how many.

        Unknown is also whether an image can still be had that could not be stored while its URL was good.
        """
        is_over: Any = false()
        if state == State.UNKNOWN and LINK_LIFE is not None:
            is_over = and_(
                PROMPTS.c.state == State.ANSWERED,
                PROMPTS.c.worker.is_(None),
                PROMPTS.c.failed_by.is_not(None),
                PROMPTS.c.created < time.time() - LINK_LIFE.total_seconds(),
            )
        chosen = update(PROMPTS).where(PROMPTS.c.input == digest, or_(PROMPTS.c.state == state, is_over))
        with self._changing() as (connection, _):
            forgotten = dict.fromkeys(("worker", "error", "url", "created", "request_id", "failed_by"))
            return int(connection.execute(chosen.values(state=State.WAITING, **forgotten)).rowcount)

    def counts(self, digest: str | None = None) -> dict[State, int]:
        """Return how many prompts there are in each state, of an input or in all."""
        counting = select(PROMPTS.c.state, func.count()).group_by(PROMPTS.c.state)
        with self._begin() as connection:
            found = connection.execute(counting if digest is None else counting.where(PROMPTS.c.input == digest))
            counted = {State(state): many for state, many in found}
        return {state: counted.get(state, 0) for state in State}

    def paid(self) -> int:
        """Return how many requests were charged, or may have been."""
        with self._begin() as connection:
            return int(connection.execute(select(TOTALS.c.paid)).scalar_one())

    def rows(self, *states: State) -> Iterator[Row[Any]]:
        """Yield what is known of prompts, by number; a few at a time are in memory."""
        query = select(PROMPTS).order_by(PROMPTS.c.number, PROMPTS.c.id)
        if states:
            query = query.where(PROMPTS.c.state.in_(states))
        with self._engine.connect().execution_options(yield_per=500) as connection:
            yield from connection.execute(query)

    def _take_in(self, connection: Connection, digest: str, chunk: Sequence[Prompt]) -> int:
        by_id: dict[str, dict[str, Any]] = {}
        moved: list[dict[str, Any]] = []
        for prompt in chunk:
            if prompt.id in by_id:
                raise InputError(f"give prompt {prompt.number} another id: {by_id[prompt.id]['number']} has the same")
            by_id[prompt.id] = {
                "id": prompt.id,
                "number": prompt.number,
                "input": digest,
                "prompt": prompt.text,
                "parameters": json.dumps(prompt.parameters, sort_keys=True, ensure_ascii=False),
                "state": State.WAITING,
                "token": 0,
            }
        known = connection.execute(select(PROMPTS).where(PROMPTS.c.id.in_(by_id))).all()
        for row in known:
            new = by_id.pop(row.id)
            if row.input == digest:
                raise InputError(f"give prompt {new['number']} another id: {row.number} has the same, {row.id!r}")
            if (row.prompt, row.parameters) != (new["prompt"], new["parameters"]):
                raise InputError(
                    f"give prompt {new['number']} an id of its own, or begin another journal with --journal: "
                    f"this one has another prompt under the id {row.id!r}"
                )
            moved.append({"of_id": row.id, "new_input": digest, "new_number": new["number"]})
        if moved:
            connection.execute(_statements.MOVE_PROMPTS, moved)
        if by_id:
            connection.execute(_statements.ADD_PROMPTS, list(by_id.values()))
        return len(by_id)

    def _free(self, connection: Connection, workers: Sequence[str]) -> list[tuple[str, str]]:
        theirs = PROMPTS.c.worker.in_(workers)
        # Locked rows are being noted as stored.
        locked = select(PROMPTS.c.id, PROMPTS.c.state).where(theirs, PROMPTS.c.state.in_([State.ASKED, State.ANSWERED]))
        found = connection.execute(locked.with_for_update(skip_locked=True)).all()
        unknown = [row.id for row in found if row.state == State.ASKED]
        answered = [row.id for row in found if row.state == State.ANSWERED]
        lost: list[tuple[str, str]] = []
        for some in _some(unknown):
            change = update(PROMPTS).where(PROMPTS.c.id.in_(some)).values(state=State.UNKNOWN, worker=None, error=_LOST)
            lost += [
                (row.id, row.prompt) for row in connection.execute(change.returning(PROMPTS.c.id, PROMPTS.c.prompt))
            ]
        for some in _some(answered):
            connection.execute(update(PROMPTS).where(PROMPTS.c.id.in_(some)).values(worker=None))
        still = select(PROMPTS.c.worker).where(PROMPTS.c.worker == WORKERS.c.id).exists()
        connection.execute(WORKERS.delete().where(WORKERS.c.id.in_(workers), ~still))
        return lost

    def _beat(self, connection: Connection, worker: str) -> None:
        if self.lease is not None:
            connection.execute(_statements.BEAT, {"worker": worker})

    def _now(self, connection: Connection) -> float:
        if self.lease is None:
            return time.time()
        return float(connection.execute(_statements.NOW).scalar_one())

    @contextmanager
    def _changing(self) -> Iterator[tuple[Connection, Row[Any]]]:
        """Lend a transaction that may change prompts, one at a time of all processes, and the totals.

        Whoever changes prompts locks the totals before anything else. So no two transactions wait for each other,
        whatever they lock then, and one limit holds for all.
        """
        with self._begin() as connection:
            yield connection, connection.execute(_statements.LOCK_TOTALS).one()

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            reason = error.orig if isinstance(error, DBAPIError) else error
            raise JournalError(f"the journal cannot be used: {_first_line(reason)}") from error


def _claimed(connection: Connection, claim: Any, room: int, **given: str) -> list[Work]:
    rows = connection.execute(claim, {"room": room, **given})
    claimed = (Work(row[0], row[1], row[2], json.loads(row[3]), *row[4:]) for row in rows)
    return sorted(claimed, key=lambda work: work.number)


def _first_line(reason: BaseException | None) -> str:
    return next(iter(str(reason).splitlines()), "") or type(reason).__name__


def _some(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
