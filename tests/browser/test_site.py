"""The documentation site as people see it: on a desk and on a phone, in light and dark, and searched from disk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from docs.site.building import build
from tests.browser.watching import Visitor, barriers
from tests.docs.serving import serving

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build(folder)
    return folder


@pytest.fixture(scope="session")
def address(folder: Path) -> Iterator[str]:
    with serving(folder) as address:
        yield address


@pytest.fixture(scope="session")
def pages(folder: Path) -> list[str]:
    return sorted(page.relative_to(folder).as_posix() for page in folder.rglob("*.html"))


def with_new_classes(folder: Path, pages: list[str]) -> list[str]:
    """The pages that have an element of a class that none before had: colours go by class."""
    seen: set[str] = set()
    found = []
    for name in pages:
        classes = set(re.findall('class="([^"]*)"', (folder / name).read_text("utf-8")))
        if not classes <= seen:
            found.append(name)
        seen |= classes
    return found


def test_nothing_keeps_people_from_using_any_page(
    visitor: Visitor, address: str, folder: Path, pages: list[str]
) -> None:
    found = {}
    for scheme, names in (("light", pages), ("dark", with_new_classes(folder, pages))):
        page = visitor.open(address, color_scheme=scheme)
        for name in names:
            page.goto(address + name)
            if trouble := barriers(page):
                found[scheme, name] = trouble
    assert found == {}


def test_a_phone_shows_every_page_without_scrolling_sideways(visitor: Visitor, address: str, pages: list[str]) -> None:
    page = visitor.open(address, viewport=PHONE)
    wide = []
    for name in pages:
        page.goto(address + name)
        if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            wide.append(name)
    assert wide == []
    page.goto(address)
    assert barriers(page) == []


def test_the_search_works_from_disk(browser: Browser, folder: Path) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((folder / "search.html").as_uri() + "?q=gateway")
    expect(page.locator("#search-results li").first).to_be_visible()
    context.close()
