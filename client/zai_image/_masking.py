"""Takes the key out of what is told of a server's words, in the spellings that JSON and addresses have for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

_MASK: Final = "***"


def masked(text: str, key: str) -> str:
    """Return the text with a mask in place of the key."""
    for spelling in _spellings(key):
        text = text.replace(spelling, _MASK)
    return text


def masked_bytes(content: bytes, key: str) -> bytes:
    """Return the bytes with a mask in place of the key."""
    for spelling in _spellings(key):
        content = content.replace(spelling.encode(), _MASK.encode())
    return content


def chain_of(error: BaseException) -> Sequence[BaseException]:
    """Return an exception and all that its printed traceback tells of as well."""
    chain = [error]
    for link in chain:
        chain += [below for below in (link.__cause__, link.__context__) if below is not None and below not in chain]
    return chain


def shown_by(error: BaseException, key: str) -> bool:
    """Whether the words of an exception, or of what it comes from, hold the key."""
    # Python puts backslashes before some characters that a key may have.
    spellings = [spelling.replace("\\", "") for spelling in _spellings(key)]
    told = [f"{link} {link!r} {link.args}".replace("\\", "") for link in chain_of(error)]
    return any(spelling in words for words in told for spelling in spellings)


@lru_cache
def _spellings(key: str) -> Sequence[str]:
    """The longest first, since a shorter one may stand in it."""
    # Only where something has gone wrong.
    from urllib.parse import quote

    in_json = json.dumps(key)[1:-1]
    spellings = {key, in_json, in_json.replace("/", "\\/"), quote(key), quote(key, safe="")}
    return sorted(spellings, key=len, reverse=True)
