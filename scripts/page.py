"""Finds the OpenAPI document in a documentation page, byte for byte."""

from __future__ import annotations

import re

from scripts.failure import PipelineError

# The page opens the block with its language and the operation: "````yaml POST /paas/v4/images/generations".
_FENCE = re.compile(rb"(?P<ticks>`{3,})(?P<info>[^`\r\n]*)")


def document_in(page: bytes) -> bytes:
    """Return what stands in the page's one fenced YAML block, unchanged.

    Args:
        page: The documentation page (Markdown), as fetched.

    Raises:
        PipelineError: The page holds no fenced YAML block, more than one, or one that does not end.
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
        raise PipelineError(f"the fenced block {opened[0].decode(errors='replace')!r} of the page does not end")
    if len(found) != 1:
        raise PipelineError(f"the page must hold exactly one fenced YAML block with the document, not {len(found)}")
    return found[0]
