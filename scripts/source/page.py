"""Finds the OpenAPI document in what was published: a documentation page, or the bare document."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from scripts.source.reading import UnreadableError

Form: TypeAlias = Literal["page", "yaml", "json"]
"""A Markdown page with the document in a fenced block, or the document itself."""

# The page opens the block with its language and the operation: "````yaml POST /paas/v4/images/generations".
_FENCE = re.compile(rb"(?P<ticks>`{3,})(?P<info>[^`\r\n]*)")
# In a bare document a fence could only stand in a block of text, and so never at the beginning of a line.
_ANY_FENCE = re.compile(rb"^```", re.MULTILINE)
_OPENAPI = re.compile(rb"""^["']?openapi["']?[ \t]*:""", re.MULTILINE)


def form_of(content: bytes) -> Form:
    """Tell which form was published.

    Raises:
        UnreadableError: It is none of them.
    """
    if content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return "json"
    if _ANY_FENCE.search(content):
        return "page"
    if _OPENAPI.search(content):
        return "yaml"
    raise UnreadableError("there is neither a fenced YAML block nor an OpenAPI document in it")


def document_in(page: bytes) -> bytes:
    """Return what stands in the page's one fenced YAML block, unchanged.

    Args:
        page: The documentation page (Markdown), as fetched.

    Raises:
        UnreadableError: The page holds no fenced YAML block, more than one, or one that does not end.
    """
    found: list[bytes] = []
    opened: re.Match[bytes] | None = None
    content: list[bytes] = []
    for line in page.splitlines(keepends=True):
        fence = _FENCE.fullmatch(line.rstrip())
        if opened is None:
            if fence is not None:
                opened, content = fence, []
        elif fence is not None and not fence["info"] and len(fence["ticks"]) >= len(opened["ticks"]):
            if opened["info"].split()[:1] == [b"yaml"]:
                found.append(b"".join(content))
            opened = None
        else:
            content.append(line)
    if opened is not None:
        raise UnreadableError(
            f"the fenced block {ascii(opened[0].decode(errors='replace'))[:80]} of the page does not end"
        )
    if len(found) != 1:
        raise UnreadableError(f"the page must hold exactly one fenced YAML block with the document, not {len(found)}")
    return found[0]
