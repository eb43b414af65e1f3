"""Adds to the HTML what the theme leaves out and people with a keyboard or a screen reader need."""

from __future__ import annotations

from pathlib import Path

CHANGES = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Site">',
    '<aside class="toc-drawer': '<aside aria-label="Page" class="toc-drawer',
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
    "<pre>": '<pre tabindex="0">',
    '<div id="search-results"></div>': '<h1>Search</h1>\n<div id="search-results"></div>',
}
"""What the theme writes, and what is to stand there."""


def improve(site: Path) -> None:
    """Make the changes on every page.

    Args:
        site: The folder of the site.

    Raises:
        ValueError: The theme no longer writes one of the texts, so its change has to be looked at again.
    """
    unused = set(CHANGES)
    for page in site.rglob("*.html"):
        html = page.read_text("utf-8")
        for old, new in CHANGES.items():
            if old in html:
                unused.discard(old)
                html = html.replace(old, new)
        page.write_text(html, "utf-8")
    if unused:
        raise ValueError(f"the theme writes none of these any more: {', '.join(sorted(unused))}")
