"""The derived files: which they are, and how a made set differs from the committed one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.emit import vectors
from scripts.emit.strict import STRICT

# Everything that a run makes, relative to the checkout; a folder stands for all that is in it.
DERIVED = (
    "openapi/rules.yaml",
    *STRICT,
    "generated/zai_image_api",
    "docs/sizes.svg",
    *(f"{vectors.FOLDER}/{file}" for file in vectors.FILES),
)


def differences(made: Path, committed: Path) -> list[str]:
    """Return, for each derived file that differs, a readable difference that names it.

    Args:
        made: A tree with the derived files as a run makes them.
        committed: The checkout.
    """
    return [_difference(made / name, committed / name, name) for name in changed(made, committed)]


def changed(made: Path, committed: Path, names: Iterable[str] = DERIVED) -> list[str]:
    """Return the names, relative to the trees, of the files that differ in content or are in one tree alone.

    Args:
        made: One tree.
        committed: The other.
        names: The files and folders to compare.
    """
    either = sorted({file for name in names for tree in (made, committed) for file in files(tree, name)})
    return [file for file in either if _content(made / file) != _content(committed / file)]


def files(tree: Path, name: str) -> Iterator[str]:
    """Yield the file of that name, or the files in the folder of that name, relative to the tree."""
    for path in [tree / name, *(tree / name).rglob("*")]:
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(tree).as_posix()


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _difference(made: Path, committed: Path, name: str) -> str:
    if not made.exists():
        return f"{name}: is committed, but nothing makes it\n"
    if not committed.exists():
        return f"{name}: is made, but not committed\n"
    before, after = (
        path.read_text(encoding="utf-8", errors="backslashreplace").splitlines(keepends=True)
        for path in (committed, made)
    )
    lines = difflib.unified_diff(before, after, f"{name} (committed)", f"{name} (as made)")
    # Bytes may differ where lines do not, as with line endings.
    return "".join(lines) or f"{name}: differs from what is made in bytes that its lines do not show\n"
