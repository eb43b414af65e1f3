"""The words of the glossary are used everywhere that people read, sentences are short, and no negative is doubled."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from docs.site.building import CATALOGUE
from docs.site.words import LONGEST, ROOT, files, findings, findings_in, replaced


def told(text: str) -> list[str]:
    return [f"{finding.line}: {finding.text}" for finding in findings(text)]


def test_every_document_docstring_and_message_is_in_plain_words() -> None:
    assert {
        f"{file.relative_to(ROOT)}:{finding.line}": finding.text for file in files() for finding in findings_in(file)
    } == {}


def test_every_requirement_is_in_plain_words() -> None:
    entries = yaml.safe_load(CATALOGUE.read_text("utf-8"))["requirements"]
    assert {entry["id"]: told(f"{entry['title']}.\n\n{entry['check']}") for entry in entries} == {
        entry["id"]: [] for entry in entries
    }


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


@pytest.mark.parametrize(
    "module",
    [
        '"""Makes a picture."""',
        'def made():\n    """Make it.\n\n    Args:\n        a: The first.\n        b: The picture.\n    """',
        'WIDTH = 3\n"""The width of the picture."""',
        'raise ValueError(f"the file {name} holds no picture")',
        'raise ValueError(\n    f"the file {name} "\n    "holds no picture"\n)',
        'click.option("--width", help="The width of a picture")',
    ],
)
def test_a_replaced_word_is_found_in_each_docstring_and_message(module: str, tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(module, "utf-8")
    assert [finding.text for finding in findings_in(file)] == ["'picture': the word is 'image'"]


@pytest.mark.parametrize(
    "module", ["picture = 1", 'KIND = "picture"', 'PATTERN = r"a picture (?:is|was) made here"', "# A picture."]
)
def test_names_patterns_and_comments_are_left_alone(module: str, tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(module, "utf-8")
    assert findings_in(file) == []


def test_a_finding_tells_its_line(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text('"""Makes it.\n\nOne picture.\n"""\n', "utf-8")
    assert [finding.line for finding in findings_in(file)] == [3]
