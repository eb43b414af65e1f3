"""Takes a published file apart by CommonMark's rules: the OpenAPI document in it, and all else that its readers see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, TypeAlias

from attrs import frozen
from markdown_it import MarkdownIt

from scripts.source.reading import UnreadableError, decoded, read_mapping

Form: TypeAlias = Literal["page", "yaml", "json"]
"""A Markdown page with the document in a code block, or the document itself."""

Kind: TypeAlias = Literal["text", "code"]

MAX_LINES = 50_000
"""Eight times what Z.AI's whole document has. A line of Markdown costs more than one of YAML."""
_MOST_CANDIDATES = 20
_OPENAPI = re.compile(r"""\bopenapi["']?\s*:""")
# A bare document says so at the beginning of a line, and so does a page only within a code block.
_BARE = re.compile(r"""^["']?openapi["']?[ \t]*:""")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
# The language of a block, and perhaps the operation, are no words to a reader; a title is.
_TITLE = re.compile(r"\s*\S+\s+(?![A-Z]+ /\S*\s*$)(?P<text>.*\S)\s*")
_LINK = r"(?:!?\[[^\[\]\n]*\]\([^()\n]*\)|<?https?://[^\s<>]+>?)"
_LINKS_ONLY = re.compile(rf"{_LINK}(?:[\s|,·•]+{_LINK})*")


@frozen
class Passage:
    """One paragraph, heading, list item or code block of a page, outside of the document."""

    text: str
    """Its Markdown, without the marks of the block that it stands in: `#`, `>`, `-`, backticks of a fence."""
    line: int
    """The line of the page on which it begins, from 1."""
    kind: Kind

    @property
    def is_navigation(self) -> bool:
        """Whether there are only links in it."""
        return self.kind == "text" and _LINKS_ONLY.fullmatch(self.text.strip()) is not None


@frozen
class _Block:
    passage: Passage
    last: int
    """The line after its last one."""
    ends: bool = True
    """Whether the fence that opens it is closed."""


def form_of(content: bytes) -> Form:
    """Tell which form was published.

    Raises:
        UnreadableError: It is none of them.
    """
    text = _text(content)
    if text.lstrip().startswith("{"):
        return "json"
    code = [block for block in _blocks(text) if block.passage.kind == "code"]
    covered = {number for block in code for number in range(block.passage.line, block.last)}
    if any(number not in covered and _BARE.match(line) for number, line in enumerate(text.split("\n"), start=1)):
        return "yaml"
    if code:
        return "page"
    raise UnreadableError("there is neither a code block nor an OpenAPI document in it")


def document_in(content: bytes) -> bytes:
    """Return the OpenAPI document in what was published, with line feeds for line ends and without a byte order mark.

    Args:
        content: A bare document, or a page: of its code blocks the one that is an OpenAPI document, in whatever fence
            and language it stands.

    Raises:
        UnreadableError: The page holds no such block or more than one, or a fence that does not end.
    """
    text = _text(content)
    return (_document(_blocks(text)).passage.text if form_of(content) == "page" else text).encode()


def passages_of(content: bytes) -> list[Passage]:
    """Return what a page says outside of its document, in order; nothing for a bare document.

    Front matter is left out, since no reader sees it. Link definitions and HTML stand among the text.
    """
    if form_of(content) != "page":
        return []
    blocks = _blocks(_text(content))
    document = _document(blocks)
    return [block.passage for block in blocks if block is not document]


def _document(blocks: Sequence[_Block]) -> _Block:
    for block in blocks:
        if not block.ends:
            raise UnreadableError(f"the fenced block that begins in line {block.passage.line - 1} does not end")
    candidates = [block for block in blocks if block.passage.kind == "code" and _OPENAPI.search(block.passage.text)]
    if len(candidates) > _MOST_CANDIDATES:
        raise UnreadableError(f"the page holds {len(candidates)} code blocks that speak of `openapi:`")
    # One that cannot be read is told as such by whoever reads it; beside another it must not pass for an example.
    found = candidates if len(candidates) == 1 else [block for block in candidates if _is_document(block)]
    if len(found) != 1:
        raise UnreadableError(f"the page must hold exactly one code block with an OpenAPI document, not {len(found)}")
    return found[0]


def _is_document(block: _Block) -> bool:
    return "openapi" in read_mapping(block.passage.text.encode(), f"the code block in line {block.passage.line}")


@lru_cache(maxsize=4)
def _blocks(text: str) -> tuple[_Block, ...]:
    """Return the blocks of a page that hold text or code, in order."""
    # What has no meaning of its own on a page must not hide what stands in it: HTML and link definitions are text.
    parser = MarkdownIt("commonmark").disable(["html_block", "reference", "inline"])
    if front_matter := _FRONT_MATTER.match(text):
        text = "\n" * front_matter[0].count("\n") + text[front_matter.end() :]
    return tuple(_parsed(parser, text, first=1))


def _parsed(parser: MarkdownIt, text: str, first: int) -> Iterator[_Block]:
    for token in parser.parse(text):
        if token.map is None or token.type not in ("inline", "fence", "code_block"):
            continue
        begin, end = (first + number for number in token.map)
        if token.type == "inline":
            yield _Block(Passage(token.content, begin, "text"), end)
        elif token.type == "fence":
            if (title := _TITLE.match(token.info)) is not None:
                yield _Block(Passage(title["text"], begin, "text"), begin + 1)
            # Two lines more than the content has: the fence that opens it and the one that closes it.
            ends = end - begin == len(token.content.removesuffix("\n").split("\n")) * bool(token.content) + 2
            yield _Block(Passage(token.content, begin + 1, "code"), end, ends)
        else:
            # Within the components of some sites a fence is indented as deep as code.
            inner = list(_parsed(parser, token.content, begin))
            fenced = any(block.passage.kind == "code" for block in inner)
            yield from inner if fenced else [_Block(Passage(token.content, begin, "code"), end)]


def _text(content: bytes) -> str:
    text = decoded(content, "it")
    if "\0" in text:
        raise UnreadableError("it holds a NUL character, as no text does")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > MAX_LINES:
        raise UnreadableError(f"it has more than {MAX_LINES} lines, the most that are read")
    return text
