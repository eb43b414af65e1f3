"""The document is what stands in the page's code block, byte for byte, and nothing else of the page is lost."""

from __future__ import annotations

import hashlib
import re
import shutil
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.regenerate import ROOT
from scripts.source.failure import PipelineError
from scripts.source.page import Passage, document_in, form_of, passages_of
from scripts.source.provenance import vendored_document

OPENAPI = ROOT / "openapi"
PAGE = (OPENAPI / "generate-image.md").read_text(encoding="utf-8")
DOCUMENT = (OPENAPI / "zai-image.yaml").read_text(encoding="utf-8")
BEFORE = PAGE[: PAGE.index("````yaml")]
WORDS = b"openapi: 3.0.1\na: 1\n"


def test_the_vendored_document_is_the_page_s_block_byte_for_byte() -> None:
    page = (OPENAPI / "generate-image.md").read_bytes()
    start = page.index(b"````yaml POST /paas/v4/images/generations\n") + len(
        "````yaml POST /paas/v4/images/generations\n"
    )
    assert (OPENAPI / "zai-image.yaml").read_bytes() == page[start : page.index(b"````", start)]


def test_the_digests_are_those_of_the_files() -> None:
    stated = tomllib.loads((OPENAPI / "provenance.toml").read_text())
    for part in (*stated["page"], stated["document"]):
        content = (OPENAPI / part["file"]).read_bytes()
        assert part["sha256"] == hashlib.sha256(content).hexdigest()
    assert stated["page"][0]["address"].encode() in (OPENAPI / "generate-image.md").read_bytes()


@pytest.mark.parametrize("name", ["generate-image.md", "zai-image.yaml"])
def test_a_vendored_file_that_was_touched_stops_with_its_name(tmp_path: Path, name: str) -> None:
    shutil.copytree(OPENAPI, tmp_path, dirs_exist_ok=True)
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes().replace(b"1024px", b"1025px", 1))
    with pytest.raises(PipelineError, match=name):
        vendored_document(tmp_path)


def test_a_document_that_is_not_the_page_s_stops_even_with_a_right_digest(tmp_path: Path) -> None:
    shutil.copytree(OPENAPI, tmp_path, dirs_exist_ok=True)
    document, provenance = tmp_path / "zai-image.yaml", tmp_path / "provenance.toml"
    before = hashlib.sha256(document.read_bytes()).hexdigest()
    document.write_bytes(document.read_bytes().replace(b"1024px", b"1025px", 1))
    after = hashlib.sha256(document.read_bytes()).hexdigest()
    provenance.write_text(provenance.read_text().replace(before, after))
    with pytest.raises(PipelineError, match="byte for byte"):
        vendored_document(tmp_path)


def indented(text: str, by: str) -> str:
    return "".join(f"{by}{line}" for line in text.splitlines(keepends=True))


@pytest.mark.parametrize("by", ["", "   ", "    ", "        "])
@pytest.mark.parametrize("fence", ["````", "``````", "~~~", "~~~~~"])
@pytest.mark.parametrize(
    "info", ["", "yaml", "YAML", "yml", " yaml POST /paas/v4/images/generations", "openapi", "json"]
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_block_is_found_in_whatever_form_commonmark_has_for_one(
    by: str, fence: str, info: str, mark: str, line_end: str
) -> None:
    page = mark + BEFORE + indented(f"{fence}{info}\n{DOCUMENT}{fence}\n", by)
    assert document_in(page.replace("\n", line_end).encode()).decode() == DOCUMENT
    assert passages_of(page.replace("\n", line_end).encode()) == passages_of(PAGE.encode())


@pytest.mark.parametrize(
    ("page", "document"),
    [
        (b"1. A list\n\n   ```yaml\n   openapi: 3.0.1\n   a: 1\n   ```\n", WORDS),
        (b"> ```\n> openapi: 3.0.1\n> a: 1\n> ```\n", WORDS),
        (b"<Tabs>\n```yaml\nopenapi: 3.0.1\na: 1\n```\n</Tabs>\n", WORDS),
        (b"<Tabs>\n\n        ```yaml\n        openapi: 3.0.1\n        a: 1\n        ```\n\n</Tabs>\n", WORDS),
        (b"# Indented\n\n    openapi: 3.0.1\n    a: 1\n", WORDS),
        (b"````\nopenapi: |\n  ```\n  b\n  ```\n````", b"openapi: |\n  ```\n  b\n  ```\n"),
        (b'```json\n{"openapi": "3.0.1"}\n```\n', b'{"openapi": "3.0.1"}\n'),
        (b"```python\nx = 1\n```\n```yaml\nopenapi: 3.0.1\na: 1\n```\n```yaml\nb: 1\n```\n", WORDS),
        (b"```yaml\nsays: 'openapi: 3'\n```\n```yaml\nopenapi: 3.0.1\na: 1\n```\n", WORDS),
        (b"\xef\xbb\xbfopenapi: 3.0.1\r\na: 1\r\n", WORDS),
        (b"x: |\n  ```\n  text\n  ```\nopenapi: 3.0.1\n", b"x: |\n  ```\n  text\n  ```\nopenapi: 3.0.1\n"),
    ],
)
def test_the_one_block_that_is_an_openapi_document_is_taken(page: bytes, document: bytes) -> None:
    assert document_in(page) == document


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (b"# A page without any\n", "neither a code block nor an OpenAPI document"),
        (b"```yaml\na: 1\n```\n", "not 0"),
        (b"```yaml\nopenapi: 3.0.1\n```\n~~~\nopenapi: 3.0.2\n~~~\n", "not 2"),
        (b'```yaml\nopenapi: 3.0.1\n```\n```json\n{"openapi": "3.0.1"}\n```\n', "not 2"),
        (b"```yaml\nopenapi: 3.0.1\n```\n```yaml\nopenapi: [\n```\n", "line 5 is not YAML"),
        (b"```yaml\nopenapi: 3.0.1\n", "line 1 does not end"),
        (b"````yaml\nopenapi: 3.0.1\n```\n", "does not end"),
        (b"````yaml\nopenapi: 3.0.1\n````\n```python\n", "line 4 does not end"),
        (b"- ```yaml\n  openapi: 3.0.1\n\nText\n", "does not end"),
        (b"```yaml\nopenapi: 3.0.1\n\0```\n", "NUL"),
    ],
)
def test_a_page_without_exactly_one_such_block_is_refused(page: bytes, told: str) -> None:
    with pytest.raises(PipelineError, match=told):
        document_in(page)


BLOCK = "\n```yaml\nopenapi: 3.0.1\n```\n"


@pytest.mark.parametrize(
    ("markdown", "text", "kind"),
    [
        ("Words, `code` and [a link](/x).", "Words, `code` and [a link](/x).", "text"),
        ("## A heading ##", "A heading", "text"),
        ("Heading\n=======", "Heading", "text"),
        ("> A note\nthat goes on", "A note\nthat goes on", "text"),
        ("- An item", "An item", "text"),
        ("1. > - Deep within", "Deep within", "text"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n|---|---|\n| 1 | 2 |", "text"),
        ("<Note>At most 3.</Note>", "<Note>At most 3.</Note>", "text"),
        ("<!-- At most 3. -->", "<!-- At most 3. -->", "text"),
        ("[a]: /b 'At most 3.'", "[a]: /b 'At most 3.'", "text"),
        ("```python\nx = 3\n```", "x = 3\n", "code"),
        ("    x = 3", "x = 3", "code"),
        ("```python At most 3.\n```", "At most 3.", "text"),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_whatever_stands_beside_the_document_is_handed_on(markdown: str, text: str, kind: str, before: bool) -> None:
    page = f"{markdown}\n{BLOCK}" if before else f"{BLOCK}\n{markdown}\n"
    (passage, *empty) = passages_of(page.encode())
    assert (passage.text.rstrip("\n"), passage.kind) == (text.rstrip("\n"), kind)
    assert [other.text for other in empty] == [""] * len(empty)
    assert markdown.split("\n")[0] in page.split("\n")[passage.line - 1] or kind == "code"


def test_front_matter_is_no_part_of_what_a_reader_sees_and_lines_are_those_of_the_page() -> None:
    assert passages_of(f"---\ntitle: A\n---\n\nB\n{BLOCK}".encode()) == [Passage("B", 5, "text")]
    assert [passage.text for passage in passages_of(f"---\n\nB\n{BLOCK}".encode())] == ["B"]
    assert [passage.text for passage in passages_of(f"A\n\n---\nB: 1\n\n---\n{BLOCK}".encode())] == ["A", "B: 1"]


@pytest.mark.parametrize(
    ("text", "navigation"),
    [
        ("[Errors](/errors)", True),
        ("[Errors](/errors) | [Models](/models)\n[More](/more)", True),
        ("<https://docs.example/a>", True),
        ("See [Errors](/errors)", False),
        ("[Errors](/errors): at most 3.", False),
        ("", False),
    ],
)
def test_navigation_is_links_and_nothing_else(text: str, navigation: bool) -> None:
    assert Passage(text, 1, "text").is_navigation == navigation
    assert not Passage(text, 1, "code").is_navigation


@given(st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"])))
def test_no_letter_or_digit_of_a_page_is_lost(text: str) -> None:
    page = f"Begin\n\n{text}\n{BLOCK}"
    try:
        found = passages_of(page.encode())
    except PipelineError:
        return
    shown = "".join(passage.text for passage in found) + document_in(page.encode()).decode()
    # A language says how a block is coloured, and the number of a list's item where it stands.
    left_out = re.sub(r"(?m)^[ \t>*+-]*(`{3,}|~{3,})[ \t]*\S+|^[ \t>*+-]*\d+[.)]", "", page)
    for word in re.findall(r"\w+", left_out):
        assert word in shown, word


def test_a_page_cut_off_anywhere_in_its_block_is_refused() -> None:
    begin = PAGE.index("````yaml") + len("````yaml POST /paas/v4/images/generations\nopenapi:")
    for length in range(begin, PAGE.rindex("````") + 4, 37):
        with pytest.raises(PipelineError, match="does not end"):
            document_in(PAGE[:length].encode())


def test_every_form_is_told_by_its_content() -> None:
    assert form_of(PAGE.encode()) == "page"
    assert form_of(DOCUMENT.encode()) == "yaml"
    assert form_of(b' \n{"openapi": "3.0.1"}') == "json"
