"""Stores an image in a file: whole or not at all, and only where a regular file is or can be."""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from zai_image._errors import SuffixWarning
from zai_image._formats import SUFFIXES, Facts, mismatch

if TYPE_CHECKING:
    from zai_image._downloads import Download

_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


@contextmanager
def saving(download: Download, path: str | PathLike[str]) -> Iterator[PartialFile]:
    """Lend a file for an image, that takes the place of the one at the path when it is kept.

    Raises:
        DownloadError: No regular file can be there, or it cannot be written.
    """
    try:
        if str(path).endswith(("/", os.sep)):
            raise ValueError(f"{str(path)!r} names a folder; name a file")
        partial = PartialFile(Path(path), SUFFIXES)
    except Exception as raised:
        error = download.unsaved(raised)
        raise error from error.__cause__
    try:
        with partial:
            yield partial
    except TimeoutError:
        # The deadline's, and no file's.
        raise
    except OSError as raised:
        error = download.unsaved(raised)
        raise error from error.__cause__


def warn_of_suffix(path: Path, facts: Facts) -> None:
    """Warn the caller of the caller where the suffix of a path says another format than the image has."""
    said = mismatch(path, facts)
    if said is not None:
        warnings.warn(f"{str(path)!r} says {said}, and the image is {facts.media_type}", SuffixWarning, stacklevel=3)


class PartialFile:
    """A file beside its target that takes the target's place when it is complete, or disappears.

    Args:
        target: The file to write; through a symbolic link, what the link leads to.
        suffixes: What may be put behind the name of a target that has no suffix.

    Raises:
        OSError: No regular file can be there.
        ValueError: No file can have that name.
    """

    def __init__(self, target: Path, suffixes: Iterable[str] = ()) -> None:
        if not target.name:
            raise ValueError(f"{str(target)!r} is no name of a file")
        self._target = target
        # A link that is there already is the whole name, suffix or not.
        self._is_named = bool(target.suffix) or target.is_symlink()
        names = [target] if self._is_named else [target, *(self._named(suffix) for suffix in suffixes)]
        # What cannot be stored is refused now, and not when the image is here.
        existing = [_existing(name) for name in names]
        real = _real(target)
        self._path = real.with_name(f".{os.urandom(4).hex()}.part")
        mode = 0o666 if not self._is_named or existing[0] is None else stat.S_IMODE(existing[0].st_mode) & 0o777
        # Nobody may read the new content who may not read the old one.
        self.file: BinaryIO = os.fdopen(os.open(self._path, _FLAGS, mode), "w+b")

    def keep(self, suffix: str) -> Path:
        """Put the file in its target's place, with its mode and owner; a target without a suffix gets the given one.

        Returns:
            The path, as it was given or with the suffix.
        """
        target = self._target if self._is_named else self._named(suffix)
        existing = _existing(target)
        self.file.flush()
        if existing is not None:
            _take_over(self.file, self._path, existing)
        self.file.close()
        self._path.replace(_real(target))
        return target

    def _named(self, suffix: str) -> Path:
        return self._target.with_name(self._target.name + suffix)

    def __enter__(self) -> PartialFile:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            # A full disk makes it fail.
            self.file.close()
        finally:
            self._path.unlink(missing_ok=True)


def _existing(path: Path) -> os.stat_result | None:
    """Return what is known of the regular file at a path; None where there is nothing yet.

    Raises:
        OSError: There is something else, or nothing can be there.
        ValueError: No file can have that name.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        if path.is_symlink():
            # A link may lead to where nothing is, but something can be.
            _real(path).parent.stat()
        return None
    if not stat.S_ISREG(found.st_mode):
        kind = next((kind for test, kind in _KINDS if test(found.st_mode)), "no file")
        raise OSError(f"{str(path)!r} is {kind}; name a file")
    return found


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _take_over(file: BinaryIO, path: Path, existing: os.stat_result) -> None:
    """Give the new file the owner and the mode of the old one, as far as the system lets us."""
    if hasattr(os, "fchown"):
        made = os.fstat(file.fileno())
        if (made.st_uid, made.st_gid) != (existing.st_uid, existing.st_gid):
            with suppress(OSError):
                os.fchown(file.fileno(), existing.st_uid, existing.st_gid)
    with suppress(OSError):
        # After the owner, since a change of owner takes bits out of the mode.
        path.chmod(stat.S_IMODE(existing.st_mode))
