"""Replaces several files of the checkout atomically: all or none, whatever ends the process in the middle.

No file system replaces several files at once, so replacing them is a small transaction. Under ``.sync/`` in the
checkout it first stores the new and the old content, then a journal that lists the files. Then each file is replaced;
removing the journal is the moment from which the new state holds. Whoever finds a journal puts the old content back:

- a guard, a process of its own that waits for the end of the one that replaces: the checkout is as it was within
  milliseconds after a SIGKILL;
- the next run, should the guard be gone too, as after a power failure.

Undoing is idempotent, so that it may itself be killed and begun again. A lock on the checkout's folder, which the
system gives up together with its holder, keeps two of them from working at once.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from scripts.source.failure import PipelineError

_FOLDER = ".sync"
_JOURNAL = "journal.json"


@contextlib.contextmanager
def locked(root: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold the checkout's lock.

    Raises:
        PipelineError: Another process holds it, and ``wait`` is false.
    """
    folder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    except BlockingIOError as error:
        raise PipelineError("another run is at work on this checkout; wait for its end") from error
    finally:
        os.close(folder)


def recover(root: Path) -> bool:
    """Undo a replacement that was broken off, if there is one; return whether there was. The caller holds the lock."""
    folder = root / _FOLDER
    journal = folder / _JOURNAL
    broken_off = journal.exists()
    if broken_off:
        for name in json.loads(journal.read_text(encoding="utf-8")):
            _bring(folder / "old" / name, root / name)
        journal.unlink()
    if folder.exists():
        shutil.rmtree(folder)
    return broken_off


def replace(made: Path, root: Path, files: Sequence[str], step: Callable[[str], None] = lambda name: None) -> None:
    """Bring files of the checkout to the state they have in another tree. The caller holds the lock.

    Args:
        made: The other tree; a file that it lacks is removed from the checkout.
        root: The checkout.
        files: Their names, relative to both, with ``/``.
        step: Called with the name of each step that is about to be taken; tests kill there.

    Raises:
        OSError: It could not be done; the checkout is as it was.
    """
    if not files:
        return
    folder = root / _FOLDER
    with _guard(root):
        try:
            step("prepare")
            folder.mkdir()
            # So that git, asked in the middle, does not speak of it.
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")
            for name in files:
                step(f"store {name}")
                _copy(made / name, folder / "new" / name)
                _copy(root / name, folder / "old" / name)
            step("write the journal")
            (folder / "journal.part").write_text(json.dumps(list(files)), encoding="utf-8")
            _flush(folder / "journal.part")
            (folder / "journal.part").replace(folder / _JOURNAL)
            _flush(folder)
            for name in files:
                step(f"replace {name}")
                _bring(folder / "new" / name, root / name)
            step("commit")
            (folder / _JOURNAL).unlink()
            _flush(folder)
        finally:
            recover(root)


@contextlib.contextmanager
def _guard(root: Path) -> Iterator[None]:
    """Have a process of its own, out of reach of a signal to this one's group, that undoes what this one leaves."""
    command = [sys.executable, "-m", "scripts.change.replacing", str(root)]
    guard = subprocess.Popen(
        command, cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert guard.stdin is not None
    assert guard.stdout is not None
    try:
        # It says when it watches; nothing is replaced before.
        if guard.stdout.readline() != b"watching\n":
            raise PipelineError("the process that guards the replacement did not start; nothing was changed")
        yield
    finally:
        guard.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            guard.stdin.write(b"done\n")
            guard.stdin.close()
        guard.wait()


def _watch(root: Path) -> None:
    print("watching", flush=True)
    # The pipe closes with the last word of the process that replaces, or without one when it ends before.
    if sys.stdin.readline() != "done\n":
        with locked(root, wait=True):
            recover(root)


def _bring(source: Path, target: Path) -> None:
    """Bring the target to the state of the source, its absence included; the source stays for another attempt."""
    partial = target.with_name(f".{target.name}.part")
    if source.exists():
        _copy(source, partial)
        partial.replace(target)
        _flush(target.parent)
        return
    partial.unlink(missing_ok=True)
    target.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        # Up to the first that is not empty; git knows no empty folders.
        for parent in target.parents:
            parent.rmdir()


def _copy(source: Path, target: Path) -> None:
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
        _flush(target)


def _flush(path: Path) -> None:
    """Have a file or folder on the disk before the next step: their order must survive a power failure."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


if __name__ == "__main__":
    _watch(Path(sys.argv[1]))
