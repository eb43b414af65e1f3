"""Where images go: into the file that was asked for, a new one named after the prompt, or standard output."""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import click
from attrs import frozen

from zai_image import _naming
from zai_image._errors import DownloadError
from zai_image._images import AsyncImage

if TYPE_CHECKING:
    from zai_image._downloads import Progress

NUMBER: Final = "{n}"
"""What stands in a file's name for the prompt's number."""
STANDARD_OUTPUT: Final = "-"
_PROBE: Final = bytes(65536)


class Destination(Protocol):
    """Where the images of one run go."""

    def check(self) -> None:
        """Make sure that an image can be stored, as far as that can be known before there is one.

        Raises:
            OSError: It cannot.
        """
        ...

    async def store(self, image: AsyncImage, *, number: int, prompt: str, progress: Progress) -> Path:
        """Store the image of the prompt with this number, counted from 1, and return where it is.

        Raises:
            DownloadError: The image could not be downloaded, or not be stored.
        """
        ...


@frozen
class NamedFiles:
    """The files that were asked for; what is there is replaced.

    Attributes:
        path: The file, with ``{n}`` in its name where there are several.
        digits: The digits of the greatest number, so that names sort as their prompts do.
    """

    path: Path
    digits: int

    def check(self) -> None:
        """Write beside the file, and see that its name can be had."""
        path = self._numbered(10**self.digits - 1)
        with suppress(FileNotFoundError):
            path.lstat()  # which refuses a name that no file can have
        if path.exists() and not path.is_file():
            raise OSError(f"{str(path)!r} is not a file")
        _probe(path.parent)

    async def store(self, image: AsyncImage, *, number: int, prompt: str, progress: Progress) -> Path:
        """Store the image under its number."""
        return await image.save(self._numbered(number), progress=progress)

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(self.path.name.replace(NUMBER, f"{number:0{self.digits}}"))


@frozen
class NewFiles:
    """New files in a folder, each named after its prompt; nothing is replaced."""

    folder: Path

    def check(self) -> None:
        """Write into the folder."""
        _probe(self.folder)

    async def store(self, image: AsyncImage, *, number: int, prompt: str, progress: Progress) -> Path:
        """Store the image under a name that is still free when it has arrived."""
        # Only what arrived tells the suffix, and a run that is killed must not leave an empty file with a good name.
        arrived = await image.save(self.folder / f".zai-image-{secrets.token_hex(4)}", progress=progress)
        try:
            return _renamed(arrived, _naming.slug(prompt) or "image")
        except OSError as error:
            arrived.unlink(missing_ok=True)
            raise DownloadError(f"the image at {image.url} could not be stored: {error}", url=image.url) from error


@frozen
class StandardOutput:
    """Standard output, which takes the bytes of one image."""

    def check(self) -> None:
        """See that it is not a terminal, which would take them for commands."""
        if sys.stdout.isatty():
            raise OSError("standard output is a terminal: send it to a file or a program, or give a file")

    async def store(self, image: AsyncImage, *, number: int, prompt: str, progress: Progress) -> Path:
        """Write the image."""
        content = await image.download(progress=progress)
        try:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        except OSError as error:
            reason = f"standard output did not take all of the image at {image.url}: {error.strerror or error}"
            raise DownloadError(reason, url=image.url) from error
        return Path(STANDARD_OUTPUT)


def destination(output: str | None, images: int) -> Destination:
    """Return where images go.

    Args:
        output: What the user asked for: a folder, a file, a file with ``{n}`` in its name, ``-``, or nothing.
        images: How many there will be.

    Raises:
        click.UsageError: No image can be stored there, or it is one file for several images.
    """
    try:
        where = _destination(output, images)
        where.check()
    except (OSError, ValueError) as error:
        told = str(error) if isinstance(error, OSError) and error.strerror is None else f"cannot write: {error}"
        raise click.UsageError(f"choose another --output: {told}") from error
    return where


def _destination(output: str | None, images: int) -> Destination:
    if output is None:
        return NewFiles(Path())
    if output == STANDARD_OUTPUT:
        if images > 1:
            raise click.UsageError(f"give a folder: standard output takes one image, and there are {images} prompts")
        return StandardOutput()
    path = Path(output)
    is_folder = path.is_dir() or output.endswith(("/", os.sep))
    folder = path if is_folder else path.parent
    if not folder.is_dir():
        raise click.UsageError(f"make the folder {str(folder)!r} first, or choose another --output: it does not exist")
    if is_folder:
        return NewFiles(folder)
    if images > 1 and NUMBER not in path.name:
        numbered = path.with_name(f"{path.stem}-{NUMBER}{path.suffix}")
        raise click.UsageError(
            f"give a folder, or a name with {NUMBER}, such as {str(numbered)!r}: "
            f"{output!r} is one file for {images} images"
        )
    return NamedFiles(path, len(str(images)))


def _probe(folder: Path) -> None:
    """Write a small file into a folder and remove it: a full disk or missing rights show now, and not when paid for."""
    probe = folder / f".zai-image-{secrets.token_hex(4)}"
    try:
        with probe.open("xb") as file:
            file.write(_PROBE)
    finally:
        probe.unlink(missing_ok=True)


def _renamed(arrived: Path, stem: str) -> Path:
    for number in count(1):
        path = arrived.with_name((stem if number == 1 else f"{stem}-{number}") + arrived.suffix)
        try:
            # Exclusive creation, so that two runs at once take two names.
            path.open("xb").close()
        except FileExistsError:
            continue
        return arrived.replace(path)
    raise AssertionError("count() does not end")
