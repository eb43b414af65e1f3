"""What a page must not do is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.watching import Visitor, barriers


@pytest.fixture
def watching(browser: Browser) -> Iterator[Visitor]:
    """A visitor whose trouble is what the test is about."""
    visitor = Visitor(browser)
    yield visitor
    visitor.close()


@pytest.mark.parametrize(
    ("body", "noticed"),
    [
        ("<img src='http://127.0.0.1:9/a.png'>", "asked for http://127.0.0.1:9/a.png"),
        ("<link rel=stylesheet href='beside.css'>", "asked for file:///"),
        ("<script>console.error('no')</script>", "logged: no"),
        ("<script>throw new Error('no')</script>", "raised: no"),
        ("<meta http-equiv=Content-Security-Policy content=\"img-src 'none'\"><img src='data:,'>", "logged: "),
    ],
)
def test_a_page_that_misbehaves_is_noticed(watching: Visitor, tmp_path: Path, body: str, noticed: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<!DOCTYPE html><html lang=en><title>A page</title>{body}", "utf-8")
    watching.open(page.as_uri())
    assert any(words.startswith(noticed) for words in watching.trouble), watching.trouble


def test_a_page_that_minds_its_own_business_is_left_alone(watching: Visitor, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    dot = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
    page.write_text(f"<!DOCTYPE html><html lang=en><title>A page</title><img alt='' src='{dot}'>", "utf-8")
    watching.open(page.as_uri())
    assert watching.trouble == []


def test_text_that_is_hard_to_see_is_a_barrier(watching: Visitor, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!DOCTYPE html><html lang=en><title>A page</title><main><h1 style='color:#ddd'>Faint", "utf-8")
    assert [barrier.partition(":")[0] for barrier in barriers(watching.open(page.as_uri()))] == ["color-contrast"]
