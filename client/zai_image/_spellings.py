"""The spellings that encoders have for a secret, as patterns that find each of them in a text."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from html.entities import html5
from typing import Final

# Shorter runs of base64 or hexadecimal digits stand in many a text by chance.
_SHORTEST: Final = 6


def patterns(secret: str) -> tuple[re.Pattern[str], ...]:
    """Return what finds the secret: character by character in any mixture of spellings, or coded as a whole."""
    # A run of backslashes is tried from its begin alone.
    begin = r"(?!(?<=\\)\\)"
    found = [re.compile(begin + "".join(f"(?:{'|'.join(_character(c))})\0*" for c in secret))]
    coded = sorted({*_base64(secret), *_hexadecimal(secret)}, key=len, reverse=True)
    return (*found, *map(re.compile, coded))


def _character(c: str) -> Iterator[str]:
    """Spell one character. Each spelling begins with a plain character, by which a search runs many times faster."""
    code = ord(c)
    digits = "".join(_either_case(digit) for digit in f"{code:02x}")
    yield from {re.escape(c), re.escape(c.lower()), re.escape(c.upper())}
    yield f"%(?:25)*{digits}"
    names = "|".join(sorted(re.escape(name.rstrip(";")) for name, value in html5.items() if value == c))
    yield f"&(?:amp;)*(?:#0*{code}|#[xX]0*{digits}{f'|{names}' if names else ''});?"
    # Encoders that come one after the other double what is there.
    yield rf"\\++(?:u00{digits}|u\{{0*{digits}\}}|x{digits}|0*{code:o}|{re.escape(c)})" if c != "\\" else r"\\{2,8}"
    yield f"={digits}"


def _either_case(digit: str) -> str:
    return f"[{digit}{digit.upper()}]" if digit.isalpha() else digit


def _base64(secret: str) -> Iterator[str]:
    """Spell the characters that the secret alone decides, wherever in a longer text it begins."""
    for content in (secret.encode(), secret.encode("utf-16-le"), secret.encode("utf-16-be")):
        for before in range(3):
            sure = b64encode(bytes(before) + content).decode()[(0, 2, 3)[before] : (before + len(content)) * 8 // 6]
            if len(sure) >= _SHORTEST:
                spelled = (
                    {"+": "(?:[+-]|%2[bB])", "/": r"(?:\\?[/_]|%2[fF])"}.get(character, character) for character in sure
                )
                yield r"\s*".join(spelled) + r"[\w+/-]{0,2}={0,2}"


def _hexadecimal(secret: str) -> Iterator[str]:
    if len(secret) * 2 >= _SHORTEST:
        pairs = ("".join(map(_either_case, f"{code:02x}")) for code in secret.encode())
        yield r"(?:00)?[\s:,-]*(?:0x|\\x)?".join(pairs)
