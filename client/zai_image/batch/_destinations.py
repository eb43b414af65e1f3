"""Where a batch stores images: a folder of this machine, or any place that fsspec reaches."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

from attrs import define, field, frozen

_PROBE: Final = bytes(65536)
_SCHEME: Final = re.compile("[A-Za-z][A-Za-z0-9+.-]+://|memory:")
_LOGIN: Final = re.compile("(?<=://)[^/]*@")
_STAGING: Final = ".zai-image-{}"


class DestinationError(Exception):
    """No image can be stored at the destination; the message says what would work."""


class Destination(Protocol):
    """Where images go.

    Attributes:
        groups: How many groups of images it takes at once.
    """

    groups: ClassVar[int]

    def check(self) -> None:
        """Make sure, as far as that can be known before there is an image, that one can be stored.

        Raises:
            DestinationError: It cannot.
        """
        ...

    def store(self, worker: str, images: Sequence[tuple[str, bytes]]) -> Sequence[bool | OSError]:
        """Store images that came at about the same time, each whole or not at all.

        Args:
            worker: Who stores them: what it leaves behind when it is killed can be told by that.
            images: Names, with ``/`` between folders, and the bytes of each image.

        Returns:
            For each image: true once no crash of the system can lose it; false where something else has its name; why
            it could not be stored.
        """
        ...

    def clear(self, worker: str) -> None:
        """Remove what a worker that was killed has left behind."""
        ...

    def address(self, name: str) -> str:
        """Return where the image of this name is, for people."""
        ...


@frozen
class Folder:
    """A folder of this machine, or one that it has mounted."""

    groups: ClassVar[int] = 1
    path: Path

    def check(self) -> None:
        """Make the folder where it does not exist, write into it, and remove that again."""
        probe = self.path / _STAGING.format(secrets.token_hex(4))
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            try:
                with probe.open("xb") as file:
                    file.write(_PROBE)
            finally:
                probe.unlink(missing_ok=True)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise DestinationError(f"choose another destination: cannot write into {self.path}: {reason}") from error

    def store(self, worker: str, images: Sequence[tuple[str, bytes]]) -> Sequence[bool | OSError]:
        """Write the images in a hidden folder, and move each to its name; replace nothing but the same image."""
        staging = self._staging(worker)
        files = [_File(content, staging / f"{secrets.token_hex(4)}.part", self.path / name) for name, content in images]
        # Each folder once, however many images came into it.
        flush_folder = cache(partial(_flush, flags=os.O_RDONLY))
        # Step by step for all of them: what is written by then gets to the disk together.
        for step in (_File.write, _File.flush, _File.move, partial(_File.flush_folders, flush=flush_folder)):
            for file in files:
                file.take(step)
        return [file.result for file in files]

    def clear(self, worker: str) -> None:
        """Remove the hidden folder."""
        shutil.rmtree(self._staging(worker), ignore_errors=True)

    def _staging(self, worker: str) -> Path:
        return self.path / _STAGING.format(worker)

    def address(self, name: str) -> str:
        """Return the path."""
        return str(self.path / name)


@define
class _File:
    """An image on its way into a folder: written beside its target, brought to the disk, moved to its name.

    Attributes:
        result: As `Destination.store` returns it.
    """

    content: bytes
    path: Path
    target: Path
    result: bool | OSError = True

    def take(self, step: Callable[[_File], bool]) -> None:
        """Take a step, unless one before has failed."""
        if self.result is not True:
            return
        try:
            self.result = step(self)
        except OSError as error:
            self.result = error
        if self.result is not True:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)

    def write(self) -> bool:
        if self._is_taken():
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("xb") as file:
            file.write(self.content)
        return True

    def flush(self) -> bool:
        # Or a crash of the system could leave an empty file under a good name.
        _flush(self.path, os.O_RDWR)
        return True

    def move(self) -> bool:
        self.target.parent.mkdir(parents=True, exist_ok=True)
        try:
            # Whatever came there meanwhile is not replaced.
            os.link(self.path, self.target)
        except OSError:
            # Something has that name, or the file system has no links.
            if self._is_taken():
                return False
            self.path.replace(self.target)
        else:
            self.path.unlink()
        return True

    def flush_folders(self, flush: Callable[[Path], None]) -> bool:
        # Or it could leave none. Those between the destination and the image may be new too.
        root = self.path.parents[1]
        for folder in self.target.parents:
            if os.name != "nt" and folder.is_relative_to(root):
                flush(folder)
        return True

    def _is_taken(self) -> bool:
        """Whether the name is something else's than of the same image, which an earlier run may have left."""
        if not os.path.lexists(self.target):
            return False
        # A file of another length may be too large to be read.
        is_alike = self.target.is_file() and self.target.stat().st_size == len(self.content)
        return not (is_alike and self.target.read_bytes() == self.content)


@frozen
class Remote:
    """Any place that fsspec reaches: ``s3://``, ``gs://``, ``az://``, ``memory://``..."""

    groups: ClassVar[int] = 16
    url: str
    _files: Any = field(repr=False)
    _root: str

    def check(self) -> None:
        """Write a small object, and remove it again."""
        probe = f"{self._root}/{_STAGING.format(secrets.token_hex(4))}"
        try:
            self._files.pipe_file(probe, b"zai-image")
            self._files.rm_file(probe)
        # Each kind of store has errors of its own.
        except Exception as error:
            raise DestinationError(f"choose another destination: cannot write to {self.url}: {error}") from error

    def store(self, worker: str, images: Sequence[tuple[str, bytes]]) -> Sequence[bool | OSError]:
        """Store each in a thread of its own, since a store answers slowly."""
        with ThreadPoolExecutor(len(images)) as threads:
            return list(threads.map(self._store, images))

    def _store(self, image: tuple[str, bytes]) -> bool | OSError:
        """Write the object under a name of its own first: not every store writes one at once."""
        name, content = image
        target = f"{self._root}/{name}"
        # A name belongs to one prompt, so that what a killed run left under it is replaced.
        partial = f"{target}.part"
        try:
            if self._files.exists(target) and self._files.cat_file(target) != content:
                return False
            if "/" in name:
                self._files.makedirs(partial.rpartition("/")[0], exist_ok=True)
            self._files.pipe_file(partial, content)
            # Moving would take brackets in a name for a pattern.
            self._files.cp_file(partial, target)
            self._files.rm_file(partial)
        except OSError as error:
            return error
        except Exception as error:
            return OSError(f"{type(error).__name__}: {error}")
        return True

    def clear(self, worker: str) -> None:
        """Leave everything: what is left under a name is replaced with its image."""

    def address(self, name: str) -> str:
        """Return the URL."""
        return f"{self.url.rstrip('/')}/{name}"


def _flush(path: Path, flags: int) -> None:
    """Bring a file or folder to the disk."""
    number = os.open(path, flags)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def destination(address: str) -> Destination:
    """Return the destination of an address: a folder, or what fsspec makes of ``scheme://...``.

    Raises:
        DestinationError: fsspec, or its package for that scheme, is missing, or knows no such scheme.
    """
    if not _SCHEME.match(address):
        return Folder(Path(address))
    # No message shows a user's name and password.
    login = _LOGIN.search(address)
    shown = _LOGIN.sub("", address)
    try:
        import fsspec
    except ModuleNotFoundError as error:
        raise DestinationError(f"pip install 'zai-image[remote]': {shown} needs fsspec") from error
    try:
        files, root = fsspec.core.url_to_fs(address)
    # It says which package to install, or which schemes there are; what makes a connection has errors of its own.
    except Exception as error:
        reason = str(error).replace(login[0], "") if login else error
        raise DestinationError(f"choose another destination than {shown}: {reason}") from error
    return Remote(shown, files, root.rstrip("/"))
