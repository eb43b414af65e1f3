"""Published pages of one's choice, and checkouts to take them into."""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from scripts.change import derived
from scripts.regenerate import ROOT
from scripts.source.provenance import digest

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


def page_with(document: dict[str, Any], title: str = "Generate Image") -> bytes:
    """A documentation page with the document in its fenced block."""
    stream = io.StringIO()
    YAML().dump(document, stream)
    return f"# {title}\n\n## OpenAPI\n\n````yaml POST /somewhere\n{stream.getvalue()}````\n".encode()


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
