"""Workers in processes of their own, which a test can end or pause at any moment, and a server that counts requests."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.batch.databases import Database, postgresql_server
from tests.batch.worker import Job, work
from tests.cli.conftest import KEY, studio
from tests.cli.studio import Studio
from zai_image import AsyncZaiImage
from zai_image.batch import Event, Summary, run

__all__ = ["studio"]

Start: TypeAlias = Callable[..., Any]
Batch: TypeAlias = Callable[..., tuple[Summary, list[Event]]]

# Each process is forked from one that has imported everything, which takes longer than most runs.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.batch.worker"])


@pytest.fixture
def start(tmp_path: Path, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start a worker on the prompts of ``in.txt``; what is still running at the end is killed."""
    url = os.environ["ZAI_BASE_URL"]
    started = []

    def start(**settings: Any) -> Any:
        job = Job(str(tmp_path / "in.txt"), str(tmp_path / "out"), key=KEY, base_url=url, **settings)
        process = PROCESSES.Process(target=work, args=(job,))
        process.start()
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.join(30)


@pytest.fixture
def batch(tmp_path: Path, studio: Studio) -> Batch:
    """Run a batch on prompts and return its summary and events."""

    def batch(prompts: list[str] | None = None, **settings: Any) -> tuple[Summary, list[Event]]:
        if prompts is not None:
            (tmp_path / "in.txt").write_text("\n".join(prompts), "utf-8")
        events: list[Event] = []
        tell = settings.pop("tell", events.append)
        client = partial(AsyncZaiImage, KEY, base_url=os.environ["ZAI_BASE_URL"], max_retries=0)
        settings = {"source": tmp_path / "in.txt", "client": client, "output": tmp_path / "out", **settings}
        return asyncio.run(run(tell=tell, **settings)), events

    return batch


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of this run's own."""
    with postgresql_server() as address:
        yield address


@pytest.fixture
def database(postgresql: str) -> Iterator[Database]:
    """An empty database."""
    with Database.fresh(postgresql) as database:
        yield database
