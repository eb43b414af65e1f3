"""Writes a contact sheet: a page with the images of a batch, their prompts, and what failed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from zai_image.batch._destinations import Destination, Folder
from zai_image.batch._journal import Journal
from zai_image.batch._tables import State

_HEAD: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src * file:; style-src 'unsafe-inline'">
<title>Contact sheet</title>
<style>
body { font: 15px/1.4 system-ui, sans-serif; margin: 1.5rem; color: #1c1c1c; background: #fff }
ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 1rem; padding: 0 }
li { list-style: none }
li { border: 1px solid #ccc; border-radius: 6px; overflow: hidden; overflow-wrap: anywhere }
img { width: 100%; height: 11rem; object-fit: contain; background: #eee; display: block }
p { margin: .5rem } .state { font-weight: 600 } .refused, .unknown { border-color: #b00020 }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #151515 } img { background: #222 } }
</style></head><body>
"""


def write_sheet(path: Path, journal: Journal, destination: Destination) -> None:
    """Write the page, a prompt at a time, and put it in place once it is whole.

    Raises:
        OSError: It cannot be written.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("w", encoding="utf-8") as file:
            file.writelines(_page(path, journal, destination))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _page(path: Path, journal: Journal, destination: Destination) -> Iterator[str]:
    yield _HEAD
    counts = ", ".join(f"{count:,} {state}" for state, count in journal.counts().items() if count)
    yield f"<h1>Contact sheet</h1><p>{counts or 'no prompts'}; {journal.paid():,} paid</p>\n"
    failed = [State.REFUSED, State.UNKNOWN, State.ANSWERED]
    for title, states in (("Failures", failed), ("Images", [State.STORED])):
        yield f"<h2>{title}</h2><ul>\n"
        for row in journal.rows(*states):
            yield _entry(path, row, destination)
        yield "</ul>\n"
    yield "</body></html>\n"


def _entry(path: Path, row: Any, destination: Destination) -> str:
    told = f'<p>{escape(row.prompt)}</p><p class="state">{escape(row.id)}: {row.state}</p>'
    url = row.url if row.url and row.url.startswith("http") else ""
    if row.state == State.STORED:
        # Of a folder, relative, so that folder and page can be moved together. No browser opens s3://, but the URL that
        # the API gave, for as long as it is good.
        address = shown = destination.address(row.path)
        if isinstance(destination, Folder):
            address = shown = quote(os.path.relpath(address, path.parent).replace(os.sep, "/"))
        elif not address.startswith("http"):
            shown = url
        thumbnail = f'<img loading="lazy" src="{escape(shown)}" alt="">'
        return f'<li><a href="{escape(address)}">{thumbnail}</a>{told}</li>\n'
    link = f'<p><a href="{escape(url)}">image</a></p>' if url else ""
    return f'<li class="{row.state}">{told}<p>{escape(row.error or "")}</p>{link}</li>\n'
