"""The display on a terminal: a spinner while an image is made, a bar while it is downloaded, one bar for several."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from zai_image.cli._display import Display

# Only words of ours are shown: a prompt or a server's words could hold rich's markup.
_WAITING = (SpinnerColumn(), TextColumn("waiting for the image"), TimeElapsedColumn())
_DOWNLOADING = (SpinnerColumn(), TextColumn("downloading"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
_SEVERAL = (SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TextColumn("images"), TimeElapsedColumn())


class _Shown(Display):
    """One line at the bottom of the terminal."""

    def __init__(self, progress: Progress, total: int | None) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=total)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the line away while something is printed on standard output, which may be the same terminal."""
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()


class _OneImage(_Shown):
    def downloading(self, received: int, total: int | None) -> None:
        """Show the bytes instead of the waiting."""
        self._progress.columns = _DOWNLOADING
        self._progress.update(self._task, completed=received, total=total)


class _SeveralImages(_Shown):
    def settled(self) -> None:
        """Move the bar on by one prompt."""
        self._progress.advance(self._task)


@contextmanager
def shown(images: int) -> Iterator[Display]:
    """Yield the display for a number of images on the terminal behind standard error."""
    console = Console(stderr=True)
    if not console.is_interactive:  # a dumb terminal cannot take a line back
        yield Display()
        return
    columns: tuple[ProgressColumn, ...] = _WAITING if images == 1 else _SEVERAL
    # Messages on standard error are printed above the line; standard output is not rich's, it may be a pipe.
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as progress:
        yield _OneImage(progress, None) if images == 1 else _SeveralImages(progress, images)
