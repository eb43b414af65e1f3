"""Of a key nothing is left in a report, however a server spells it, and wherever its words are cut."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import TypeAlias
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zai_image_conformance.redaction import redacted

Spelling: TypeAlias = Callable[[str], str]


def numbers(text: str) -> list[str]:
    """The text in UTF-16, in hexadecimal."""
    return re.findall("....", text.encode("utf-16-be").hex().upper())


IN_LETTERS: Mapping[str, Spelling] = {
    "as it is": str,
    "in capitals": str.upper,
    "JSON": lambda key: json.dumps(key)[1:-1],
    "JSON in JSON": lambda key: json.dumps(json.dumps(key)[1:-1])[1:-1],
    "JSON as PHP writes it": lambda key: json.dumps(key)[1:-1].replace("/", "\\/"),
    "JSON as Go writes it": lambda key: json.dumps(key)[1:-1].translate({ord(c): f"\\u{ord(c):04x}" for c in "<>&"}),
    "JSON, each letter by its number": lambda key: "".join(f"\\u{unit}" for unit in numbers(key)),
    "an address": lambda key: quote(key, safe=""),
    "an address as browsers write it": lambda key: quote(key, safe="!'()*~"),
    "a path": quote,
    "an address in an address": lambda key: quote(quote(key, safe=""), safe=""),
    "HTML": html.escape,
    "HTML in HTML": lambda key: html.escape(html.escape(key)),
    "HTML, each letter by its number": lambda key: "".join(f"&#{ord(letter)};" for letter in key),
    "HTML, each letter by its number to the base 16": lambda key: "".join(f"&#x{ord(letter):X};" for letter in key),
    "a shell": lambda key: "".join(f"\\{letter}" for letter in key),
    "hexadecimal": lambda key: key.encode().hex(),
}
IN_BASE64: Mapping[str, Callable[[bytes], bytes]] = {"standard": b64encode, "for addresses": urlsafe_b64encode}
KEYS = ["sk-1234567", "sk-or/v1+x", "a\"b<c>&d%'e", "0f" * 16 + "." + "Zz" * 8, "clé-猫-\U0001f408"]


@pytest.mark.parametrize("spelling", IN_LETTERS)
@given(text=st.text("☃ \n", max_size=60), key=st.sampled_from([*KEYS, "k"]), limit=st.integers(0, 160))
def test_a_key_is_taken_out_whole_and_nothing_else(spelling: str, text: str, key: str, limit: int) -> None:
    shown, complete = redacted(f"{text}{IN_LETTERS[spelling](key)}{text}", key, limit)
    assert len(shown) <= limit
    assert f"{text}[redacted]{text}".startswith(shown)
    assert not complete or shown == f"{text}[redacted]{text}"


@pytest.mark.parametrize("alphabet", IN_BASE64)
@given(before=st.binary(max_size=9), key=st.sampled_from(KEYS), behind=st.binary(max_size=9), padded=st.booleans())
def test_of_a_key_in_base64_no_letter_can_be_read(
    alphabet: str, before: bytes, key: str, behind: bytes, padded: bool
) -> None:
    encoded = IN_BASE64[alphabet](before + key.encode() + behind).decode()
    shown, _ = redacted(encoded if padded else encoded.rstrip("="), key, 500)
    left, found, right = shown.partition("[redacted]")
    assert found
    # Each holds six bits: those of a neighbour, up to four of the key, and behind up to four that fill it up.
    assert 6 * len(left) <= 8 * len(before) + 4
    assert 6 * len(right.rstrip("=")) <= 8 * len(behind) + 8


@given(st.text(max_size=300), st.integers(0, 200))
def test_without_a_key_a_text_is_cut_and_no_more(text: str, limit: int) -> None:
    assert redacted(text, None, limit) == (text[:limit], len(text) <= limit)
