"""Starting: what is imported for which command, and how the command line ends on bad usage."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from tests.cli.conftest import Run
from zai_image.cli import cli

SLOW = {
    "httpx",
    "pyreqwest",
    "asyncio",
    "rich",
    "sqlalchemy",
    "zai_image_conformance",
    "pytest",
    "hypothesis",
    "starlette",
    "PIL",
}


def imported(folder: Path, *arguments: str) -> set[str]:
    """Return which of the slow packages a command has imported by its end."""
    code = f"""
import sys
from zai_image.cli import run
code = run()
print(*sorted({SLOW!r} & sys.modules.keys()), file=sys.stderr)
sys.exit(code)
"""
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["sizes", "--nearest", "1x1"], ["sizes", "--json"]])
def test_what_needs_no_server_and_no_table_imports_nothing_slow(tmp_path: Path, arguments: list[str]) -> None:
    assert imported(tmp_path, *arguments) == set()


def test_the_table_of_sizes_imports_rich_and_nothing_else_that_is_slow(tmp_path: Path) -> None:
    assert imported(tmp_path, "sizes") - {"rich", "asyncio"} == set()


@pytest.mark.parametrize("arguments", [["sizes"], ["generate", "A fox", "--local"]])
def test_where_rich_is_missing_what_needs_it_says_which_extra_brings_it(
    zai_image: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.delitem(sys.modules, "zai_image.cli._terminal", raising=False)
    monkeypatch.delitem(sys.modules, "zai_image.cli._size_tables", raising=False)
    for module in [name for name in sys.modules if name.partition(".")[0] == "rich"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "rich", None)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    done = zai_image(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "zai-image: this needs the extra `cli` (rich is missing): pip install 'zai-image[cli]'\n"


def test_the_version_is_told(zai_image: Run) -> None:
    assert zai_image("--version").stdout == f"zai-image {version('zai-image')}\n"


@pytest.mark.parametrize("command", [cli, *cli.commands.values()], ids=lambda command: command.name)
def test_every_option_has_a_help_text(command: click.Command) -> None:
    assert [option.name for option in command.params if isinstance(option, click.Option) and not option.help] == []


@pytest.mark.parametrize("arguments", [["paint"], ["generate"], ["conform"], ["generate", "A fox", "--size"]])
def test_bad_usage_ends_with_2_and_says_what_is_wrong(zai_image: Run, arguments: list[str]) -> None:
    done = zai_image(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Error: " in done.stderr
