"""Published pages of one's choice, and checkouts to take them into."""

from __future__ import annotations

import contextlib
import io
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from scripts.change import derived
from scripts.regenerate import ROOT
from scripts.source.page import document_in
from scripts.source.provenance import digest
from scripts.sync import main

PAGE = (ROOT / "openapi/generate-image.md").read_bytes()
NAMES = ("openapi", "generated", "client", "conformance", "pyproject.toml", "CHANGELOG.md", *derived.DERIVED)


def checkout_in(folder: Path, *names: str) -> Path:
    """Copy what a run reads of this checkout, and what else is named, into the folder."""
    for file in (file for name in (*NAMES, *names) for file in derived.files(ROOT, name)):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, folder / file)
    return folder


def state(tree: Path) -> dict[str, str]:
    """The digest of every file in a tree, hidden ones and leftovers included."""
    return {file: digest((tree / file).read_bytes()) for file in derived.files(tree, ".")}


def fit(tree: Path) -> None:
    """In place of the trials, which take half a minute and have tests of their own."""


def run(arguments: list[str], checkout: Path, trial: Callable[[Path], None] = fit) -> tuple[int, str, str]:
    """Run the command; return its exit code, its report and what it tells."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments, root=checkout, trial=trial)
    return code, out.getvalue(), err.getvalue()


def accepted(arguments: list[str], checkout: Path, trial: Callable[[Path], None] = fit) -> str:
    """See what a run asks a person to judge, accept exactly that, and return what it asked."""
    asked, digest = refused(arguments, checkout, trial)
    code, _, told = run([*arguments, "--accept", digest], checkout, trial)
    assert (code, told) == (3, "")
    return asked


def refused(arguments: list[str], checkout: Path, trial: Callable[[Path], None] = fit) -> tuple[str, str]:
    """Return what a run asks a person to judge, and the digest with which it ends."""
    code, _, told = run(arguments, checkout, trial)
    asked, _, last = told.rstrip("\n").rpartition("\n")
    assert (code, last.split(" ")[0]) == (1, "--accept"), told
    return asked, last.removeprefix("--accept ")


def page_with(document: dict[str, Any], title: str = "Generate Image") -> bytes:
    """The documentation page with another document in its fenced block, and perhaps another title."""
    stream = io.StringIO()
    YAML().dump(document, stream)
    page = PAGE.replace(document_in(PAGE), stream.getvalue().encode())
    return page.replace(b"\n# Generate Image\n", f"\n# {title}\n".encode())


def replaced(text: str, changes: Mapping[str, str]) -> str:
    """The text with each of these replaced wherever it stands; all of them stand there."""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def file_with(folder: Path, content: bytes, name: str = "generate-image.md") -> str:
    """The path of a new file, outside any checkout, with that content."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return str(folder / name)
