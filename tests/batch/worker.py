"""A worker in a process of its own, which can end or pause itself at its nth moment.

Importing this makes one image without a server, so that processes that are forked then have loaded all they need.
"""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import Callable
from functools import partial, wraps
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psycopg
from attrs import frozen
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.cli.studio import PNG
from zai_image import AsyncZaiImage
from zai_image.batch import Journal, Limits, run
from zai_image.batch._destinations import _File


@frozen
class Job:
    """What a worker does.

    Attributes:
        moment: The moment at which it gets the signal; 0 means never.
        signal: The signal.
        drops_connections: Whether, in place of a signal, the server ends all connections with the journal.
        sleeps_after_claim: Whether it stops itself as soon as it has claimed its first prompt, and before it sends.
    """

    source: str
    output: str
    key: str
    base_url: str
    journal: str | None = None
    concurrency: int = 2
    rate: float | None = None
    max_images: int | None = None
    retry_unknown: bool = False
    lease: float = 30.0
    moment: int = 0
    signal: signal.Signals = signal.SIGKILL
    drops_connections: bool = False
    sleeps_after_claim: bool = False


def work(job: Job) -> None:
    """Do a job, and end with exit code 0 where it came to its end."""
    if job.moment:
        act = partial(_drop_connections, job.journal) if job.drops_connections else partial(_signal, job.signal)
        _count_moments(job.moment, act)
    if job.sleeps_after_claim:
        _sleep_after_claim()
    client = partial(AsyncZaiImage, job.key, base_url=job.base_url, max_retries=0)
    asyncio.run(
        run(
            job.source,
            job.output,
            journal=job.journal,
            client=client,
            limits=Limits(job.concurrency, job.rate, job.max_images),
            retry_unknown=job.retry_unknown,
            lease=job.lease,
        )
    )


def _sleep_after_claim() -> None:
    turn = Journal.turn

    def turn_and_sleep(*arguments: Any) -> Any:
        noted, claim = turn(*arguments)
        if claim.work:
            Journal.turn = turn  # type: ignore[method-assign]
            os.kill(os.getpid(), signal.SIGSTOP)
        return noted, claim

    Journal.turn = turn_and_sleep  # type: ignore[method-assign, assignment]


def _signal(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


def _drop_connections(address: str | None) -> None:
    with psycopg.connect(address or "", autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _count_moments(moment: int, act_then: Callable[[], None]) -> None:
    """Before each commit and after it, and before each file is moved and after it, is a moment."""
    moments = count(1)

    def pass_moment() -> None:
        if next(moments) == moment:
            act_then()

    def around(act: Callable[..., Any], *, before: bool) -> Callable[..., Any]:
        @wraps(act)
        def surrounded(*arguments: Any) -> Any:
            if before:
                pass_moment()
            result = act(*arguments)
            pass_moment()
            return result

        return surrounded

    event.listen(Engine, "commit", lambda connection: pass_moment())
    for name in ("take_in", "begin", "turn", "end"):
        setattr(Journal, name, around(getattr(Journal, name), before=False))
    _File.move = around(_File.move, before=True)  # type: ignore[method-assign]


def _warm_up() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, content=PNG, headers={"Content-Type": "image/png"})
        return httpx.Response(200, json={"created": 0, "data": [{"url": "https://images.invalid/a.png"}]})

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "in.txt")
        source.write_text("A fox")
        client = partial(AsyncZaiImage, "a-key", max_retries=0, transport=httpx.MockTransport(answer))
        asyncio.run(run(source, folder, client=client))


_warm_up()
