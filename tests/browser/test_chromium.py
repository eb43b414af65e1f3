"""A machine without Chromium gets it, or is told what to install."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BROWSER = '#!/bin/sh\necho "Chromium 1"\n'
APT = '#!/bin/sh\necho "$1" >> {log}\ncase "$1" in install) cp {browser} {place}/chromium ;; esac\n'


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A PATH with nothing on it but what puts files in place."""
    place = tmp_path / "bin"
    place.mkdir()
    (place / "cp").symlink_to("/bin/cp")
    # Root needs no sudo; everybody else finds one that asks for no password.
    program(place / "sudo", '#!/bin/sh\nshift\nexec "$@"\n')
    (place / "true").symlink_to("/bin/true")
    return place


def program(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    path.chmod(0o755)
    return path


def run(machine: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.browser.chromium"],
        env={"PATH": str(machine)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_one_that_is_there_is_taken_and_nothing_is_installed(machine: Path, name: str) -> None:
    program(machine / name, BROWSER)
    program(machine / "apt-get", "#!/bin/sh\nexit 1\n")
    done = run(machine)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_debian_gets_it_installed(machine: Path, tmp_path: Path) -> None:
    browser, log = program(tmp_path / "browser", BROWSER), tmp_path / "log"
    program(machine / "apt-get", APT.format(log=log, browser=browser, place=machine))
    assert run(machine).returncode == 0
    assert log.read_text().split() == ["update", "install"]


@pytest.mark.parametrize("broken", ["", "#!/bin/sh\necho install the snap >&2\nexit 1\n"])
def test_any_other_machine_is_told_in_one_line_what_to_install(machine: Path, broken: str) -> None:
    if broken:
        program(machine / "chromium-browser", broken)
    done = run(machine)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "need Chromium or Chrome on PATH" in done.stderr
