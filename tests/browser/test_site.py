"""The documentation site as people see it: on a desk and on a phone, in light and dark, and searched from disk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from docs.site.building import build
from tests.browser.watching import Visitor, barriers
from tests.docs.serving import serving

PHONE: ViewportSize = {"width": 390, "height": 844}


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


def with_every_class(folder: Path, pages: list[str]) -> list[str]:
    """A few pages that between them have an element of each class: colours and widths go by class."""
    classes = {name: set(re.findall('class="([^"]*)"', (folder / name).read_text("utf-8"))) for name in pages}
    missing, found = set().union(*classes.values()), []
    while missing:
        found.append(max(pages, key=lambda name: len(classes[name] & missing)))
        missing -= classes[found[-1]]
    return found


def test_nothing_keeps_people_from_using_any_page_and_a_phone_need_not_scroll_sideways(
    visitor: Visitor, address: str, pages: list[str]
) -> None:
    page = visitor.open(address)
    screen = page.viewport_size
    assert screen is not None
    found = {}
    for name in pages:
        page.goto(address + name)
        if trouble := barriers(page):
            found[name] = trouble
        page.set_viewport_size(PHONE)
        if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            found[name] = ["is wider than a phone"]
        page.set_viewport_size(screen)
    assert found == {}


def test_neither_do_dark_colours_on_a_phone(visitor: Visitor, address: str, folder: Path, pages: list[str]) -> None:
    page = visitor.open(address, color_scheme="dark", viewport=PHONE)
    found = {}
    for name in with_every_class(folder, pages):
        page.goto(address + name)
        if trouble := barriers(page):
            found[name] = trouble
    assert found == {}


def test_the_search_works_from_disk(browser: Browser, folder: Path) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((folder / "search.html").as_uri() + "?q=gateway")
    expect(page.locator("#search-results li").first).to_be_visible()
    context.close()
