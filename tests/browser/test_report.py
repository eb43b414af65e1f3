"""The report on a verdict, as people see it: from disk, in light and dark, on paper, by keyboard, without scripts."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from playwright.sync_api import Page

from tests.browser.watching import Visitor, barriers
from tests.conformance import judged
from tests.conformance.altered import KEY
from zai_image_conformance import report
from zai_image_conformance.model import Verdict
from zai_image_conformance.suite.runner import judge

PHONE = {"width": 390, "height": 844}
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "article", "h1", "h2", "h3", "p"),
    *("ul", "li", "dl", "dt", "dd", "div", "span", "b", "br", "a", "code", "pre", "time", "blockquote", "figure"),
    *("figcaption", "details", "summary", "table", "thead", "tbody", "tr", "th", "td", "img"),
    *("svg", "symbol", "use", "defs", "pattern", "circle", "path", "rect", "text"),
}
"""All that a report is made of: none of it runs, loads, submits or leads anywhere else."""


@frozen
class Shown:
    """A report on disk, and the same as data."""

    address: str
    document: Any


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Shown]:
    """Reports on verdicts of three kinds, each judged once."""
    kinds: dict[str, Callable[[], Verdict]] = {
        "failing": judged.failing,
        "hostile": judged.hostile,
        "unreachable": lambda: judge("http://127.0.0.1:9/api", api_key=KEY),
    }
    made: dict[str, Shown] = {}

    def show(kind: str) -> Shown:
        if kind not in made:
            verdict = kinds[kind]()
            page: Path = tmp_path_factory.mktemp(kind) / "report.html"
            page.write_text(report.page(verdict), "utf-8")
            made[kind] = Shown(page.as_uri(), json.loads(report.json_report(verdict)))
        return made[kind]

    return show


@pytest.fixture
def failing(shown: Callable[[str], Shown]) -> Shown:
    return shown("failing")


def unfolded(page: Page) -> Page:
    page.eval_on_selector_all("details", "all => all.forEach(details => { details.open = true })")
    return page


def test_the_verdict_is_told_in_one_line_with_what_was_judged(visitor: Visitor, failing: Shown) -> None:
    page = visitor.open(failing.address)
    document = failing.document
    assert page.title() == document["summary"]
    assert page.inner_text("h1") == "Does not conform"
    header, about = page.inner_text("header"), page.inner_text("section:last-of-type")
    told = (document["url"], document["judged_at"][:10], f"{document['requests']} requests", str(document["seed"]))
    assert [each for each in told if each not in header] == []
    revision = document["revision"]
    told = (revision["sha256"], document["versions"]["python"], "conform", "--no-auth --profile deployed --seed 0")
    assert [each for each in told if each not in about] == []


def test_the_matrix_tells_every_result_by_shape_and_word(visitor: Visitor, failing: Shown) -> None:
    page = visitor.open(failing.address)
    rows = page.locator(".matrix tbody tr")
    assert rows.count() == len(failing.document["requirements"])
    results = Counter[str]()
    for row, requirement in zip(rows.all(), failing.document["requirements"], strict=True):
        assert requirement["id"] in row.locator("th").inner_text()
        words = row.locator(".badge").all_inner_texts()
        word = {"deviation": "known deviation"}.get(requirement["result"], requirement["result"])
        assert word in words
        shapes = row.locator("use").evaluate_all("all => all.map(use => use.getAttribute('href'))")
        assert f"#{requirement['result'].replace(' ', '-')}" in shapes
        results[requirement["result"]] += 1
    assert results.keys() == {"pass", "fail", "deviation", "skipped", "not tested"}
    step = next(each for each in failing.document["requirements"] if each["id"] == "SIZE-GLM-STEP")
    broken = sum(outcome["result"] == "fail" for outcome in step["outcomes"])
    cell = page.locator(".matrix tr", has_text="SIZE-GLM-STEP").locator("td.fail")
    assert cell.inner_text().split() == ["fail", str(broken), "of", str(len(step["outcomes"]))]


def test_the_map_marks_every_size_that_was_requested(visitor: Visitor, failing: Shown) -> None:
    page = visitor.open(failing.address)
    for model in judged.MODELS:
        asked = {
            exchange["size"]
            for exchange in failing.document["exchanges"]
            if exchange["model"] == model and re.fullmatch("[0-9]+x[0-9]+", exchange["size"] or "")
        }
        figure = page.locator("figure.map", has=page.locator(f"b:text-is('{model}')"))
        assert figure.locator("path.region").bounding_box() is not None
        marked = figure.locator(".mark title").evaluate_all("all => all.map(title => title.textContent)")
        assert {words.partition(":")[0] for words in marked} == asked
        assert sorted(figure.locator(".sizes li").evaluate_all("all => all.map(li => li.textContent)")) == sorted(
            marked
        )
    broken = page.locator(".mark.fail title").evaluate_all("all => all.map(title => title.textContent)")
    assert any(
        words.startswith("1281x1280: fail: expected an error response (status 400 to 499); actual 200")
        for words in broken
    )


def test_images_show_what_was_requested_and_what_came(visitor: Visitor, failing: Shown) -> None:
    page = visitor.open(failing.address)
    drawn = [exchange for exchange in failing.document["exchanges"] if exchange["image"]]
    assert page.locator(".images li").count() == len(drawn) > 0
    widths = page.locator(".images img").evaluate_all("all => all.map(img => img.naturalWidth)")
    assert all(0 < width <= 192 for width in widths)
    wrong = page.locator(".images li.wrong").all_inner_texts()
    assert any("requested 1568x1056" in words and "actual 1536x1056" in words for words in wrong)
    assert all("requested 1280x1280" not in words for words in wrong)


def test_timings_are_drawn(visitor: Visitor, failing: Shown) -> None:
    bars = visitor.open(failing.address).locator(".timing .bar title")
    counts = [int(words.split()[0]) for words in bars.evaluate_all("all => all.map(title => title.textContent)")]
    assert sum(counts) == failing.document["requests"]


def test_a_failure_unfolds(visitor: Visitor, failing: Shown) -> None:
    page = visitor.open(failing.address)
    failure = page.locator("#SIZE-GLM-STEP-fail details").first
    assert not failure.locator("pre").first.is_visible()
    failure.locator("summary").click()
    request, answer, again = failure.locator("pre").all_inner_texts()
    assert '"size": "1296x1280"' in request
    assert answer.startswith("200 application/json")
    assert again.startswith("curl ")
    assert "Authorization" not in request + again
    assert "an error response" in failure.inner_text()


def test_a_failure_unfolds_by_keyboard(visitor: Visitor, failing: Shown) -> None:
    page = visitor.open(failing.address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.localName") == "summary"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.locator("details[open] pre").first.is_visible()
    page.keyboard.press("Enter")
    assert page.locator("details[open]").count() == 0


@pytest.mark.parametrize(("kind", "scheme"), [("failing", "light"), ("failing", "dark"), ("unreachable", "light")])
def test_nothing_keeps_people_from_using_it(
    visitor: Visitor, shown: Callable[[str], Shown], kind: str, scheme: str
) -> None:
    page = visitor.open(shown(kind).address, color_scheme=scheme)
    light = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0] > 128")
    assert light == (scheme == "light")
    # A few of each are enough: all look alike.
    page.eval_on_selector_all("article details:first-of-type", "all => all.forEach(details => { details.open = true })")
    assert barriers(page) == []


def test_a_phone_shows_it_without_scrolling_sideways(visitor: Visitor, shown: Callable[[str], Shown]) -> None:
    for kind in ("failing", "hostile"):
        page = unfolded(visitor.open(shown(kind).address, viewport=PHONE))
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        assert page.locator(".matrix td").first.evaluate("cell => cell.getBoundingClientRect().right") <= PHONE["width"]


def test_it_reads_the_same_without_scripts(visitor: Visitor, failing: Shown) -> None:
    with_scripts = visitor.open(failing.address).inner_text("body")
    assert visitor.open(failing.address, java_script_enabled=False).inner_text("body") == with_scripts


def test_on_paper_everything_is_unfolded(visitor: Visitor, failing: Shown) -> None:
    page = visitor.open(failing.address)
    failures = page.locator("article > details:not(.more)")
    assert not any(failure.locator("pre").first.is_visible() for failure in failures.all()[:3])
    page.emulate_media(media="print")
    assert all(failure.locator("pre").first.is_visible() for failure in failures.all())


def test_on_paper_no_failure_is_missing(visitor: Visitor, failing: Shown) -> None:
    page = visitor.open(failing.address)
    further = page.locator("details.more details")
    assert not further.first.is_visible()
    page.emulate_media(media="print")
    for question in further.all():
        assert question.locator("summary .case").is_visible()
        assert question.locator("summary .expected").is_visible()
        assert not question.locator("pre").first.is_visible()


def test_what_a_hostile_server_says_is_text_and_nothing_else(visitor: Visitor, shown: Callable[[str], Shown]) -> None:
    hostile = shown("hostile")
    page = visitor.open(hostile.address)
    assert page.title() == hostile.document["summary"]
    policy = page.get_attribute("meta[http-equiv=Content-Security-Policy]", "content")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert set(page.evaluate("[...document.querySelectorAll('*')].map(each => each.localName)")) <= ELEMENTS
    attributes = page.evaluate(
        "[...document.querySelectorAll('*')].flatMap(each => [...each.attributes].map(a => [a.name, a.value]))"
    )
    assert not [name for name, _ in attributes if name.startswith("on") or name in ("srcdoc", "action", "srcset")]
    links = [value for name, value in attributes if name in ("href", "src", "xlink:href")]
    assert [link for link in links if not link.startswith(("#", "data:image/jpeg;base64,"))] == []
    assert "<script>document.title='poisoned'</script>" in page.inner_text("article")
    assert KEY not in page.content()
    exchange = unfolded(page).locator("article details").first.inner_text()
    assert "Authorization: Bearer [redacted]" in exchange
    assert "Authorization: Bearer $ZAI_API_KEY" in exchange


def test_a_phone_shows_the_verdict_on_its_first_screen(visitor: Visitor, failing: Shown) -> None:
    page = visitor.open(failing.address, viewport=PHONE)
    for place in ("h1", ".lead", ".tally"):
        box = page.locator(place).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= PHONE["height"]


def test_a_folded_row_shows_what_was_expected(visitor: Visitor, failing: Shown) -> None:
    summary = visitor.open(failing.address).locator("#SIZE-GLM-STEP-fail summary").first
    assert summary.locator(".expected").is_visible()
    assert "expected an error response" in summary.inner_text()
