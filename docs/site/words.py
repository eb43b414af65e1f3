"""Finds replaced words, long sentences and double negatives: ``python -m docs.site.words [FILE...]``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from docs.site.modules import texts

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs/reference/glossary.md"
MODULES = ("benchmarks", "client", "conformance", "docs", "examples", "scripts")
"""The folders whose docstrings and messages are looked at; generated code holds the words of the vendor."""
LONGEST = 32
"""Words in a sentence."""

_ROW = re.compile(r"^\| (?P<word>[^|]+) \| [^|]* \| (?P<instead>[^|]+) \|$", re.MULTILINE)
_NEGATIVES = re.compile(r"\b(?:not|no|none|never|nothing|nobody|neither|cannot|without|n't)\b", re.IGNORECASE)
_CLAUSE = re.compile(
    r"[,;:.()!?]|\s-+\s|\b(?:and|or|nor|but|that|which|who|where|when|while|if|because|since|so|as|than|until|before|after|unless)\b"
)


class Finding(NamedTuple):
    """A place that a reader stumbles over."""

    line: int
    text: str
    """What is wrong and what would be right, in one line."""


@cache
def replaced() -> Mapping[str, str]:
    """Return the words that are not to be written, each with the word for the same thing."""
    rows = _ROW.finditer(GLOSSARY.read_text("utf-8"))
    return {
        old.strip(): row["word"].strip()
        for row in rows
        for old in row["instead"].split(",")
        if row["word"].strip() not in ("word", "---")
    }


def findings(document: str) -> list[Finding]:
    """Return what is wrong with the words of a text.

    Args:
        document: Markdown or plain text; code, links' targets and comments in it are left alone.
    """
    found: list[Finding] = []
    for line, sentence in sentences(document):
        for old, new in replaced().items():
            if re.search(rf"\b{re.escape(old)}(?:s|es|ed|ing)?\b", sentence, re.IGNORECASE):
                found.append(Finding(line, f"{old!r}: the word is {new!r}"))
        if (count := len(re.findall(r"[\w'\u2019/-]+", sentence))) > LONGEST:
            found.append(
                Finding(line, f"a sentence of {count} words, at most {LONGEST} are allowed: {sentence[:60]}...")
            )
        for clause in _CLAUSE.split(sentence):
            # Python's None is a value.
            if len(_NEGATIVES.findall(clause.replace("None", ""))) > 1:
                found.append(Finding(line, f"a double negative: {clause.strip()}"))
    return found


def sentences(document: str) -> Iterator[tuple[int, str]]:
    """Yield each sentence, list item and table cell, with the number of the line where its paragraph begins."""
    paragraph: list[str] = []
    begin, fence = 1, ""
    for number, line in enumerate([*_without_comments(document).splitlines(), ""], 1):
        marker = re.match(r" *(`{3,}|~{3,})", line)
        if fence:
            fence = "" if marker and line.strip() == fence else fence
            continue
        starts = re.match(r" *(?:[-*] |[0-9]+\. |#+ |\||> |$)", line)
        if (starts or marker) and paragraph:
            yield from ((begin, sentence) for sentence in _split(" ".join(paragraph)))
            paragraph = []
        if marker:
            fence = marker[1]
        elif line.strip():
            begin = begin if paragraph else number
            paragraph.append(line.strip())


def _split(text: str) -> Iterator[str]:
    text = re.sub(r"(`+).+?\1", "CODE", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"<[^>]+>|https?://\S+|(?<!\S)(?:/|--)\w[\w/-]*", "CODE", text)
    for cell in text.split(" | ") if text.startswith("|") else [text]:
        for sentence in re.split(r"(?<=[.!?:])[\"'\u201d)*]* +(?=[\"'\u201c(*]*[A-Z0-9])", cell.strip("| *#>-")):
            if sentence.strip():
                yield sentence.strip()


def _without_comments(document: str) -> str:
    return re.sub(r"<!--.*?-->", lambda match: "\n" * match[0].count("\n"), document, flags=re.DOTALL)


def findings_in(file: Path) -> list[Finding]:
    """Return what is wrong with the words of a document, or with the docstrings and messages of a module."""
    content = file.read_text("utf-8")
    if file.suffix != ".py":
        return findings(content)
    return [
        Finding(first + finding.line - 1, finding.text) for first, text in texts(content) for finding in findings(text)
    ]


def files() -> list[Path]:
    """Return the files that are held to this: each document but the glossary, and each module that is no test."""
    documents = (file for folder in ("docs", "examples", ".github") for file in (ROOT / folder).rglob("*.md"))
    modules = (file for folder in MODULES for file in (ROOT / folder).rglob("*.py"))
    return sorted({*ROOT.glob("*.md"), *documents, *modules} - {GLOSSARY})


def main() -> None:
    """Print each finding and exit with 1 where there is one."""
    named = {Path(name).resolve() for name in sys.argv[1:]}
    looked_at = [file for file in files() if file in named or not named]
    told = [
        f"{file.relative_to(ROOT)}:{finding.line}: {finding.text}"
        for file in looked_at
        for finding in findings_in(file)
    ]
    print("\n".join(told) or f"{len(looked_at)} files: plain words")
    sys.exit(bool(told))


if __name__ == "__main__":
    main()
