"""Works through a journal: sends requests within the limits, stores images, and stops before money is wasted."""

from __future__ import annotations

import asyncio
import mimetypes
import random
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar

from attrs import define, field, frozen

from zai_image._client import AsyncZaiImage
from zai_image._errors import DownloadError, RateLimitError, ZaiImageError
from zai_image._failures import UNUSABLE_ANSWERS, Streak, may_be_charged, meets_all, not_sent
from zai_image._giving_up import GRACE, GivingUp
from zai_image._images import AsyncImage
from zai_image.batch._destinations import Destination, DestinationError
from zai_image.batch._grouping import Grouped
from zai_image.batch._journal import Journal
from zai_image.batch._model import (
    Answered,
    Claim,
    Failed,
    JournalError,
    Limits,
    Named,
    NotStored,
    Outcome,
    Stored,
    Wish,
    Work,
)
from zai_image.batch._names import NAME, name
from zai_image.batch._pace import Pace, seconds
from zai_image.batch._tables import State

_DOWNLOADS: Final = 3
_NAMES: Final = 1000
"""Names that an image is tried under, where a destination has others' files of that name."""
_TOGETHER: Final = 0.01
"""Seconds in which outcomes gather to be committed together."""
_LOOK_AGAIN: Final = 0.5
"""Seconds until an idle worker looks again whether others have left something to do."""
_T = TypeVar("_T")


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


@define
class Runner:
    """One process's part of a batch.

    Attributes:
        journal: Where prompts stand.
        client: Makes the client, which must send nothing twice by itself (``max_retries=0``).
        destination: Where images go.
        limits: What all processes on the journal may do together.
        input: Which prompts of the journal are sent, by the digest of their input.
        template: How images are named.
        tell: Called with each event, in the event loop.
        stopped: Why the run stopped before its end; None where it did not.
        interrupted: Whether it was told to end.
        in_flight: Requests that are under way.
    """

    journal: Journal
    client: Callable[[], AsyncZaiImage]
    destination: Destination
    limits: Limits
    input: str
    template: str = NAME
    tell: Callable[[Event], None] = lambda event: None
    stopped: str | None = None
    interrupted: bool = False
    in_flight: int = 0
    _worker: str = ""
    _streak: Streak = field(factory=Streak)
    _not_stored_streak: Streak = field(factory=Streak)
    _bug: Exception | None = None
    _tasks: set[asyncio.Task[bool]] = field(factory=set)
    _outcomes: list[tuple[Outcome, asyncio.Future[str | bool]]] = field(factory=list)
    _wake: asyncio.Event = field(factory=asyncio.Event)
    _no_downloads: GivingUp = field(factory=GivingUp)
    _no_answers: GivingUp = field(factory=GivingUp)
    # For a turn, a sign of life, and a look at who gives none: none of them waits for the others.
    _threads: ThreadPoolExecutor = field(factory=lambda: ThreadPoolExecutor(3, "zai-image journal"))
    _pace: Pace = field(init=False)
    _storing: Grouped[tuple[str, bytes], bool | OSError] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._pace = Pace(self.limits.concurrency)
        self._storing = Grouped(lambda images: self.destination.store(self._worker, images), self.destination.groups)

    def interrupt(self) -> None:
        """Let no further request leave; wait for the answers of those under way, or for nothing when called again."""
        if self.interrupted:
            self._no_answers.give_up()
        self.interrupted = True
        self._no_downloads.give_up()
        self._wake.set()
        asyncio.get_running_loop().call_later(GRACE, self._no_answers.give_up)
        self.tell(Event("interrupted", {"under_way": self.in_flight, "seconds": GRACE}))

    async def run(self) -> None:
        """Work until nothing is left to do, or the run has to stop.

        Raises:
            DestinationError: Nothing can be stored; nothing was sent.
            JournalError: The journal cannot be used.
            InvalidRequestError: No client can be made.
        """
        await asyncio.to_thread(self.destination.check)
        self.free_dead()
        self._worker = self.journal.begin()
        repeated = [asyncio.create_task(self._repeat(act)) for act in (self._beat, self._free_others)]
        try:
            async with self.client() as zai:
                try:
                    await self._work_all(zai)
                finally:
                    # None is left but where the run itself is cancelled.
                    for work in self._tasks:
                        work.cancel()
                    await asyncio.gather(*self._tasks, return_exceptions=True)
        finally:
            for task in repeated:
                task.cancel()
            await asyncio.gather(*repeated, return_exceptions=True)
            self._threads.shutdown()
            self.destination.clear(self._worker)
            self._tell_lost([], self.journal.end(self._worker))
        if self._bug is not None:
            raise self._bug

    @property
    def _is_ending(self) -> bool:
        return self.interrupted or self.stopped is not None

    async def _work_all(self, zai: AsyncZaiImage) -> None:
        """Take turns with the journal until nothing is left to do, or the run has to stop and nothing is under way."""
        while self._tasks or not self._is_ending:
            self._wake.clear()
            wait: float | None = self._pace.pause or None
            ending = sum(isinstance(outcome, Failed | Stored | NotStored) for outcome, _ in self._outcomes)
            room = 0 if wait or self._is_ending else self._pace.at_once - len(self._tasks) + ending
            if room > 0 or self._outcomes:
                began = seconds()
                claim = await self._turn(room)
                for work in claim.work:
                    task = asyncio.create_task(self._work(zai, work, began))
                    self._tasks.add(task)
                    task.add_done_callback(self._done)
                if not (self._tasks or self._outcomes or claim.others or (claim.waiting and not claim.spent)):
                    if claim.waiting:
                        self._stop(f"{self.limits.max_images} images are paid for, as --max-images allows")
                    return
                wait = wait or claim.pause or None
                # Only other processes leave something to do without a sign to this one.
                if room > len(claim.work) and self.journal.lease is not None:
                    wait = wait or _LOOK_AGAIN
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wake.wait()

    async def _turn(self, room: int) -> Claim:
        """Commit outcomes, and claim as many prompts as there is room for.

        Where the database is away, the run stops, and the outcomes get some time to be committed.
        """
        batch, self._outcomes = self._outcomes, []
        outcomes = [outcome for outcome, _ in batch]
        give_up_at = seconds() + GRACE
        while True:
            wish = Wish(0 if self._is_ending else room, self.limits, self.input)
            try:
                noted, claim = await self._in_thread(partial(self.journal.turn, self._worker, outcomes, wish))
                break
            except JournalError as error:
                self._stop(str(error))
                if not batch or seconds() > give_up_at or self._no_answers.is_done:
                    for _, future in batch:
                        future.set_exception(error)
                    return Claim([])
            await asyncio.sleep(_LOOK_AGAIN)
        for (_, future), result in zip(batch, noted, strict=True):
            future.set_result(result)
        return claim

    def _done(self, task: asyncio.Task[bool]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or not task.result() or not self._tasks or self._is_ending:
            self._wake.set()

    async def _work(self, zai: AsyncZaiImage, work: Work, claimed_at: float) -> bool:
        """Send a request and store its image; return whether another took its place when its outcome was committed."""
        try:
            named = partial(name, self.template, work)
            if work.url is None:
                image, stem = await self._answer(zai, work, named, claimed_at)
            else:
                created = None if work.created is None else datetime.fromtimestamp(work.created, UTC)
                image, stem = zai.image_at(work.url, created=created), await self._note(Named(work, named))
            if image is None:
                return True
            if isinstance(stem, str) and not self._no_downloads.is_done:
                return await self._store(work, image, stem, named)
        except JournalError as error:
            self._stop(str(error))
        except Exception as error:
            # A bug that one prompt meets: what others have paid for is still noted and stored.
            self._bug = error
            self._stop(f"{type(error).__name__}: {error}")
        return False

    async def _answer(
        self, zai: AsyncZaiImage, work: Work, named: Callable[[int], str], claimed_at: float
    ) -> tuple[AsyncImage | None, str | bool]:
        """Send the request and commit its outcome; return the image, where there is one, and its name."""
        # Between the claim and this line the process may have slept past its lease, and others have taken over.
        # No sign of life since then tells whether they have. Or the run was told to end.
        slept = self.journal.lease is not None and seconds() - claimed_at > self.journal.lease / 2
        if slept or self._is_ending:
            await self._note(Failed(work, State.WAITING, "not sent: the run ended, or was taken for dead"))
            return None, False
        sent_at = seconds()
        self.in_flight += 1
        try:
            image = await self._no_answers.unless(zai.images.generate(work.prompt, **work.parameters))
        except Exception as error:
            await self._fail(work, error, sent_at)
            return None, False
        finally:
            self.in_flight -= 1
        if image is None:
            # What is still asked when the run ends becomes unknown.
            return None, False
        self._pace.answered()
        self._streak.broken()
        created = None if image.created is None else image.created.timestamp()
        noted: str | bool = False
        try:
            noted = await self._note(Answered(work, image.url, created, getattr(image, "request_id", None), named))
        finally:
            if not noted:
                self._told("late", work, url=image.url)
        return image, noted

    async def _fail(self, work: Work, error: Exception, sent_at: float) -> None:
        """Commit how a request failed, and draw the conclusions for the others."""
        kind, told = type(error).__name__, {"error": str(error), "request_id": getattr(error, "request_id", None)}
        again = meets_all(error) or not_sent(error) or isinstance(error, RateLimitError)
        state = State.WAITING if again else State.UNKNOWN if may_be_charged(error) else State.REFUSED
        # Before it is committed, since the next prompts are claimed with that.
        slower = again and self._pace.slow_down(error, sent_at)
        if not isinstance(error, ZaiImageError):
            self._stop(f"{kind}: {error}")
        elif meets_all(error) or (
            slower and not_sent(error) and not self._pace.answers and self._pace.failures >= UNUSABLE_ANSWERS
        ):
            self._stop(str(error))
        elif (slower or not again) and (reason := self._streak.stops(error)):
            self._stop(f"{reason}: {error}")
        if slower:
            pause = round(self._pace.pause, 1)
            self.tell(Event("slower", {"at_once": self._pace.at_once, "seconds": pause, "error": str(error)}))
        await self._note(Failed(work, state, str(error), told["request_id"]))
        if not again:
            self._told(state, work, kind=kind, **told)

    async def _store(self, work: Work, image: AsyncImage, stem: str, named: Callable[[int], str]) -> bool:
        """Download the image, store it under its name, and commit that; return whether it came to an outcome."""
        try:
            content = await self._no_downloads.unless(self._downloaded(image))
            if content is None:
                return False
            # Never none: two names that differ would be one file, where one of them ends like a suffix of the other.
            suffix = mimetypes.guess_extension(image.media_type or "", strict=False) or ".bin"
            for nth in range(1, _NAMES):
                result = await self._storing((stem + suffix, content))
                if isinstance(result, OSError):
                    raise result
                if result:
                    break
                # Somebody else's file has that name.
                other = await self._note(Named(work, named, nth))
                if not isinstance(other, str):
                    return False
                stem = other
            else:
                raise OSError(f"the destination has something else under each of {_NAMES} names, such as {stem!r}")
        except (ZaiImageError, OSError) as error:
            await self._not_stored(work, image, str(error))
            return True
        self._not_stored_streak.broken()
        # Where another worker has taken over, that one tells.
        if await self._note(Stored(work, stem + suffix)):
            self._told("stored", work, path=self.destination.address(stem + suffix), url=_told_url(image.url))
        return True

    async def _downloaded(self, image: AsyncImage) -> bytes:
        attempt = 0
        while True:
            attempt += 1
            try:
                return await image.download()
            except DownloadError as error:
                if not error.transient or attempt == _DOWNLOADS:
                    raise
            await asyncio.sleep(random.uniform(0.5, 1) * 2.0 ** (attempt - 1))

    async def _not_stored(self, work: Work, image: AsyncImage, reason: str) -> None:
        # Before it is committed, since the next prompts are claimed with that.
        try:
            await asyncio.to_thread(self.destination.check)
        except DestinationError as error:
            self._stop(str(error))
        # What earlier runs left, such as URLs that are over, says nothing of the prompts that wait.
        if work.url is None and (stop := self._not_stored_streak.stops(DownloadError(reason, url=image.url))):
            self._stop(f"{stop}: {reason}")
        if await self._note(NotStored(work, reason)):
            self._told("not stored", work, error=reason, url=_told_url(image.url))

    def _stop(self, reason: str) -> None:
        if self.stopped is None:
            self.stopped = reason
            self.tell(Event("stopped", {"reason": reason}))
        self._wake.set()

    def _told(self, event: str, work: Work, **more: Any) -> None:
        parameters = {name: work.parameters.get(name) for name in ("model", "size")}
        self.tell(Event(event, {"id": work.id, "number": work.number, "prompt": work.prompt, **parameters, **more}))

    def free_dead(self) -> None:
        """Free what dead workers had, and tell what is unknown with that."""
        self._tell_lost(*self.journal.recover())

    def _tell_lost(self, dead: list[str], lost: list[tuple[str, str]]) -> None:
        for worker in dead:
            self.destination.clear(worker)
        for id, prompt in lost:
            self.tell(Event("unknown", {"id": id, "prompt": prompt, "error": "the run ended before an answer came"}))

    async def _repeat(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do something several times in a lease, for as long as the run lasts."""
        while self.journal.lease is not None:
            await asyncio.sleep(self.journal.lease / 5)
            try:
                await act()
            except JournalError as error:
                self._stop(str(error))
                return

    async def _beat(self) -> None:
        await self._in_thread(partial(self.journal.beat, self._worker))

    async def _free_others(self) -> None:
        """Free what dead workers had."""
        self._tell_lost(*await self._in_thread(partial(self.journal.recover, self._worker)))
        self._wake.set()

    async def _note(self, outcome: Outcome) -> str | bool:
        """Commit an outcome together with whatever else waits to be committed."""
        noted: asyncio.Future[str | bool] = asyncio.get_running_loop().create_future()
        self._outcomes.append((outcome, noted))
        if len(self._outcomes) == len(self._tasks):
            # No other can come.
            self._wake.set()
        elif len(self._outcomes) == 1:
            asyncio.get_running_loop().call_later(_TOGETHER, self._wake.set)
        return await noted

    async def _in_thread(self, act: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, act)


def _told_url(url: str) -> str | None:
    """Return a URL to tell; None where it holds the image itself."""
    return None if url.startswith("data:") else url
