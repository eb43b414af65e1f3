"""Where pictures go: into the file that was asked for, or into a new one named after the prompt."""

from __future__ import annotations

import os
import re
import secrets
from itertools import count
from pathlib import Path
from typing import Final, Protocol

import click
from attrs import frozen

from zai_image._errors import DownloadError
from zai_image._images import AsyncImage
from zai_image._storing import Progress

NUMBER: Final = "{n}"
"""What stands in a file's name for the prompt's number."""
# Well under the 255 bytes that file systems allow, in any script.
_LONGEST = 50


class Destination(Protocol):
    """Where the pictures of one run go."""

    async def store(self, image: AsyncImage, *, number: int, prompt: str, progress: Progress) -> Path:
        """Store the picture of the prompt with this number, counted from 1.

        Raises:
            DownloadError: The picture could not be fetched, or not be stored.
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

    async def store(self, image: AsyncImage, *, number: int, prompt: str, progress: Progress) -> Path:
        """Store the picture under its number."""
        name = self.path.name.replace(NUMBER, f"{number:0{self.digits}}")
        return await image.save(self.path.with_name(name), progress=progress)


@frozen
class NewFiles:
    """New files in a folder, each named after its prompt; nothing is replaced."""

    folder: Path

    async def store(self, image: AsyncImage, *, number: int, prompt: str, progress: Progress) -> Path:
        """Store the picture under a name that is still free when it has arrived."""
        # Only what arrived tells the suffix, and a run that is killed must not leave an empty file with a good name.
        arrived = await image.save(self.folder / f".zai-image-{secrets.token_hex(4)}", progress=progress)
        try:
            return _renamed(arrived, _stem(prompt))
        except OSError as error:
            arrived.unlink(missing_ok=True)
            raise DownloadError(f"the picture at {image.url} could not be stored: {error}", url=image.url) from error


def destination(output: str | None, pictures: int) -> Destination:
    """Return where pictures go.

    Args:
        output: What the user asked for: a folder, a file, a file with ``{n}`` in its name, or nothing.
        pictures: How many there will be.

    Raises:
        click.UsageError: There is no such folder, or it is one file for several pictures.
    """
    if output is None:
        return NewFiles(Path())
    path = Path(output)
    is_folder = path.is_dir() or output.endswith(("/", os.sep))
    folder = path if is_folder else path.parent
    if not folder.is_dir():
        raise click.UsageError(f"there is no folder {str(folder)!r} to write to; make it first")
    if is_folder:
        return NewFiles(folder)
    if pictures > 1 and NUMBER not in path.name:
        numbered = path.with_name(f"{path.stem}-{NUMBER}{path.suffix}")
        raise click.UsageError(
            f"{output!r} is one file for {pictures} pictures: give a folder, or a name with {NUMBER}, "
            f"such as {str(numbered)!r}"
        )
    return NamedFiles(path, len(str(pictures)))


def _stem(prompt: str) -> str:
    return "-".join(re.findall(r"\w+", prompt.lower()))[:_LONGEST].strip("-_") or "picture"


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
