"""Nothing that a reader of the page sees is lost: each sentence is read, reviewed, or stops the run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from scripts.prose.cutting import spaced
from scripts.prose.reviewed import REVIEWED, Reviewed
from scripts.regenerate import ROOT
from scripts.rules.assembly import read_pages
from scripts.rules.catalogue import CATALOGUE
from scripts.rules.judgement import Judgement, judge
from scripts.source.failure import PipelineError
from scripts.source.page import document_in
from scripts.source.reading import read_mapping
from tests.scripts.prose_documents import vendored
from tests.scripts.published import PAGE

DOCUMENT = document_in(PAGE).decode()


REVIEW = Reviewed.of(YAML(typ="safe").load((ROOT / REVIEWED).read_text(encoding="utf-8")))
REQUIREMENTS = yaml.safe_load((ROOT / CATALOGUE).read_text(encoding="utf-8"))


def judged(document: dict[str, Any], page: bytes = PAGE) -> Judgement:
    return judge(read_pages(document, [page]), document, REVIEW, REQUIREMENTS)


def told(document: dict[str, Any], page: bytes = PAGE) -> str:
    """All that a run would list, or the reason it would stop with."""
    try:
        return "\n".join(judged(document, page).lines())
    except PipelineError as error:
        return str(error)


def texts(node: Any, *place: str) -> Iterator[tuple[str, ...]]:
    """The place of every text of a document that is for readers."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(value, dict | list):
            yield from texts(value, *place, cast(str, key))
        elif isinstance(value, str) and key in ("description", "summary", "title", "example", "prompt"):
            yield (*place, key)


def at(node: Any, place: tuple[Any, ...]) -> Any:
    for step in place:
        node = node[step]
    return node


PLACES = list(texts(vendored()))

WORDS = st.text("abcdefghijklmnopqrstuvwxyzäж猫", min_size=2, max_size=9)
TOKENS = st.one_of(
    WORDS,
    st.integers(0, 9999).map(str),
    st.sampled_from(
        ["one", "fifteen", "must", "only", "not", "except", "`2^20px`", "`hd`", "`glm-image`", "1024x1024", "50%"]
    ),
    WORDS.map(lambda word: f"`{word}`"),
)
SENTENCES = st.lists(TOKENS, min_size=1, max_size=8).map(lambda words: " ".join(words).capitalize() + ".")


def test_the_page_as_it_is_leaves_nothing_to_judge() -> None:
    assert judged(vendored()).lines() == []


@settings(max_examples=150)
@given(st.sampled_from(PLACES), SENTENCES, st.booleans())
def test_a_sentence_put_into_any_text_of_the_document_is_told(
    place: tuple[Any, ...], sentence: str, before: bool
) -> None:
    document = vendored()
    owner, key = at(document, place[:-1]), place[-1]
    owner[key] = f"{sentence} {owner[key]}" if before else f"{str(owner[key]).removesuffix('.')}. {sentence}"
    assert told(document) != ""


@settings(max_examples=100)
@given(
    st.integers(0, PAGE.count(b"\n")), SENTENCES, st.sampled_from(["", "> ", "- ", "## ", "| ", "<!-- ", "[", "    "])
)
def test_a_sentence_put_on_any_line_beside_the_document_is_told(line: int, sentence: str, mark: str) -> None:
    lines = PAGE.decode().split("\n")
    front, begin, end = (
        lines.index("---", 1) + 1,
        lines.index("````yaml POST /paas/v4/images/generations"),
        lines.index("````"),
    )
    line = front + line % (len(lines) - front)
    if begin < line <= end:
        line = end + 1
    ending = {"<!-- ": " -->", "[": "](/somewhere)", "| ": " |"}.get(mark, "")
    page = "\n".join([*lines[:line], "", f"{mark}Note {sentence}{ending}", "", *lines[line:]]).encode()
    assert spaced(sentence).removesuffix(".")[:20] in told(vendored(), page)


@pytest.mark.parametrize("place", PLACES)
def test_every_sentence_is_in_the_reviewed_file_or_read_and_a_word_more_is_told(place: tuple[Any, ...]) -> None:
    document = vendored()
    owner, key = at(document, place[:-1]), place[-1]
    if isinstance(owner[key], str):
        owner[key] = owner[key] + " Except on Sundays"
        assert "Except on Sundays" in told(document)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("openapi: 3.0.1\n", "openapi: 3.0.1\n# Prompts are limited to 1000 characters.\n"),
        lambda text: text.replace("type: integer\n", "type: integer  # at most 5\n", 1),
        lambda text: text.replace(
            "          minLength: 6\n", "          x-note: At most 5 a day.\n          minLength: 6\n"
        ),
        lambda text: text.replace(
            "          minLength: 6\n", "          x-notes: [At most 5 a day.]\n          minLength: 6\n"
        ),
        lambda text: text.replace("  version: 1.0.0\n", "  version: 1.0.0\n  summary: At most 5 a day.\n"),
        lambda text: text.replace(
            "security:\n", "tags:\n  - name: a\n    description: At most 5 a day.\nsecurity:\n", 1
        ),
        lambda text: text.replace("Generate Image Example:", "At most 5 a day:"),
        lambda text: text.replace(
            "      type: object\n      required:\n", "      type: object\n      title: At most 5.\n      required:\n", 1
        ),
        lambda text: text.replace("name: Z.AI Developers\n", "name: At most 5 a day\n"),
        lambda text: text.replace("default: hd\n", "default: hd, on paid plans\n"),
        lambda text: text.replace("            - hd\n", "            - hd (paid plans)\n"),
        lambda text: text.replace("format: int32\n", "format: five a day at most\n"),
        lambda text: text.replace("version: 1.0.0\n", "version: 1.0.0, five a day\n"),
        lambda text: text.replace("example: 1280x1280\n", "example: 1280x1280 on paid plans\n"),
        lambda text: text.replace("example: 1760335349\n", "example: 1760335349 at most\n"),
        lambda text: text + "externalDocs:\n  url: https://z.ai\n  description: At most 5 a day.\n",
    ],
)
def test_comments_extensions_titles_and_names_of_examples_count(change: Any) -> None:
    text = change(DOCUMENT)
    assert text != DOCUMENT
    page = PAGE.replace(DOCUMENT.encode(), text.encode())
    found = told(read_mapping(text.encode(), "it"), page)
    assert "no rule reads" in found or "on paid plans" in found


def test_the_same_remark_at_another_place_or_once_more_is_a_new_remark() -> None:
    moved, twice = vendored(), vendored()
    schemas = moved["components"]["schemas"]["CreateImageRequest"]["properties"]
    remark = schemas["user_id"]["description"].partition(" ID length")[0]
    schemas["prompt"]["description"] += f" {remark}"
    assert f'prompt/description: no rule reads "{remark}"' in told(moved)
    schemas = twice["components"]["schemas"]["CreateImageRequest"]["properties"]
    schemas["user_id"]["description"] = f"{remark} {schemas['user_id']['description']}"
    assert f'user_id/description: no rule reads "{remark}"' in told(twice)


def test_a_remark_that_the_page_no_longer_holds_stops_too() -> None:
    document = vendored()
    del document["components"]["schemas"]["Error"]["description"]
    assert told(document) == (
        '/components/schemas/Error/description: openapi/reviewed.yaml has "The request has failed.", which the page '
        "needs no longer"
    )


def test_a_changed_remark_is_told_old_beside_new() -> None:
    document = vendored()
    document["components"]["schemas"]["Error"]["description"] = "The request failed."
    assert 'no rule reads "The request failed.", in the place of "The request has failed."' in told(document)


def test_links_to_other_pages_say_nothing_unless_they_are_sentences() -> None:
    assert told(vendored(), PAGE + b"\n[Home](/) | [Generate a video](/video)\n") == ""
    assert "Five a day." in told(vendored(), PAGE + b"\n[Five a day.](/limits)\n")
    assert "1000" in told(vendored(), PAGE + b"\n[At most 1000](/limits)\n")


def test_line_ends_and_front_matter_say_nothing() -> None:
    assert told(vendored(), PAGE.replace(b"\n", b"\r\n")) == ""
    assert told(vendored(), PAGE.replace(b"word_count: 82", b"word_count: 83")) == ""


def test_a_document_without_operations_is_read_as_well() -> None:
    assert read_pages({}).remarks == ()
    assert [remark.sentence for remark in read_pages({"info": {"description": "Hello."}}).remarks] == ["Hello."]
