"""Where a batch stores images: a folder of this machine, or any place that fsspec reaches."""

from __future__ import annotations

import filecmp
import os
import re
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final, Protocol

from attrs import field, frozen

_PROBE: Final = bytes(65536)
_SCHEME: Final = re.compile("[A-Za-z][A-Za-z0-9+.-]+://|memory:")
_LOGIN: Final = re.compile("(?<=://)[^/]*@")
_STAGING: Final = ".zai-image-{}"


class DestinationError(Exception):
    """No image can be stored at the destination; the message says what would work."""


class Destination(Protocol):
    """Where images go. Each is first saved in the staging folder, then moved to its name, whole or not at all."""

    def check(self) -> None:
        """Make sure, as far as that can be known before there is an image, that one can be stored.

        Raises:
            DestinationError: It cannot.
        """
        ...

    def staging(self, worker: str) -> Path:
        """Return a worker's own folder of this machine, where images are saved before they get their names."""
        ...

    def clear(self, worker: str) -> None:
        """Remove what a worker has left in its staging folder, and the folder."""
        ...

    def move(self, staged: Path, name: str) -> bool:
        """Move an image to its name, or return false where something else has that name.

        Raises:
            OSError: It cannot be stored.
        """
        ...

    def address(self, name: str) -> str:
        """Return where the image of this name is, for people."""
        ...


@frozen
class Folder:
    """A folder of this machine, or one that it has mounted."""

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

    def staging(self, worker: str) -> Path:
        """Return a hidden folder inside, so that moving an image copies nothing."""
        path = self.path / _STAGING.format(worker)
        path.mkdir(parents=True, exist_ok=True)
        return path

    def clear(self, worker: str) -> None:
        """Remove the hidden folder."""
        shutil.rmtree(self.path / _STAGING.format(worker), ignore_errors=True)

    def move(self, staged: Path, name: str) -> bool:
        """Replace nothing but the same image."""
        target = self.path / name
        if os.path.lexists(target) and not (target.is_file() and filecmp.cmp(staged, target, shallow=False)):
            return False
        # Or a crash of the system could leave an empty file under a good name, or none.
        _onto_the_disk(staged, os.O_RDWR)
        if "/" in name:
            target.parent.mkdir(parents=True, exist_ok=True)
        staged.replace(target)
        if os.name != "nt":
            _onto_the_disk(target.parent, os.O_RDONLY)
        return True

    def address(self, name: str) -> str:
        """Return the path."""
        return str(self.path / name)


@frozen
class Remote:
    """Any place that fsspec reaches: ``s3://``, ``gs://``, ``az://``, ``memory://``..."""

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

    def staging(self, worker: str) -> Path:
        """Return a folder of this machine's own."""
        path = Path(tempfile.gettempdir()) / _STAGING.format(worker)
        path.mkdir(exist_ok=True)
        return path

    def clear(self, worker: str) -> None:
        """Remove it."""
        shutil.rmtree(Path(tempfile.gettempdir()) / _STAGING.format(worker), ignore_errors=True)

    def move(self, staged: Path, name: str) -> bool:
        """Write the object under a name of its own first: not every store writes one at once."""
        target, content = f"{self._root}/{name}", staged.read_bytes()
        # A name belongs to one prompt, so that what a killed run left under it is replaced.
        partial = f"{target}.part"
        try:
            if self._files.exists(target) and self._files.cat_file(target) != content:
                return False
            if "/" in name:
                self._files.makedirs(partial.rpartition("/")[0], exist_ok=True)
            self._files.pipe_file(partial, content)
            self._files.mv(partial, target)
        except OSError:
            raise
        except Exception as error:
            raise OSError(f"{type(error).__name__}: {error}") from error
        staged.unlink()
        return True

    def address(self, name: str) -> str:
        """Return the URL."""
        return f"{self.url.rstrip('/')}/{name}"


def _onto_the_disk(path: Path, flags: int) -> None:
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
