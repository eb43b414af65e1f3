"""Files that reports are written to: looked at before anything is asked, since what is found out then may have cost."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path

import click

from zai_image._storing import PartialFile
from zai_image.cli._messages import tell

_PLACE_TAKEN = frozenset({errno.EACCES, errno.EPERM, errno.EBUSY, errno.EROFS})


def check(files: Mapping[str, Path]) -> None:
    """Make sure that every report can be written, as far as that can be known before.

    Args:
        files: The file of each report, by the option that names it.

    Raises:
        click.UsageError: One has no folder, may not be written, or is named twice.
    """
    named: dict[Path, str] = {}
    for option, path in files.items():
        place = path.resolve()
        if place in named:
            raise click.UsageError(f"{named[place]} and {option} name the same file, {path}; give each its own")
        named[place] = option
        if not path.name or path.is_dir():
            raise click.UsageError(f"{option} wants a file, and {str(path)!r} is none")
        if not place.parent.is_dir():
            raise click.UsageError(f"{option}: there is no folder {str(path.parent)!r} to write to; make it first")
        if not os.access(place if place.exists() else place.parent, os.W_OK):
            raise click.UsageError(f"{option}: {str(path)!r} may not be written; choose another file")


def write(path: Path, text: str) -> bool:
    """Write a report, replacing what is there at once; where that fails, say so and return false."""
    try:
        if path.exists() and not path.is_file():
            # A device or a pipe, whose place no file may take.
            path.write_text(text, "utf-8")
        else:
            _replace(path.resolve(), text)
    except OSError as error:
        tell(f"cannot write {path}: {error.strerror or error}")
        return False
    return True


def _replace(path: Path, text: str) -> None:
    try:
        with PartialFile(path) as partial:
            partial.file.write(text.encode())
            partial.keep("")
    except OSError as error:
        # A folder may let no file in, and still let this one be written; so may what is mounted in its place.
        if error.errno not in _PLACE_TAKEN or not path.exists():
            raise
        path.write_text(text, "utf-8")
