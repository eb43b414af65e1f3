"""Opens the database of a journal: an SQLite file, which one process works on at a time, or PostgreSQL."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from zai_image.batch._model import JournalError

_FORMS: Final = "write postgresql://user@host/database, or the path of an SQLite file"


def sqlite(path: Path) -> Engine:
    """Return an engine on an SQLite file."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        # A commit is on the disk when it returns, and survives a crash of the system too.
        connection.execute("PRAGMA synchronous = FULL")
        # Or Python would begin transactions, and not before a statement that begins with WITH.
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def postgresql(address: str, longest: float) -> Engine:
    """Return an engine on a PostgreSQL database.

    Args:
        address: Where it is.
        longest: Seconds after which a transaction whose process says nothing is ended, so that a process that sleeps
            in the middle of one keeps no lock from the others.

    Raises:
        JournalError: The address is of something else, or psycopg is missing.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        # What it says could hold the password.
        raise JournalError(_FORMS) from None
    if url.get_backend_name() != "postgresql":
        raise JournalError(_FORMS)
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, connect_args=_noticing_silence(longest)
        )
    except ModuleNotFoundError as error:
        raise JournalError("pip install 'zai-image[postgresql]': PostgreSQL needs psycopg") from error

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        milliseconds = max(1, round(longest * 1000))
        connection.execute(f"SET idle_in_transaction_session_timeout = {milliseconds}")
        connection.commit()

    return engine


def _noticing_silence(longest: float) -> dict[str, int]:
    """Return the settings of a connection that ends where the other side says nothing at all."""
    seconds = max(2, round(longest))
    return {
        "connect_timeout": seconds,
        "keepalives_idle": max(1, seconds // 2),
        "keepalives_interval": max(1, seconds // 6),
        "keepalives_count": 3,
        "tcp_user_timeout": seconds * 1000,
    }


def locked(path: Path) -> IO[bytes]:
    """Return a lock on an SQLite file that ends with this process, however it ends.

    Raises:
        JournalError: Another process has it, or nothing can be written there.
    """
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
