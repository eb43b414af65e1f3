"""Files are replaced all or none, whatever kills it, and at whichever step."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.change.replacing import locked, recover, replace
from scripts.regenerate import ROOT
from scripts.source.failure import PipelineError
from tests.scripts.published import state

FILES = ["a.txt", "deep/er/new.txt", "gone/b.txt", "kept.txt"]
STEPS = ["prepare", *(f"store {name}" for name in FILES), "write the journal", *(f"replace {name}" for name in FILES)]

REPLACE = """
import os, signal, subprocess, sys
from pathlib import Path
from scripts.change import replacing

guards = []
class Popen(subprocess.Popen):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        guards.append(self.pid)
replacing.subprocess.Popen = Popen

made, root = map(Path, sys.argv[1:3])
ended_at, files_brought, whom = sys.argv[3:6]

def kill():
    if whom == "with the guard":
        os.kill(guards[0], signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)

def step(name):
    if name == ended_at:
        if files_brought:
            raise OSError("the disk is full")
        kill()

bring, count = replacing._bring, 0
def bring_and_kill(source, target):
    global count
    bring(source, target)
    count += 1
    if str(count) == files_brought:
        kill()
replacing._bring = bring_and_kill

with replacing.locked(root):
    replacing.replace(made, root, sys.argv[6:], step)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tree(tmp_path / "root", {"a.txt": "old a", "gone/b.txt": "old b", "kept.txt": "old k", "other.txt": "other"})


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tree(tmp_path / "made", {"a.txt": "new a", "deep/er/new.txt": "new", "kept.txt": "new k"})


def tree(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def run(made: Path, root: Path, at: str = "", files_brought: str = "", whom: str = "") -> int:
    """Replace in a process that kills itself; return once its guard has ended too, which shares its standard error."""
    command = [sys.executable, "-c", REPLACE, str(made), str(root), at, files_brought, whom, *FILES]
    return subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, check=False).returncode


def test_replacing_brings_every_file_to_its_new_state_and_leaves_nothing_else(made: Path, root: Path) -> None:
    assert run(made, root) == 0
    assert state(root) == state(made) | {"other.txt": state(root)["other.txt"]}
    assert not (root / "gone").exists()


@pytest.mark.parametrize("at", STEPS)
def test_killed_at_any_step_the_guard_leaves_the_checkout_as_it_was(at: str, made: Path, root: Path) -> None:
    before = state(root)
    assert run(made, root, at) == -signal.SIGKILL
    assert state(root) == before
    assert sorted(path.name for path in root.iterdir()) == ["a.txt", "gone", "kept.txt", "other.txt"]


@pytest.mark.parametrize("at", [*STEPS[2:6], *STEPS[6:], "commit"])
def test_killed_together_with_its_guard_the_next_run_undoes_it(at: str, made: Path, root: Path) -> None:
    before = state(root)
    assert run(made, root, at, whom="with the guard") == -signal.SIGKILL
    with locked(root):
        recover(root)
    assert state(root) == before
    assert sorted(path.name for path in root.iterdir()) == ["a.txt", "gone", "kept.txt", "other.txt"]


@pytest.mark.parametrize("files_undone", range(1, 5))
def test_undoing_may_itself_be_killed_and_is_begun_again(files_undone: int, made: Path, root: Path) -> None:
    before = state(root)
    # All four were replaced; then commit fails, and the undoing is killed after some files, together with the guard.
    assert run(made, root, "commit", str(4 + files_undone), "with the guard") == -signal.SIGKILL
    with locked(root):
        assert recover(root)
        assert not recover(root)
    assert state(root) == before


@pytest.mark.parametrize("at", STEPS)
def test_an_error_at_any_step_leaves_the_checkout_as_it_was(at: str, made: Path, root: Path) -> None:
    before = state(root)

    def fail(step: str) -> None:
        if step == at:
            raise OSError("the disk is full")

    with locked(root), pytest.raises(OSError, match="the disk is full"):
        replace(made, root, FILES, fail)
    assert state(root) == before


def test_two_runs_do_not_work_on_one_checkout(root: Path) -> None:
    with locked(root), pytest.raises(PipelineError, match="another run is at work"), locked(root):
        pass
    with locked(root):
        pass
