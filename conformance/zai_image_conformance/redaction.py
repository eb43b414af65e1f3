"""Takes a key out of what a stranger says, however it is spelt there."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import lru_cache
from html.entities import codepoint2name

REDACTED = "[redacted]"
"""Stands where a key or another credential stood."""

_LONGEST_OF_ONE = 64
"""Characters that any spelling of one character takes at most."""
_LEAST_OF_BASE64 = 6
"""A shorter piece of base64 stands in any text."""


def redacted(text: str, api_key: str | None, limit: int) -> tuple[str, bool]:
    """Cut a stranger's text short, and take out the key in every spelling that a server may echo it in.

    For reports alone: a key as short as `k` occurs in any answer, which is judged as it came.

    Returns:
        At most `limit` characters, and whether that is all of the text.
    """
    longest = _LONGEST_OF_ONE * len(api_key) if api_key else 0
    cut = len(text) > limit + longest
    without = text[: limit + longest]
    if api_key:
        without = _pattern(api_key).sub(REDACTED, without)
    if cut:
        # Of a key that ends beyond what is read, nothing is left either.
        without = without[: len(without) - longest]
    return without[:limit], not cut and len(without) <= limit


@lru_cache
def _pattern(api_key: str) -> re.Pattern[str]:
    content = api_key.encode("utf-8", "replace")
    spellings = ["".join(map(_spellings_of_one, api_key)), content.hex(), *_pieces_of_base64(content)]
    return re.compile("|".join(spellings), re.IGNORECASE)


def _spellings_of_one(character: str) -> str:
    """A pattern of the ways in which JSON, addresses and HTML spell a character, each of them quoted a few times."""
    code = ord(character)
    # Two of these for a character beyond the first plane.
    units = re.findall("....", character.encode("utf-16-be", "surrogatepass").hex())
    name = codepoint2name.get(code)
    ways = [
        "".join(rf"\\{{1,8}}u{unit}" for unit in units),
        "".join(f"%(?:25){{0,3}}{byte:02x}" for byte in character.encode("utf-8", "replace")),
        rf"&(?:amp;){{0,3}}#0{{0,4}}{code};",
        rf"&(?:amp;){{0,3}}#x0{{0,4}}{code:x};",
        *([f"&(?:amp;){{0,3}}{name};"] if name else []),
        rf"\\{{0,8}}{re.escape(character)}",
    ]
    return f"(?:{'|'.join(ways)})"


def _pieces_of_base64(content: bytes) -> list[str]:
    """What base64 makes of the key, in either alphabet, whatever stands before and behind it there."""
    pieces = []
    for before in range(3):
        encoded = b64encode(bytes(before) + content).decode().rstrip("=")
        # A character of base64 holds six bits: those at either end may hold bits of a neighbour.
        whole = encoded[(before * 8 + 5) // 6 : (before + len(content)) * 8 // 6]
        if len(whole) >= _LEAST_OF_BASE64:
            pieces.append("".join({"+": r"[+-]", "/": "[/_]"}.get(each, each) for each in whole))
    return pieces
