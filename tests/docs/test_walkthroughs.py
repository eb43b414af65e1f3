"""Every tutorial and how-to guide can be followed as it stands: each block is a file, commands with output, or data."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from docs.site.building import ARTEFACTS, ROOT, artefacts
from tests.docs.serving import serving
from tests.docs.walkthrough import Shell, blocks, is_installation

DOCUMENTS = sorted([*(ROOT / "docs/tutorials").glob("*.md"), *(ROOT / "docs/how-to").glob("*.md")])
NEEDS = ("npm", "pipeline", "sdks")
"""What a document may need that not every environment has; its test has the mark of that name."""
PORT = "8000"
SITE = "https://zai-image.github.io/zai-image/"


def text_of(document: Path) -> str:
    return document.read_text("utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that has the files of the published site."""
    folder = tmp_path_factory.mktemp("published")
    (folder / ARTEFACTS).mkdir()
    for file in artefacts():
        shutil.copy(file, folder / ARTEFACTS)
    with serving(folder) as address:
        yield address


def needs(document: Path) -> list[str]:
    return [need for need in NEEDS if f"<!-- needs: {need} -->" in text_of(document)]


def named(document: Path) -> str:
    return document.relative_to(ROOT / "docs").as_posix()


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(document, id=named(document), marks=[getattr(pytest.mark, need) for need in needs(document)])
        for document in DOCUMENTS
    ],
)
def test_it_can_be_followed(document: Path, published: str, tmp_path: Path) -> None:
    if "npm" in needs(document) and shutil.which("npm") is None:
        pytest.skip("this machine has no npm")
    if "pipeline" in needs(document):
        subprocess.run(["git", "clone", "--quiet", "--no-local", ROOT.as_uri(), str(tmp_path)], check=True)
        (tmp_path / ".tox").mkdir()
        (tmp_path / ".tox/pipeline").symlink_to(sys.prefix)
    # Another program of this machine may hold the port that the document names.
    port = str(free_port())
    here = str(Path(sys.executable).parent)
    shell = Shell(tmp_path, {"PATH": f"{here}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "200"})
    failed = ""
    try:
        for block in blocks(text_of(document).replace(PORT, port).replace(SITE, published)):
            if block.mark.startswith("shown:"):
                continue
            if block.file is not None:
                file = tmp_path / block.file
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(block.text, "utf-8")
            for command, expected in block.commands if block.language == "console" else ():
                assert not failed or command == "echo $?", f"{failed} failed, and the document does not say so"
                if not is_installation(command):
                    failed = command if shell.run(command, expected) else ""
    finally:
        shell.close()
    assert not failed


def test_the_commands_of_the_readme_work_in_the_environment_that_it_makes(tmp_path: Path) -> None:
    (tmp_path / ".venv").symlink_to(sys.prefix)
    shell = Shell(tmp_path, {})
    try:
        commands = [
            command
            for block in blocks(text_of(ROOT / "README.md"))
            if block.language == "console"
            for command, _ in block.commands
        ]
        assert [command for command in commands if shell.run(command, [])] == []
    finally:
        shell.close()
    assert len(commands) > 2


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_no_block_is_only_looked_at(document: Path) -> None:
    """A block is a file, commands, data that parses, or says why it is only shown."""
    for block in blocks(text_of(document)):
        if block.mark.startswith("shown:"):
            assert block.mark.removeprefix("shown:").strip()
        elif block.language == "console":
            assert list(block.commands)
        elif block.language == "json":
            json.loads(block.text)
        elif block.language == "yaml":
            yaml.safe_load(block.text)
        else:
            assert block.file is not None, block.text


def test_it_fails_where_a_command_prints_something_else(tmp_path: Path) -> None:
    shell = Shell(tmp_path, {})
    try:
        shell.run("echo one; echo two", ["one", "t...o"])
        with pytest.raises(AssertionError, match="and not"):
            shell.run("echo one; echo two", ["two", "one"])
        shell.run("(echo begun; exec sleep 60) &", ["begun"])
        shell.run("(until [ -e go ]; do sleep 0.01; done; echo come; exec sleep 60) & touch go; true &", ["come"])
        assert shell.run("kill -0 %1 && echo alive", ["alive"]) == 0
        assert shell.run("false", []) == 1
    finally:
        shell.close()
