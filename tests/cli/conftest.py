"""Runs the command line as a user does: arguments in; output and exit code out."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.cli.studio import Studio
from zai_image import _retries
from zai_image.cli import run as run_command_line
from zai_image_conformance.server import listening

KEY = "sk-not-to-be-shown"

Run: TypeAlias = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def zai_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run ``zai-image`` in this process, in an empty folder: for everything that needs no process of its own."""
    monkeypatch.chdir(tmp_path)
    # Which the command line would set for its own process.
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", "")
    # What is tried again is tried again at once.
    monkeypatch.setattr(_retries, "FIRST_PAUSE", 0)

    def run(*arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["zai-image", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        try:
            code = run_command_line()
        except SystemExit as end:
            code = int(end.code or 0)
        told = capfd.readouterr()
        return subprocess.CompletedProcess(arguments, code, told.out, told.err)

    return run


@pytest.fixture
def process(tmp_path: Path) -> Run:
    """Run ``zai-image`` in a process of its own, in an empty folder."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "zai_image", *arguments],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """A server that does to each prompt what the test says; the environment leads to it."""
    studio = Studio()
    with listening(studio) as origin:
        monkeypatch.setenv("ZAI_BASE_URL", f"{origin}/api")
        monkeypatch.setenv("ZAI_API_KEY", KEY)
        yield studio
