"""Works through a journal: sends requests within the limits, stores images, and stops before money is wasted."""

from __future__ import annotations

import asyncio
import mimetypes
import random
import string
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from attrs import define, field, frozen

from zai_image import _naming
from zai_image._client import AsyncZaiImage
from zai_image._errors import APIError, DownloadError, RateLimitError, ZaiImageError
from zai_image._failures import UNUSABLE_ANSWERS, Streak, may_be_charged, meets_all, not_sent
from zai_image._images import AsyncImage
from zai_image.batch._destinations import Destination, DestinationError
from zai_image.batch._journal import (
    Answered,
    Claim,
    Failed,
    Journal,
    JournalError,
    Keep,
    Limits,
    NotStored,
    Outcome,
    Work,
)
from zai_image.batch._tables import State

GRACE: Final = 20.0
"""Seconds that requests under way get for their answers once a run is to end: what an image takes by the page."""
NAME: Final = "{id}-{slug}"
"""How images are named where nothing else is asked for."""
_FIELDS: Final = ("id", "n", "model", "size", "slug")
_DOWNLOADS: Final = 3
_LONGEST_PAUSE: Final = 30.0
_LOOK_AGAIN: Final = 0.5
"""Seconds until an idle worker looks again whether others have left something to do."""
_T = TypeVar("_T")
# It goes on while the machine sleeps, when others' clocks go on too.
_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", None)


def _seconds() -> float:
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)


@frozen
class Event:
    """Something that happened to a prompt, or to the run.

    Attributes:
        kind: ``stored``, ``refused``, ``unknown``, ``not stored``, ``late`` (an image that nobody waits for any more),
            ``slower`` (fewer requests at once), ``stopped`` or ``interrupted``.
        told: What is known of it, ready for JSON.
    """

    kind: str
    told: Mapping[str, Any]


class TemplateError(ValueError):
    """A template of names cannot be used; the message says what would work."""


def check_template(template: str) -> None:
    """Make sure that names can be made from a template.

    Raises:
        TemplateError: They cannot.
    """
    try:
        fields = [field for _, field, _, _ in string.Formatter().parse(template) if field is not None]
    except ValueError as error:
        raise TemplateError(f"write the name as in {NAME!r}: {error}") from None
    if unknown := [field for field in fields if field not in _FIELDS]:
        known = ", ".join(f"{{{field}}}" for field in _FIELDS)
        raise TemplateError(f"use {known} in the name: there is no {{{unknown[0]}}}")
    try:
        name(template, Work("1", 1, "A", {}, 1), ".png")
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        raise TemplateError(f"write the name as in {NAME!r}: {error}") from None


def name(template: str, work: Work, suffix: str, nth: int = 0) -> str:
    """Return the nth name for an image, from 0, the best; each is valid on every system."""
    values = {
        "id": _naming.part(work.id) or "image",
        "n": work.number,
        "model": _naming.part(str(work.parameters.get("model") or "default")),
        "size": _naming.part(str(work.parameters.get("size") or "default")),
        "slug": _naming.slug(work.prompt) or "image",
    }
    parts = [_naming.part(part) for part in template.format(**values).split("/")]
    stem = "/".join(part for part in parts if part) or str(work.number)
    return stem + ("" if nth == 0 else f"-{work.number}" if nth == 1 else f"-{work.number}-{nth}") + suffix


@define
class Runner:
    """One process's part of a batch.

    Attributes:
        journal: Where prompts stand.
        client: Makes the client, which must send nothing twice by itself (``max_retries=0``).
        destination: Where images go.
        limits: What all processes on the journal may do together.
        template: How images are named.
        tell: Called with each event, in the event loop.
        stopped: Why the run stopped before its end; None where it did not.
        interrupted: Whether it was told to end.
    """

    journal: Journal
    client: Callable[[], AsyncZaiImage]
    destination: Destination
    limits: Limits
    template: str = NAME
    tell: Callable[[Event], None] = lambda event: None
    stopped: str | None = None
    interrupted: bool = False
    in_flight: int = 0
    stored: int = 0
    _worker: str = ""
    _started: float = 0.0
    _window: float = 1.0
    _slower_at: float = 0.0
    _pauses: int = 0
    _resume_at: float = 0.0
    _came: bool = False
    _streak: Streak = field(factory=Streak)
    _outcomes: list[tuple[Outcome, asyncio.Future[str | bool]]] = field(factory=list)
    _noting: asyncio.Event = field(factory=asyncio.Event)
    _wake: asyncio.Event = field(factory=asyncio.Event)
    _no_downloads: asyncio.Event = field(factory=asyncio.Event)
    _no_answers: asyncio.Event = field(factory=asyncio.Event)
    # SQLite writes one transaction after another anyway.
    _notes: ThreadPoolExecutor = field(factory=lambda: ThreadPoolExecutor(1, "zai-image journal"))
    _claims: ThreadPoolExecutor = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._claims = self._notes if self.journal.lease is None else ThreadPoolExecutor(2, "zai-image claims")

    def interrupt(self) -> None:
        """Let no further request leave; wait for the answers of those under way, or for nothing when called again."""
        if self.interrupted:
            self._no_answers.set()
        self.interrupted = True
        self._no_downloads.set()
        self._wake.set()
        asyncio.get_running_loop().call_later(GRACE, self._no_answers.set)
        self.tell(Event("interrupted", {"under_way": self.in_flight, "seconds": GRACE}))

    async def run(self) -> None:
        """Work until nothing is left to do, or the run has to stop.

        Raises:
            DestinationError: Nothing can be stored; nothing was sent.
            JournalError: The journal cannot be used.
            InvalidRequestError: No client can be made.
        """
        await asyncio.to_thread(self.destination.check)
        dead, lost = self.journal.recover()
        self._tell_lost(dead, lost)
        self._worker = self.journal.begin()
        self._started = self.journal.now()
        noting = asyncio.create_task(self._note_all())
        beating = asyncio.create_task(self._beat())
        try:
            async with self.client() as zai:
                await self._work_all(zai)
        finally:
            beating.cancel()
            noting.cancel()
            await asyncio.gather(beating, noting, return_exceptions=True)
            self._claims.shutdown()
            self._notes.shutdown()
            self.destination.clear(self._worker)
            self._tell_lost([], self.journal.end(self._worker))

    async def _work_all(self, zai: AsyncZaiImage) -> None:
        tasks: set[asyncio.Task[None]] = set()
        while not (self.interrupted or self.stopped):
            room = int(self._window) - len(tasks)
            wait: float | None = max(0.0, self._resume_at - _seconds()) or None
            if room > 0 and wait is None:
                began = _seconds()
                claim = await self._claim(room)
                for work in claim.work:
                    tasks.add(asyncio.create_task(self._work(zai, work, began)))
                if claim.spent and claim.waiting and not claim.others and not tasks:
                    self._stop(f"{self.limits.max_images} images are paid for, as --max-images allows")
                    break
                if not claim.work and not tasks and not claim.others and not claim.waiting:
                    break
                if len(tasks) < int(self._window):
                    wait = claim.pause or (None if tasks and not claim.others else _LOOK_AGAIN)
                    wait = wait if claim.waiting or claim.others else None
            self._wake.clear()
            waking = asyncio.create_task(self._wake.wait())
            await asyncio.wait({*tasks, waking}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            waking.cancel()
            for task in [task for task in tasks if task.done()]:
                tasks.discard(task)
                task.result()
        if self.stopped and not self.interrupted:
            asyncio.get_running_loop().call_later(GRACE * 6, self._no_answers.set)
        if tasks:
            done, _ = await asyncio.wait(tasks)
            for task in done:
                task.result()

    async def _claim(self, room: int) -> Claim:
        claim = partial(self.journal.claim, self._worker, room, self.limits, self._started)
        return await self._in(self._claims, claim)

    async def _work(self, zai: AsyncZaiImage, work: Work, claimed_at: float) -> None:
        try:
            if work.url is None:
                image = await self._answer(zai, work, claimed_at)
            else:
                created = None if work.created is None else datetime.fromtimestamp(work.created, UTC)
                image = zai.image_at(work.url, created=created)
            if image is not None and not self._no_downloads.is_set():
                await self._store(work, image)
        except JournalError as error:
            self._stop(str(error))

    async def _answer(self, zai: AsyncZaiImage, work: Work, claimed_at: float) -> AsyncImage | None:
        """Send the request and commit its outcome; return the image where there is one to store."""
        # Between the claim and this line the process may have slept past its lease, and others have taken over.
        # No sign of life since then tells whether they have.
        if self.journal.lease is not None and _seconds() - claimed_at > self.journal.lease / 2:
            await self._note(Failed(work, State.WAITING, "not sent: the worker was taken for dead"))
            return None
        sent_at = _seconds()
        self.in_flight += 1
        try:
            image = await self._unless(self._no_answers, zai.images.generate(work.prompt, **work.parameters))
        except Exception as error:
            await self._fail(work, error, sent_at)
            return None
        finally:
            self.in_flight -= 1
        if image is None:
            # What is still asked when the run ends becomes unknown.
            return None
        self._came, self._pauses = True, 0
        self._streak.broken()
        self._window = min(self.limits.concurrency, self._window + 1)
        created = None if image.created is None else image.created.timestamp()
        answered = Answered(work, image.url, created, getattr(image, "request_id", None))
        try:
            noted = await self._note(answered)
        except JournalError:
            self._told("late", work, url=image.url)
            raise
        if not noted:
            self._told("late", work, url=image.url)
        return image if noted else None

    async def _fail(self, work: Work, error: Exception, sent_at: float) -> None:
        """Commit how a request failed, and draw the conclusions for the others."""
        kind, told = type(error).__name__, {"error": str(error), "request_id": getattr(error, "request_id", None)}
        if not isinstance(error, ZaiImageError):
            self._stop(f"{kind}: {error}")
        if meets_all(error):
            self._stop(str(error))
        again = meets_all(error) or not_sent(error) or isinstance(error, RateLimitError)
        state = State.WAITING if again else State.UNKNOWN if may_be_charged(error) else State.REFUSED
        await self._note(Failed(work, state, str(error), told["request_id"]))
        if not again:
            self._told(state, work, kind=kind, **told)
        # What was under way when the first failed so says nothing new.
        elif sent_at > self._slower_at:
            self._slow_down(error)
        else:
            return
        if isinstance(error, ZaiImageError) and (reason := self._streak.stops(error)):
            self._stop(f"{reason}: {error}")

    def _slow_down(self, error: Exception) -> None:
        self._slower_at = _seconds()
        self._window = max(1.0, self._window / 2)
        self._pauses += 1
        if not_sent(error) and not self._came and self._pauses >= UNUSABLE_ANSWERS:
            self._stop(str(error))
        asked_for = error.retry_after if isinstance(error, APIError) else None
        pause = asked_for or random.uniform(0.5, 1) * min(_LONGEST_PAUSE, 2.0 ** (self._pauses - 2))
        self._resume_at = _seconds() + pause
        self.tell(Event("slower", {"at_once": int(self._window), "seconds": round(pause, 1), "error": str(error)}))

    async def _store(self, work: Work, image: AsyncImage) -> None:
        """Download the image, move it to its name, and commit that."""
        folder = self.destination.staging(self._worker)
        try:
            staged = await self._unless(
                self._no_downloads, self._downloaded(image, folder / f"{work.number}-{work.token}.part")
            )
        except (ZaiImageError, OSError) as error:
            await self._not_stored(work, image, str(error))
            return
        if staged is None:
            return
        suffix = mimetypes.guess_extension(image.media_type or "", strict=False) or ""
        keep = Keep(work, partial(name, self.template, work, suffix), partial(self.destination.move, staged))
        try:
            stored = await self._note(keep)
        finally:
            staged.unlink(missing_ok=True)
        if isinstance(stored, str):
            self.stored += 1
            self._told("stored", work, path=self.destination.address(stored), url=_told_url(image.url))
        else:
            await self._not_stored(
                work, image, "it could not be moved to its name, or another worker has it", noted=True
            )

    async def _downloaded(self, image: AsyncImage, path: Path) -> Path:
        attempt = 0
        while True:
            attempt += 1
            try:
                return await image.save(path)
            except DownloadError as error:
                if not error.transient or attempt == _DOWNLOADS:
                    raise
            await asyncio.sleep(random.uniform(0.5, 1) * 2.0 ** (attempt - 1))

    async def _not_stored(self, work: Work, image: AsyncImage, reason: str, *, noted: bool = False) -> None:
        if not noted:
            await self._note(NotStored(work, reason))
        self._told("not stored", work, error=reason, url=_told_url(image.url))
        try:
            await asyncio.to_thread(self.destination.check)
        except DestinationError as error:
            self._stop(str(error))
        if stop := self._streak.stops(DownloadError(reason, url=image.url)):
            self._stop(f"{stop}: {reason}")

    def _stop(self, reason: str) -> None:
        if self.stopped is None:
            self.stopped = reason
            self.tell(Event("stopped", {"reason": reason}))
        self._wake.set()

    def _told(self, event: str, work: Work, **more: Any) -> None:
        parameters = {name: work.parameters.get(name) for name in ("model", "size")}
        self.tell(Event(event, {"id": work.id, "number": work.number, "prompt": work.prompt, **parameters, **more}))

    def _tell_lost(self, dead: list[str], lost: list[tuple[str, str]]) -> None:
        for worker in dead:
            self.destination.clear(worker)
        for id, prompt in lost:
            self.tell(Event("unknown", {"id": id, "prompt": prompt, "error": "the run ended before an answer came"}))

    async def _beat(self) -> None:
        """Give signs of life and free what dead workers had, for as long as the run lasts."""
        lease = self.journal.lease
        while lease is not None:
            await asyncio.sleep(lease / 5)
            try:
                await self._in(self._claims, partial(self.journal.beat, self._worker))
                dead, lost = await self._in(self._claims, partial(self.journal.recover, self._worker))
            except JournalError as error:
                self._stop(str(error))
                return
            self._tell_lost(dead, lost)
            self._wake.set()

    async def _note(self, outcome: Outcome) -> str | bool:
        """Commit an outcome together with whatever else waits to be committed."""
        noted: asyncio.Future[str | bool] = asyncio.get_running_loop().create_future()
        self._outcomes.append((outcome, noted))
        self._noting.set()
        return await noted

    async def _note_all(self) -> None:
        while True:
            await self._noting.wait()
            self._noting.clear()
            batch, self._outcomes = self._outcomes, []
            outcomes = [outcome for outcome, _ in batch]
            try:
                results = await self._in(self._notes, partial(self.journal.settle, self._worker, outcomes))
            except Exception as error:
                for _, noted in batch:
                    noted.set_exception(error)
                continue
            for (_, noted), result in zip(batch, results, strict=True):
                noted.set_result(result)

    async def _in(self, threads: ThreadPoolExecutor, act: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(threads, act)

    async def _unless(self, given_up: asyncio.Event, doing: Any) -> Any:
        """Return what comes of something; None where it was given up before."""
        task, giving_up = asyncio.ensure_future(doing), asyncio.create_task(given_up.wait())
        try:
            await asyncio.wait((task, giving_up), return_when=asyncio.FIRST_COMPLETED)
        finally:
            giving_up.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait((task,))
        return None if task.cancelled() else task.result()


def _told_url(url: str) -> str | None:
    """Return a URL to tell; None where it holds the image itself."""
    return None if url.startswith("data:") else url
