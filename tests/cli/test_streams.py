"""The standard streams: closed, full, or in an encoding that lacks a character, they cost no image."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.studio import PNG, Gate, Studio, refused

FULL = "cannot write to standard output: No space left on device"


def redirected(folder: Path, redirection: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``zai-image`` with standard streams as a shell redirects them."""
    return subprocess.run(
        ["bash", "-c", f'exec "$@" {redirection}', "bash", sys.executable, "-m", "zai_image", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_path_that_the_encoding_lacks_is_spelt_out_and_the_others_are_asked_for(
    process: Run, tmp_path: Path, studio: Studio
) -> None:
    done = process("generate", "лиса", "A hen", "--concurrency", "1", PYTHONIOENCODING="cp1252")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [r"\u043b\u0438\u0441\u0430.png", "a-hen.png"]
    assert {path.name for path in tmp_path.iterdir()} == {"лиса.png", "a-hen.png"}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["sizes"], ["sizes", "--json"], ["conform", "--list"]]
)
def test_an_answer_that_cannot_be_written_ends_with_2_and_one_line(tmp_path: Path, arguments: list[str]) -> None:
    done = redirected(tmp_path, ">/dev/full", *arguments)
    assert (done.returncode, done.stderr) == (2, f"zai-image: {FULL}\n")


def test_where_a_path_cannot_be_written_it_is_told_and_what_is_under_way_is_finished(
    tmp_path: Path, studio: Studio
) -> None:
    gate = Gate()
    studio.orders["A hen"] = gate.holding_the_order
    command = [sys.executable, "-m", "zai_image", "generate", "A fox", "A hen", "A cow", "--concurrency", "2"]
    with (
        Path("/dev/full").open("w") as full,
        subprocess.Popen(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True) as running,
    ):
        try:
            assert running.stderr is not None
            assert running.stderr.readline() == f"zai-image: {FULL}; the image is at a-fox.png\n"
            gate.open()
            assert running.stderr.read().splitlines() == [
                f"zai-image: {FULL}; the image is at a-hen.png",
                "zai-image: 2 of 3 images came",
            ]
            assert running.wait(30) == 1
        finally:
            running.kill()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a-fox.png": PNG, "a-hen.png": PNG}


def test_a_message_that_cannot_be_written_costs_no_image_and_no_exit_code(tmp_path: Path, studio: Studio) -> None:
    studio.orders["A hen"] = refused(400, 1301, "blocked by policy")
    done = redirected(tmp_path, "2>/dev/full", "generate", "A hen", "A fox", "--concurrency", "1")
    assert (done.returncode, done.stdout) == (1, "a-fox.png\n")
    assert redirected(tmp_path, "2>/dev/full", "generate").returncode == 2


@pytest.mark.parametrize("redirection", ["2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_output_costs_no_image_and_no_exit_code(tmp_path: Path, studio: Studio, redirection: str) -> None:
    done = redirected(tmp_path, redirection, "generate", "A fox")
    assert (done.returncode, done.stdout) == (0, "a-fox.png\n" if redirection == "2>&-" else "")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a-fox.png": PNG}
    done = redirected(tmp_path, redirection, "generate", "A fox", "-s", "16x16")
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize(
    ("redirection", "told"),
    [("<&-", "write one prompt a line"), ("0>/dev/null", "standard input cannot be read: Bad file descriptor")],
)
def test_standard_input_that_is_closed_or_unreadable_ends_with_2(
    tmp_path: Path, studio: Studio, redirection: str, told: str
) -> None:
    done = redirected(tmp_path, redirection, "generate", "-")
    assert (done.returncode, done.stdout, studio.asked) == (2, "", [])
    assert done.stderr.splitlines()[-1].startswith(f"Error: {told}")
