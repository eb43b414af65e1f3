"""Shows people that something goes on; on a pipe, nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class Display:
    """Shows nothing: the display where standard error is no terminal."""

    def downloading(self, received: int, total: int | None) -> None:
        """Take note of a download's bytes: how many came so far, and how many there are in all, or None."""

    def settled(self) -> None:
        """Take note that one more prompt has its image, or will get none."""

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Step aside while something is printed on standard output."""
        yield


@contextmanager
def display(images: int, *, quiet: bool = False) -> Iterator[Display]:
    """Yield the display for a number of images, gone without a trace at the end; nothing where it is to be quiet."""
    if quiet or not sys.stderr.isatty():
        yield Display()
        return
    # rich takes as long to import as the rest of the command line; a pipe has no use for it.
    from zai_image.cli._terminal import shown

    with shown(images) as live:
        yield live
