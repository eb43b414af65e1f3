"""Turns the relative links of a document, which lead through the repository, into links that lead through the site."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

REPOSITORY = "https://github.com/zai-image/zai-image"
"""Where the sources are published; a link to code leads there."""

_FENCE = re.compile(r"^ *(`{3,}|~{3,})", re.MULTILINE)
_LINK = re.compile(r"(!?)(\[[^\]]*\])\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")


def rewritten(
    text: str, *, origin: str, place: str, places: Mapping[str, str], offered: Mapping[str, str], root: Path
) -> str:
    """Return a document with its links changed for its place on the site.

    Args:
        text: The document, in Markdown.
        origin: Its path in the repository.
        place: Its path on the site.
        places: The paths on the site of all documents, by their paths in the repository.
        offered: The paths on the site of files to download, likewise.
        root: The repository.

    Raises:
        FileNotFoundError: A link leads to a file that does not exist.
    """

    def change(match: re.Match[str]) -> str:
        image, label, target, fragment = match[1], match[2], match[3], match[4] or ""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(origin), target))
        folder = posixpath.dirname(place)
        if path in places:
            return f"{label}({posixpath.relpath(places[path], folder)}{fragment})"
        if not (root / path).exists():
            raise FileNotFoundError(f"{origin} links to {target}, which does not exist")
        if path in offered:
            # Sphinx does not know the file: it is put beside the pages afterwards.
            return f'<a href="{posixpath.relpath(offered[path], folder)}">{label[1:-1]}</a>'
        if image or path.startswith("docs/"):
            return f"{image}{label}({posixpath.relpath(path, posixpath.join('docs', folder))}{fragment})"
        return f"{label}({REPOSITORY}/{'tree' if (root / path).is_dir() else 'blob'}/main/{path}{fragment})"

    return "".join(part if is_code else _LINK.sub(change, part) for part, is_code in _parts(text))


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the text in parts, each with whether it is a fenced block."""
    begin = 0
    while opening := _FENCE.search(text, begin):
        yield text[begin : opening.start()], False
        closing = re.compile(rf"^ *{opening[1]}{opening[1][0]}* *$", re.MULTILINE).search(text, opening.end())
        begin = closing.end() if closing else len(text)
        yield text[opening.start() : begin], True
    yield text[begin:], False
