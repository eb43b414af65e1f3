"""The derived files: which they are, how a made set differs from the committed one, and how it is put in place."""

from __future__ import annotations

import difflib
import secrets
from collections.abc import Iterator
from pathlib import Path

# Everything that a run makes, relative to the checkout; a folder stands for all that is in it.
DERIVED = ("openapi/rules.yaml", "generated/zai_image_api")


def differences(made: Path, committed: Path) -> list[str]:
    """Return, for each derived file that differs, a readable difference that names it.

    Args:
        made: A tree with the derived files as a run makes them.
        committed: The checkout.
    """
    return [text for file in _either(made, committed) if (text := _difference(made / file, committed / file, file))]


def install(made: Path, committed: Path) -> list[str]:
    """Bring the checkout's derived files to what was made, each replaced at once; return the names of those changed."""
    changed = []
    for file in _either(made, committed):
        source, target = made / file, committed / file
        if not source.exists():
            target.unlink()
        elif not target.exists() or source.read_bytes() != target.read_bytes():
            _replace(target, source.read_bytes())
        else:
            continue
        changed.append(file.as_posix())
    return changed


def _either(made: Path, committed: Path) -> list[Path]:
    return sorted({*_files(made), *_files(committed)})


def _files(root: Path) -> Iterator[Path]:
    for name in DERIVED:
        for path in [root / name, *(root / name).rglob("*")]:
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(root)


def _difference(made: Path, committed: Path, file: Path) -> str:
    if not made.exists():
        return f"{file.as_posix()}: is committed, but nothing makes it\n"
    if not committed.exists():
        return f"{file.as_posix()}: is made, but not committed\n"
    if made.read_bytes() == committed.read_bytes():
        return ""
    before, after = (
        path.read_text(encoding="utf-8", errors="backslashreplace").splitlines(keepends=True)
        for path in (committed, made)
    )
    name = file.as_posix()
    lines = difflib.unified_diff(before, after, f"{name} (committed)", f"{name} (as made)")
    # Bytes may differ where lines do not, as with line endings.
    return "".join(lines) or f"{name}: differs from what is made in bytes that its lines do not show\n"


def _replace(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        partial.write_bytes(content)
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
