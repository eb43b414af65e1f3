"""The documentation site builds offline without a warning, every link in it leads somewhere, and nothing is missing."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from docs.site import building
from docs.site.links import REPOSITORY, rewritten
from docs.site.markdown import code, prose, text
from zai_image.cli import cli


class Page(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()
        self.loads: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value is not None:
                (self.links if tag == "a" else self.loads).add(value)
            elif name in ("id", "name") and value is not None:
                self.anchors.add(value)


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {file.resolve(): Page(file.read_text("utf-8")) for file in site.rglob("*.html")}


def test_every_link_within_the_site_leads_to_a_page_and_to_a_place_on_it(pages: dict[Path, Page]) -> None:
    lost = []
    for file, page in pages.items():
        for link in page.links | page.loads:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            there = target.exists() and (
                not parts.fragment or target not in pages or unquote(parts.fragment) in pages[target].anchors
            )
            # The theme's button to the top of the page is handled by its script.
            if not there and link != "#":
                lost.append(f"{file.name}: {link}")
    assert lost == []


def test_every_link_from_the_readme_into_the_site_leads_to_a_page(site: Path) -> None:
    address = re.escape("https://zai-image.github.io/zai-image/")
    links = re.findall(rf"\]\({address}([^)]+)\)", (building.ROOT / "README.md").read_text("utf-8"))
    assert len(links) > 4
    assert [link for link in links if not (site / link).is_file()] == []


def test_no_page_loads_anything_from_elsewhere(pages: dict[Path, Page]) -> None:
    outside = {load for page in pages.values() for load in page.loads if urlsplit(load).scheme not in ("", "data")}
    assert {load for load in outside if not load.startswith(REPOSITORY)} == set()


def test_links_to_elsewhere_are_https(pages: dict[Path, Page]) -> None:
    schemes = {urlsplit(link).scheme for page in pages.values() for link in page.links}
    assert schemes <= {"", "https", "mailto"}


def test_every_requirement_has_a_page_of_its_own_that_a_report_can_link_to(site: Path) -> None:
    entries = yaml.safe_load(building.CATALOGUE.read_text("utf-8"))["requirements"]
    assert entries
    for entry in entries:
        assert f"--requirement {entry['id']}" in (site / f"reference/requirements/{entry['id']}.html").read_text(
            "utf-8"
        )


def test_every_command_and_option_is_in_the_reference(site: Path) -> None:
    page = Page((site / "reference/command-line.html").read_text("utf-8"))
    for name, command in cli.commands.items():
        for parameter in command.params:
            option = max(parameter.opts, key=len)
            if option.startswith("--") and not getattr(parameter, "hidden", False):
                assert (
                    f"cmdoption-zai-image-{name}{option[1:]}" in page.anchors
                    or f"cmdoption-zai-image-{name}-{option.lstrip('-')}" in page.anchors
                ), (name, option)


def test_every_public_name_of_the_client_is_in_the_reference(site: Path) -> None:
    import zai_image

    page = (site / "reference/client-api.html").read_text("utf-8")
    assert [name for name in zai_image.__all__ if f">{name}<" not in page and f"zai_image.{name}" not in page] == []


def test_the_site_offers_what_other_languages_take_from_it(site: Path) -> None:
    for file in building.artefacts():
        assert (site / building.ARTEFACTS / file.name).read_bytes() == file.read_bytes()


def test_the_search_needs_no_server(site: Path) -> None:
    index = (site / "searchindex.js").read_text("utf-8")
    terms = json.loads(index.removeprefix("Search.setIndex(").rstrip().removesuffix(")"))["terms"]
    assert "gateway" in terms


def test_a_link_to_a_missing_file_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"links to gone\.md"):
        rewritten("[x](gone.md)", origin="docs/a.md", place="a.md", places={}, offered={}, root=tmp_path)


def test_a_link_in_code_is_left_alone(tmp_path: Path) -> None:
    block = "```python\nhandlers['a'](gone)\n[x](gone.md)\n```\n"
    assert rewritten(block, origin="docs/a.md", place="a.md", places={}, offered={}, root=tmp_path) == block


@pytest.mark.parametrize("words", ["a*b*", "<b>", "[x](y)", "a|b", "# x", "a`b", "{x}", "1. x"])
def test_text_from_data_stays_text(words: str) -> None:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    for made in (text(words), prose(words)):
        (cell,) = (
            token.content
            for token in parser.parse(f"| a |\n|---|\n| {made} |\n")
            if token.type == "inline" and token.map == [2, 3]
        )
        (inline,) = parser.parseInline(cell)
        assert "".join(child.content for child in inline.children or ()) == words
    assert code("a`b") == "`` a`b ``"
