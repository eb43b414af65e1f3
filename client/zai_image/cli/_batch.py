"""Makes pictures of several prompts, a few at a time, and tells what came of each as soon as it is known."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

import click
from attrs import define, field, frozen

from zai_image._client import AsyncZaiImage
from zai_image._errors import (
    AuthenticationError,
    InsufficientBalanceError,
    InvalidRequestError,
    ZaiImageError,
)
from zai_image._images import AsyncImage
from zai_image.cli._destinations import Destination
from zai_image.cli._display import Display, display
from zai_image.cli._exits import COULD_NOT_ASK, exit_code_of_all
from zai_image.cli._messages import tell


class _Untold(ZaiImageError):
    """A picture is stored, but standard output does not take the line that tells where."""


# What every prompt would meet alike: the options, the key, the balance and standard output are the same for all.
_CONCERNS_ALL: Final = (InvalidRequestError, AuthenticationError, InsufficientBalanceError, _Untold)
_EXCERPT: Final = 40


@frozen
class Made:
    """A picture that came and is stored."""

    prompt: str
    image: AsyncImage
    path: Path


@define
class Batch:
    """The pictures of one run of the command.

    Attributes:
        prompts: What to make pictures of, at least one.
        client: Makes the client; it is closed at the end.
        ask: Asks for the picture of one prompt.
        destination: Where the pictures go.
        describe: Makes the line that a picture gets on standard output.
        came: How many pictures are stored so far.
        failures: Why others did not come.
    """

    prompts: Sequence[str]
    client: Callable[[], AsyncZaiImage]
    ask: Callable[[AsyncZaiImage, str], Awaitable[AsyncImage]]
    destination: Destination
    describe: Callable[[Made], str]
    came: int = 0
    failures: list[ZaiImageError] = field(factory=list)

    def make(self, concurrency: int = 1) -> int:
        """Make the pictures, and print a line on standard output as soon as each is stored.

        A failure does not stop the others, unless it would befall them all. Ctrl-C keeps what is stored.

        Args:
            concurrency: How many prompts may be under way at once.

        Returns:
            The exit code.

        Raises:
            InvalidRequestError: No client can be made.
        """
        try:
            with display(len(self.prompts)) as shown:
                asyncio.run(self._make(concurrency, shown))
        except KeyboardInterrupt:
            tell(f"interrupted: {self._score}; those under way may be charged all the same")
            return COULD_NOT_ASK
        if self.failures and len(self.prompts) > 1:
            tell(self._score)
        return exit_code_of_all(self.came, self.failures)

    @property
    def _score(self) -> str:
        return f"{self.came} of {len(self.prompts)} pictures came"

    async def _make(self, concurrency: int, shown: Display) -> None:
        waiting = deque(enumerate(self.prompts, start=1))
        async with self.client() as zai:
            workers = [
                asyncio.create_task(self._work(zai, waiting, shown)) for _ in range(min(concurrency, len(waiting)))
            ]
            try:
                await asyncio.gather(*workers)
            except BrokenPipeError:
                raise
            except Exception:
                # A bug that one prompt meets: what is under way for the others is paid for.
                waiting.clear()
                await asyncio.gather(*workers, return_exceptions=True)
                raise
            finally:
                # Ctrl-C, or standard output that nobody reads any more: let go of what is under way before the client.
                for worker in workers:
                    worker.cancel()
                await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, zai: AsyncZaiImage, waiting: deque[tuple[int, str]], shown: Display) -> None:
        while waiting:
            number, prompt = waiting.popleft()
            try:
                image = await self.ask(zai, prompt)
                path = await self.destination.store(image, number=number, prompt=prompt, progress=shown.downloading)
                self.came += 1
                self._print(Made(prompt, image, path), shown)
            except ZaiImageError as error:
                self.failures.append(error)
                tell(self._account(error, number, prompt))
                if isinstance(error, _CONCERNS_ALL):
                    waiting.clear()
            shown.settled()

    def _print(self, made: Made, shown: Display) -> None:
        try:
            with shown.aside():
                click.echo(self.describe(made))
        except BrokenPipeError:
            raise
        except OSError as error:
            reason = error.strerror or error
            raise _Untold(f"cannot write to standard output: {reason}; the picture is at {made.path}") from error

    def _account(self, error: ZaiImageError, number: int, prompt: str) -> str:
        if len(self.prompts) == 1 or isinstance(error, _CONCERNS_ALL):
            return str(error)
        excerpt = prompt if len(prompt) <= _EXCERPT else f"{prompt[:_EXCERPT]}..."
        return f"prompt {number} ({excerpt}): {error}"
