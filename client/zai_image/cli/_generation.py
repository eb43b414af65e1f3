"""Makes images of several prompts, a few at a time, and tells on every way out what was paid for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from attrs import define, field

from zai_image._client import AsyncZaiImage
from zai_image._errors import DownloadError, InvalidRequestError, ZaiImageError
from zai_image._failures import Streak, may_be_charged, meets_all, not_sent
from zai_image._giving_up import GRACE, GivingUp
from zai_image._images import AsyncImage
from zai_image.cli._destinations import Destination
from zai_image.cli._display import Display, display
from zai_image.cli._exits import ANSWER_IS_NO, COULD_NOT_ASK, exit_code_of_all
from zai_image.cli._messages import explained, tell
from zai_image.cli._results import Failed, Result, Stored
from zai_image.cli._signals import told_of_signals

_EXCERPT: Final = 40


@define
class Generation:
    """The images of one run of the command.

    Attributes:
        prompts: What to make images of, at least one.
        parameters: What `images.generate` gets beside the prompt.
        client: Makes the client; it is closed at the end.
        destination: Where the images go.
        write: Writes a result to standard output.
        quiet: Whether only results and errors are told.
        stored: How many images are stored so far.
        failures: Why others were not made or not stored.
    """

    prompts: Sequence[str]
    parameters: Mapping[str, Any]
    client: Callable[[], AsyncZaiImage]
    destination: Destination
    write: Callable[[Result], None]
    quiet: bool = False
    stored: int = 0
    failures: list[ZaiImageError] = field(factory=list)
    _waiting: deque[tuple[int, str]] = field(factory=deque)
    _under_way: dict[int, str] = field(factory=dict)
    _streak: Streak = field(factory=Streak)
    _alike: dict[str, list[int]] = field(factory=dict)
    _shown: Display = field(factory=Display)
    _interrupted: bool = False
    _output_lost: bool = False
    _no_downloads: GivingUp = field(factory=GivingUp)
    _no_answers: GivingUp = field(factory=GivingUp)

    def make(self, concurrency: int = 1) -> int:
        """Make the images, and write a result as soon as each is known.

        A failure does not stop the others, unless they would all meet it. The first signal lets no further request
        leave and waits for the answers of those that have left; the second waits for nothing. Whatever is paid for and
        not stored is told with its URL, or as something that may be charged.

        Args:
            concurrency: How many prompts may be under way at once.

        Returns:
            The exit code.

        Raises:
            InvalidRequestError: No client can be made.
        """
        with display(len(self.prompts), quiet=self.quiet) as self._shown:
            asyncio.run(self._make(concurrency))
        for first, *others in self._alike.values():
            if others:
                tell(f"{_prompts(sorted(others))} failed like prompt {first}")
        if self.stored < len(self.prompts) > 1 and not self.quiet:
            tell(f"{self.stored} of {len(self.prompts)} images came")
        if self._interrupted:
            return COULD_NOT_ASK
        code = exit_code_of_all(self.stored, self.failures)
        return code or (ANSWER_IS_NO if self._output_lost else code)

    async def _make(self, concurrency: int) -> None:
        self._waiting.extend(enumerate(self.prompts, start=1))
        async with self.client() as zai:
            with told_of_signals(self._interrupt):
                workers = [self._work(zai) for _ in range(min(concurrency, len(self._waiting)))]
                ended = await asyncio.gather(*workers, return_exceptions=True)
        for end in ended:
            if isinstance(end, BaseException):
                raise end

    async def _work(self, zai: AsyncZaiImage) -> None:
        while self._waiting:
            number, prompt = self._waiting.popleft()
            image: AsyncImage | None = None
            try:
                self._under_way[number] = prompt
                image = await self._no_answers.unless(zai.images.generate(prompt, **self.parameters))
                del self._under_way[number]
                if image is None:
                    self._fail(number, prompt, ZaiImageError("not waited for; it may be charged"))
                    continue
                self._streak.broken()
                storing = self.destination.store(image, number=number, prompt=prompt, progress=self._shown.downloading)
                path = await self._no_downloads.unless(storing)
                if path is None:
                    self._fail(
                        number, prompt, DownloadError(f"paid for, not stored: {image.url}", url=image.url), image
                    )
                    continue
                self.stored += 1
                self._write(Stored(number, prompt, self.parameters, image, path))
            except ZaiImageError as error:
                self._fail(number, prompt, error, image)
            except Exception:
                # A bug that one prompt meets: what others have paid for is still told and stored.
                self._waiting.clear()
                where = f"paid for, and its image is at {image.url}" if image else "it may be charged"
                tell(f"{self._named(number, prompt)}: {where}")
                raise
            finally:
                self._under_way.pop(number, None)
            self._shown.settled()

    def _interrupt(self) -> None:
        self._waiting.clear()
        if self._interrupted:
            self._no_answers.give_up()
        self._interrupted = True
        self._no_downloads.give_up()
        if self._under_way and not self._no_answers.is_done:
            tell(f"interrupted: waiting up to {GRACE:g} s for what is under way and may be charged; again to leave it")
            asyncio.get_running_loop().call_later(GRACE, self._no_answers.give_up)
        elif not self._under_way:
            tell("interrupted")

    def _fail(self, number: int, prompt: str, error: ZaiImageError, image: AsyncImage | None = None) -> None:
        self.failures.append(error)
        if self._stops(error):
            self._waiting.clear()
        message = explained(error)
        alike = self._alike.setdefault(message, [])
        alike.append(number)
        if len(alike) == 1:
            for_all = len(self.prompts) == 1 or meets_all(error) or isinstance(error, InvalidRequestError)
            tell(message if for_all else f"{self._named(number, prompt)}: {message}")
        charged = image is not None or may_be_charged(error)
        self._write(Failed(number, prompt, self.parameters, error, image, charged))

    def _stops(self, error: ZaiImageError) -> bool:
        # The client has tried again already where a request did not leave, and all requests have the same options.
        if meets_all(error) or not_sent(error) or isinstance(error, InvalidRequestError):
            return True
        if isinstance(error, DownloadError):
            try:
                self.destination.check()
            except OSError:
                return True
        reason = self._streak.stops(error)
        if reason and self._waiting:
            tell(f"stopped: {reason}")
        return reason is not None

    def _write(self, result: Result) -> None:
        """Write a result; where standard output takes none, tell it on standard error and send no further request."""
        try:
            with self._shown.aside():
                self.write(result)
        except OSError as error:
            self._waiting.clear()
            self._output_lost = True
            if isinstance(result, Stored):
                reason = error.strerror or error
                tell(f"cannot write to standard output: {reason}; the image is at {result.path}")

    def _named(self, number: int, prompt: str) -> str:
        excerpt = prompt if len(prompt) <= _EXCERPT else f"{prompt[:_EXCERPT]}..."
        return f"prompt {number} ({excerpt})"


def _prompts(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"prompt {numbers[0]}"
    return f"prompts {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
