"""The words of the glossary are used everywhere that people read, sentences are short, and no negative is doubled."""

from __future__ import annotations

import pytest

from docs.site.words import LONGEST, ROOT, documents, findings, replaced

PENDING = {
    "docs/client.md",
}
"""Documents that are still to be rewritten."""


def told(text: str) -> list[str]:
    return [f"{finding.line}: {finding.text}" for finding in findings(text)]


@pytest.mark.parametrize("name", sorted(file.relative_to(ROOT).as_posix() for file in documents()))
def test_a_document_is_in_plain_words(name: str) -> None:
    assert told((ROOT / name).read_text("utf-8")) == [] or name in PENDING


@pytest.mark.parametrize("word", replaced())
def test_a_word_that_the_glossary_replaces_is_found_wherever_it_is_put_back(word: str) -> None:
    for text in (f"Here {word} stands.", f"- {word}", f"| a | {word} |", f"# {word.title()}", f"One.\nTwo {word}."):
        assert any(repr(word) in each for each in told(text)), text


def test_a_long_sentence_is_found() -> None:
    assert told("Word " * LONGEST + ".") == []
    assert len(told("Word " * (LONGEST + 1) + ".")) == 1
    assert told("Word " * LONGEST + ". " + "Word " * LONGEST + ".") == []


def test_a_double_negative_is_found() -> None:
    assert len(told("There is nothing that is not refused without reason.")) == 1
    assert told("It needs no key and costs nothing.") == []


@pytest.mark.parametrize(
    "code", ["`picture`", "```python\npicture = 1\n```", "[link](picture.png)", "<!-- picture -->"]
)
def test_code_is_left_alone(code: str) -> None:
    assert told(f"Here is\n\n{code}\n\nand it goes on.") == []
