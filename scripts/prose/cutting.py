"""Cuts a text into its sentences; put together again, they are the text to the last character."""

from __future__ import annotations

import re

# What ends a sentence: its mark before white space, a mark of Chinese or Japanese, an empty line, and a line that is a
# heading or the row of a table, or that stands before the beginning of another block. Nothing within backticks does.
_PIECE = re.compile(
    r"""
      `[^`]*`
    | (?P<end>
        [.!?][)\]"'\u201d\u2019*_]*(?=\s|$)
      | [\u3002\uff01\uff1f]
      | \n[^\S\n]*\n
      | (?:\A|(?<=\n))[^\S\n]*[#|][^\n]*\n?
      | \n(?=[^\S\n]*(?:[#|>+*-]|\d{1,9}[.)])[^\S\n])
      )
    | .
    """,
    re.VERBOSE | re.DOTALL,
)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, each as it stands in it; white space alone makes none."""
    found, begin = [], 0
    for piece in _PIECE.finditer(text):
        if piece["end"] is not None:
            found.append(text[begin : piece.end()])
            begin = piece.end()
    return [sentence for sentence in [*found, text[begin:]] if sentence.strip()]


def spaced(sentence: str) -> str:
    """Return a sentence with each stretch of white space as one space: how it is read, reviewed and quoted."""
    return " ".join(sentence.split())
