"""The journal: where every prompt stands, in a database, so that no kill loses or repeats what is paid."""

from __future__ import annotations

import json
import math
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from attrs import define, field, frozen
from sqlalchemy import (
    Connection,
    Engine,
    and_,
    create_engine,
    event,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row, make_url
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError

from zai_image import _naming
from zai_image.batch._input import InputError, Prompt
from zai_image.batch._tables import INPUTS, METADATA, NAMES, PROMPTS, TOTALS, WORKERS, State

_AT_ONCE: Final = 1000
"""Prompts taken in by one statement."""
_MOVES_AT_ONCE: Final = 8
LEASE: Final = 30.0
"""Seconds without a sign of life after which a worker counts as dead."""


# Of PostgreSQL, since the clocks of its clients differ.
_CLOCK: Final[Any] = literal_column("extract(epoch from clock_timestamp())")


class JournalError(Exception):
    """The journal cannot be used; the message says what would work."""


@frozen
class Limits:
    """What a run may do, together with all others on the same journal.

    Attributes:
        concurrency: Requests that may be under way at once.
        rate: Requests a minute; None means no limit.
        max_images: Images that may be paid for from this journal, earlier runs included; None means no limit.
    """

    concurrency: int = 4
    rate: float | None = None
    max_images: int | None = None


@frozen
class Work:
    """A prompt that a worker has claimed: to send a request for, or to download, where it has a URL already.

    Attributes:
        token: What tells this claim from earlier ones of the same prompt.
    """

    id: str
    number: int
    prompt: str
    parameters: Mapping[str, Any]
    token: int
    url: str | None = None
    created: float | None = None


@frozen
class Answered:
    """A request brought an image."""

    work: Work
    url: str
    created: float | None
    request_id: str | None


@frozen
class Failed:
    """A request brought no image: the state says whether it may be sent again, and be charged."""

    work: Work
    state: State
    error: str
    request_id: str | None = None


@frozen
class NotStored:
    """An image could not be downloaded or stored; a later run tries again."""

    work: Work
    error: str


@frozen
class Keep:
    """An image is downloaded: move it to the first of its names that is free, and note it as stored.

    Attributes:
        name: Returns the nth name, from 0, the best: one of them is free.
        move: Moves it to a name; false where that is taken.
    """

    work: Work
    name: Callable[[int], str]
    move: Callable[[str], bool]


Outcome: TypeAlias = Answered | Failed | NotStored | Keep


@frozen
class Claim:
    """What a worker got, and what is left.

    Attributes:
        work: Prompts to work on.
        waiting: Whether there are prompts that wait for a request.
        others: Whether prompts are under way, here or elsewhere.
        pause: Seconds until the rate allows the next request; 0 where it does not stand in the way.
        spent: Whether `max_images` is reached.
    """

    work: Sequence[Work]
    waiting: bool
    others: bool
    pause: float
    spent: bool


@define
class Journal:
    """The state of every prompt, in SQLite (one process at a time) or PostgreSQL (any number, on any hosts)."""

    _engine: Engine
    _lock: IO[bytes] | None = None
    lease: float | None = None
    """Seconds after which a silent worker counts as dead; None where only one process can work."""
    _may_be_freed: bool = True
    _movers: ThreadPoolExecutor = field(factory=lambda: ThreadPoolExecutor(_MOVES_AT_ONCE, "zai-image move"))

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
        if "://" not in address:
            path = Path(address)
            if not working and not path.is_file():
                raise JournalError(f"give the journal of a run: there is no {path}")
            lock = _locked(path) if working else None
            journal = cls(_sqlite(path), lock)
        else:
            journal = cls(_postgresql(address), None, lease)
        try:
            with journal._begin() as connection:
                if journal.lease is not None:
                    # Two processes that make the same tables at once get in each other's way.
                    connection.execute(text("SELECT pg_advisory_xact_lock(7224)"))
                METADATA.create_all(connection)
                if connection.execute(select(TOTALS.c.id)).first() is None:
                    connection.execute(insert(TOTALS).values(id=1, paid=0, next_at=0.0))
        except JournalError:
            journal.close()
            raise
        return journal

    def close(self) -> None:
        """Close all connections, and let other processes work."""
        self._movers.shutdown()
        self._engine.dispose()
        if self._lock is not None:
            self._lock.close()

    def take_in(self, digest: str, prompts: Iterable[Prompt]) -> int:
        """Take in the prompts of an input, all or none, and return how many were new.

        Args:
            digest: What tells this input from any other; one that was taken in before is not read again.
            prompts: Its prompts.

        Raises:
            InputError: Two prompts have one id, or the journal has another prompt under an id.
        """
        taken = 0
        with self._begin() as connection:
            self._totals(connection)
            if connection.execute(select(INPUTS).where(INPUTS.c.digest == digest)).first():
                return 0
            remaining = iter(prompts)
            while chunk := list(islice(remaining, _AT_ONCE)):
                taken += self._take_in(connection, digest, chunk)
            connection.execute(insert(INPUTS).values(digest=digest))
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

    def now(self) -> float:
        """Return the time by the clock that all workers share."""
        with self._begin() as connection:
            return self._now(connection)

    def recover(self, worker: str | None = None) -> tuple[list[str], list[tuple[str, str]]]:
        """Free what dead workers had: what they asked for is unknown, what was answered can be downloaded.

        Args:
            worker: Who asks, and is alive however late its last sign of life was noted.

        Returns:
            The dead workers, and id and prompt of what is unknown now.
        """
        with self._begin() as connection:
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
        with self._begin() as connection:
            return self._free(connection, [worker])

    def claim(self, worker: str, room: int, limits: Limits, started: float) -> Claim:
        """Claim prompts: first what is answered and not stored, then what waits, as far as the limits allow.

        What is claimed from what waits is committed as asked when this returns: now its requests may leave.

        Args:
            worker: Who claims.
            room: How many prompts at most.
            limits: The limits of all workers together.
            started: When the run began; a download that failed since then is left to a later run.
        """
        with self._begin() as connection:
            self._beat(connection, worker)
            totals = self._totals(connection)
            work: list[Work] = []
            if self._may_be_freed:
                fresh = or_(PROMPTS.c.failed_at.is_(None), PROMPTS.c.failed_at < started)
                answered = and_(PROMPTS.c.state == State.ANSWERED, PROMPTS.c.worker.is_(None), fresh)
                work = self._claimed(connection, worker, answered, room, State.ANSWERED)
                # Where no other process works, nobody frees any more of these.
                self._may_be_freed = self.lease is not None or len(work) == room
            asked = connection.execute(_count(PROMPTS.c.state == State.ASKED)).scalar_one()
            paid_left = math.inf if limits.max_images is None else limits.max_images - totals.paid
            allowed = min(room - len(work), limits.concurrency - asked, paid_left)
            pause = 0.0
            if limits.rate is not None and allowed > 0:
                now = self._now(connection)
                pause = max(0.0, totals.next_at - now)
                # Evenly, so that no minute has more than it may.
                allowed = 0 if pause else 1
            new = []
            if allowed > 0:
                new = self._claimed(connection, worker, PROMPTS.c.state == State.WAITING, int(allowed), State.ASKED)
            if new:
                changes: dict[str, Any] = {"paid": TOTALS.c.paid + len(new)}
                if limits.rate is not None:
                    pause = 60.0 / limits.rate
                    changes["next_at"] = now + pause
                connection.execute(update(TOTALS).values(changes))
            # Nothing is asked of the database that is clear without it.
            owned = and_(PROMPTS.c.state == State.ANSWERED, PROMPTS.c.worker.is_not(None))
            waiting = 0 < allowed <= len(new) or _exists(connection, PROMPTS.c.state == State.WAITING)
            others = bool(work or new or asked) or _exists(connection, owned)
        return Claim([*work, *new], waiting, others, pause, paid_left <= len(new))

    def settle(self, worker: str, outcomes: Sequence[Outcome]) -> list[str | bool]:
        """Note the outcomes of prompts, all in one transaction.

        Only the last claim of a prompt counts: the outcome of an earlier one changes nothing. Images are moved inside
        the transaction, whose row locks keep any other worker from the prompt until it is noted as stored.

        Args:
            worker: Who has claimed them.
            outcomes: One for each claim.

        Returns:
            For each outcome whether it was noted; for an image that was stored, its name; for one that could not be
            stored, false.
        """
        noted: list[str | bool] = [False] * len(outcomes)
        # In one order, so that no two workers wait for each other.
        order = sorted(range(len(outcomes)), key=lambda index: outcomes[index].work.id)
        with self._begin() as connection:
            keeps: dict[int, int] = {}
            refunded = 0
            for index in order:
                outcome = outcomes[index]
                noted[index] = self._note(connection, worker, outcome)
                if noted[index] and isinstance(outcome, Keep):
                    keeps[index] = 0
                elif noted[index] and isinstance(outcome, Failed) and outcome.state != State.UNKNOWN:
                    refunded += 1
            while keeps:
                keeps = self._move(connection, outcomes, keeps, noted)
            if refunded:
                connection.execute(update(TOTALS).values(paid=TOTALS.c.paid - refunded))
        return noted

    def retry(self, state: State) -> int:
        """Let prompts in a state wait for a request again; return how many."""
        with self._begin() as connection:
            values = {"state": State.WAITING, "worker": None, "error": None}
            return int(connection.execute(update(PROMPTS).where(PROMPTS.c.state == state).values(values)).rowcount)

    def counts(self) -> dict[State, int]:
        """Return how many prompts there are in each state."""
        with self._begin() as connection:
            found = connection.execute(select(PROMPTS.c.state, func.count()).group_by(PROMPTS.c.state))
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
        known = connection.execute(select(PROMPTS).where(PROMPTS.c.id.in_(by_id)))
        for row in known.all():
            new = by_id.pop(row.id)
            if row.input == digest:
                raise InputError(f"give prompt {new['number']} another id: {row.number} has the same, {row.id!r}")
            if (row.prompt, row.parameters) != (new["prompt"], new["parameters"]):
                raise InputError(
                    f"give prompt {new['number']} an id of its own, or begin another journal with --journal: "
                    f"this one has another prompt under the id {row.id!r}"
                )
            values = {"input": digest, "number": new["number"]}
            connection.execute(update(PROMPTS).where(PROMPTS.c.id == row.id).values(values))
        if by_id:
            connection.execute(insert(PROMPTS), list(by_id.values()))
        return len(by_id)

    def _claimed(self, connection: Connection, worker: str, where: Any, limit: int, state: State) -> list[Work]:
        if limit <= 0:
            return []
        chosen = select(PROMPTS.c.id).where(where).order_by(PROMPTS.c.number).limit(limit)
        ids = list(connection.execute(chosen.with_for_update(skip_locked=True)).scalars())
        if not ids:
            return []
        changed = (
            update(PROMPTS)
            .where(PROMPTS.c.id.in_(ids))
            .values(state=state, worker=worker, token=PROMPTS.c.token + 1)
            .returning(
                PROMPTS.c.id,
                PROMPTS.c.number,
                PROMPTS.c.prompt,
                PROMPTS.c.parameters,
                PROMPTS.c.token,
                PROMPTS.c.url,
                PROMPTS.c.created,
            )
        )
        rows = connection.execute(changed).all()
        return sorted(
            (Work(row[0], row[1], row[2], json.loads(row[3]), *row[4:]) for row in rows), key=lambda work: work.number
        )

    def _note(self, connection: Connection, worker: str, outcome: Outcome) -> bool:
        work = outcome.work
        before = [State.ANSWERED]
        values: dict[str, Any]
        match outcome:
            case Answered():
                # An answer may still come to a request that was given up, or is to be repeated and was not yet.
                before = [State.ASKED, State.UNKNOWN, State.WAITING]
                values = {
                    "state": State.ANSWERED,
                    "worker": worker,
                    "url": outcome.url,
                    "created": outcome.created,
                    "request_id": outcome.request_id,
                    "error": None,
                }
            case Failed():
                before = [State.ASKED, State.UNKNOWN]
                values = {
                    "state": outcome.state,
                    "worker": None,
                    "error": outcome.error,
                    "request_id": outcome.request_id,
                }
            case NotStored():
                values = {"worker": None, "error": outcome.error, "failed_at": self._now(connection)}
            case Keep():
                values = {"state": State.STORED, "worker": None, "error": None, "path": outcome.name(0)}
        mine = and_(PROMPTS.c.id == work.id, PROMPTS.c.token == work.token, PROMPTS.c.state.in_(before))
        return bool(connection.execute(update(PROMPTS).where(mine).values(values)).rowcount == 1)

    def _move(
        self, connection: Connection, outcomes: Sequence[Outcome], keeps: Mapping[int, int], noted: list[str | bool]
    ) -> dict[int, int]:
        """Move each image to its next name; return those whose name something else has, with the name to try then."""
        chosen: dict[int, tuple[Keep, int, str]] = {}
        for index, first in keeps.items():
            keep = outcomes[index]
            assert isinstance(keep, Keep)
            nth = next(nth for nth in count(first) if self._reserved(connection, keep.work.id, keep.name(nth)))
            chosen[index] = keep, nth, keep.name(nth)
            # The best is noted already.
            if nth:
                named = update(PROMPTS).where(PROMPTS.c.id == keep.work.id).values(path=keep.name(nth))
                connection.execute(named)
        again = {}
        for index, moved in zip(chosen, self._movers.map(_moved, chosen.values()), strict=True):
            keep, nth, name = chosen[index]
            if isinstance(moved, Exception):
                noted[index] = False
                values = {
                    "state": State.ANSWERED,
                    "error": str(moved),
                    "failed_at": self._now(connection),
                    "path": None,
                }
                connection.execute(update(PROMPTS).where(PROMPTS.c.id == keep.work.id).values(values))
            elif moved:
                noted[index] = name
            else:
                again[index] = nth + 1
        return again

    def _reserved(self, connection: Connection, id: str, name: str) -> bool:
        """Reserve a name for a prompt; return false where it is another's."""
        key = _naming.key(name)
        new = (sqlite.insert if self.lease is None else postgresql.insert)(NAMES)
        if connection.execute(new.values(name=key, id=id).on_conflict_do_nothing()).rowcount:
            return True
        return bool(connection.execute(select(NAMES.c.id).where(NAMES.c.name == key)).scalar_one() == id)

    def _free(self, connection: Connection, workers: Sequence[str]) -> list[tuple[str, str]]:
        theirs = PROMPTS.c.worker.in_(workers)
        # Locked rows are being noted as stored.
        locked = select(PROMPTS.c.id, PROMPTS.c.state).where(theirs, PROMPTS.c.state.in_([State.ASKED, State.ANSWERED]))
        found = connection.execute(locked.with_for_update(skip_locked=True)).all()
        unknown = [row.id for row in found if row.state == State.ASKED]
        answered = [row.id for row in found if row.state == State.ANSWERED]
        lost: list[tuple[str, str]] = []
        for some in _some(unknown):
            values: dict[str, Any] = {
                "state": State.UNKNOWN,
                "worker": None,
                "error": "the run ended before an answer came",
            }
            change = update(PROMPTS).where(PROMPTS.c.id.in_(some)).values(values)
            lost += [
                (row.id, row.prompt) for row in connection.execute(change.returning(PROMPTS.c.id, PROMPTS.c.prompt))
            ]
        for some in _some(answered):
            connection.execute(update(PROMPTS).where(PROMPTS.c.id.in_(some)).values(worker=None))
        still = select(PROMPTS.c.worker).where(PROMPTS.c.worker == WORKERS.c.id).exists()
        connection.execute(WORKERS.delete().where(WORKERS.c.id.in_(workers), ~still))
        return lost

    def _beat(self, connection: Connection, worker: str) -> None:
        """Give a sign of life; where others took this worker for dead, sign in again."""
        if self.lease is not None:
            new = postgresql.insert(WORKERS).values(id=worker, seen=_CLOCK)
            connection.execute(new.on_conflict_do_update(index_elements=["id"], set_={"seen": _CLOCK}))

    def _totals(self, connection: Connection) -> Row[Any]:
        return connection.execute(select(TOTALS).with_for_update()).one()

    def _now(self, connection: Connection) -> float:
        if self.lease is None:
            return time.time()
        return float(connection.execute(select(_CLOCK)).scalar_one())

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            reason = error.orig if isinstance(error, OperationalError) else error
            raise JournalError(f"the journal cannot be used: {str(reason).splitlines()[0]}") from error


def _moved(chosen: tuple[Keep, int, str]) -> bool | Exception:
    keep, _, name = chosen
    try:
        return keep.move(name)
    # Each kind of store has errors of its own.
    except Exception as error:
        return error


def _count(where: Any) -> Any:
    return select(func.count()).select_from(PROMPTS).where(where)


def _exists(connection: Connection, where: Any) -> bool:
    return connection.execute(select(PROMPTS.c.id).where(where).limit(1)).first() is not None


def _some(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _locked(path: Path) -> IO[bytes]:
    """Return a lock that ends with this process, however it ends."""
    try:
        lock = path.with_name(f"{path.name}.lock").open("ab")
    except OSError as error:
        raise JournalError(f"choose another --journal: cannot write beside {path}: {error.strerror}") from error
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise JournalError(
            f"wait for the run that works on {path}, or use PostgreSQL: on SQLite one process works at a time"
        ) from None
    return lock


def _sqlite(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        # A commit is on the disk when it returns, and survives a crash of the system too.
        connection.execute("PRAGMA synchronous = FULL")

    return engine


def _postgresql(address: str) -> Engine:
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise JournalError(f"write postgresql://user@host/database, or the path of an SQLite file: {error}") from error
    if url.get_backend_name() != "postgresql":
        raise JournalError("write postgresql://user@host/database, or the path of an SQLite file")
    try:
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise JournalError("pip install 'zai-image[postgresql]': PostgreSQL needs psycopg") from error
