"""The document is what stands in the page's fenced block, byte for byte."""

from __future__ import annotations

import hashlib
import shutil
import tomllib
from pathlib import Path

import pytest

from scripts.regenerate import ROOT
from scripts.source.failure import PipelineError
from scripts.source.page import document_in
from scripts.source.provenance import vendored_document

OPENAPI = ROOT / "openapi"


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


@pytest.mark.parametrize(
    ("page", "document"),
    [
        (b"# A\n```yaml\na: 1\n```\n", b"a: 1\n"),
        (b"````yaml POST /a\na: |\n  ```\n  b\n  ```\n````", b"a: |\n  ```\n  b\n  ```\n"),
        (b"```python\nx = 1\n```\n```yaml\r\na: 1\r\n```\r\n", b"a: 1\r\n"),
        (b"```yaml\na: \xff\n```\n", b"a: \xff\n"),
    ],
)
def test_the_block_is_found_whatever_its_fence(page: bytes, document: bytes) -> None:
    assert document_in(page) == document


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (b"# A page without any\n", "not 0"),
        (b"```yaml\na: 1\n```\n```yaml\nb: 1\n```\n", "not 2"),
        (b"```yaml\na: 1\n", "does not end"),
        (b"````yaml\na: 1\n```\n", "does not end"),
    ],
)
def test_a_page_without_exactly_one_block_is_refused(page: bytes, told: str) -> None:
    with pytest.raises(PipelineError, match=told):
        document_in(page)
