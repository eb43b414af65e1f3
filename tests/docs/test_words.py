"""The words of the glossary are used everywhere that people read, sentences are short, and no negative is doubled."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
import yaml

from docs.site.building import CATALOGUE
from docs.site.words import LONGEST, ROOT, documents, findings, replaced
from zai_image.cli import cli


def told(text: str) -> list[str]:
    return [f"{finding.line}: {finding.text}" for finding in findings(text)]


@pytest.mark.parametrize("name", sorted(file.relative_to(ROOT).as_posix() for file in documents()))
def test_a_document_is_in_plain_words(name: str) -> None:
    assert told((ROOT / name).read_text("utf-8")) == []


def help_texts() -> Iterator[tuple[str, str]]:
    for name, command in cli.commands.items():
        yield name, command.help or ""
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                yield f"{name} {parameter.opts[0]}", parameter.help or ""


def catalogue() -> Iterator[tuple[str, str]]:
    for entry in yaml.safe_load(CATALOGUE.read_text("utf-8"))["requirements"]:
        yield f"{entry['id']} title", entry["title"]
        yield f"{entry['id']} check", entry["check"]


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in (*help_texts(), *catalogue())])
def test_a_help_text_or_requirement_is_in_plain_words(text: str) -> None:
    assert told(text) == []


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
