"""Gives whatever a document names a name in Python: any text gets one, and no two get the same."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z_]+")


def attributes(texts: Iterable[str], taken: Collection[str] = ()) -> dict[str, str]:
    """Return for each text a lower-case identifier, such as ``user_id`` for ``User-ID``.

    None begins with an underscore, is a keyword or is taken. Templates put an underscore in front of all that they
    name themselves, so no name of a document can stand in for one of theirs.

    Args:
        texts: What the document names. A text that is such an identifier keeps it, whatever else comes near it.
        taken: Names with another meaning where these will stand.
    """
    return _unique(texts, lambda words: "_".join(words).lower(), "x_", taken)


def classes(texts: Iterable[str], taken: Collection[str] = ()) -> dict[str, str]:
    """Return for each text an identifier that begins with a capital, such as ``CreateImageRequest``."""
    return _unique(texts, lambda words: "".join(word[0].upper() + word[1:] for word in words), "X", taken)


def constants(texts: Iterable[str], taken: Collection[str] = ()) -> dict[str, str]:
    """Return for each text an identifier in capitals, such as ``IMAGES_GENERATE``."""
    return _unique(texts, lambda words: "_".join(words).upper(), "X_", taken)


def _unique(
    texts: Iterable[str], spell: Callable[[list[str]], str], prefix: str, taken: Collection[str]
) -> dict[str, str]:
    wanted = {text: _identifier(spell(_words(text)), prefix) for text in texts}
    used = set(taken)
    found: dict[str, str] = {}
    for text in sorted(wanted, key=lambda text: wanted[text] != text):
        name, number = wanted[text], 1
        while name in used or keyword.iskeyword(name):
            name = f"{wanted[text]}_{'' if number == 1 else number}"
            number += 1
        used.add(name)
        found[text] = name
    return {text: found[text] for text in wanted}


def _words(text: str) -> list[str]:
    """Return the parts of a text that may stand in an identifier."""
    plain = "".join(c if f"a{c}".isidentifier() else "_" for c in unicodedata.normalize("NFKC", text))
    return _WORD.findall(plain)


def _identifier(name: str, prefix: str) -> str:
    """Return a name as Python reads it, with a prefix where it does not begin as it must."""
    name = unicodedata.normalize("NFKC", name) or "unnamed"
    begins = name[0].isupper() and name[0].isascii() if prefix.isupper() or prefix[0].isupper() else name.isidentifier()
    return name if begins and name.isidentifier() else f"{prefix}{name}"
