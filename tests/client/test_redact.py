"""No text shows the key, in whatever spelling it repeats it, and no value that holds the key prints it."""

from __future__ import annotations

import base64
import copy
import html
import json
import pickle
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zai_image import _redact
from zai_image._redact import Key

KEY = "sk-SECRET/KEY+0123456789._~"
# A key's patterns take as long to compile as many a search.
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=60)

CHARACTERS: list[Callable[[str], str]] = [
    str,
    lambda c: f"%{ord(c):02x}",
    lambda c: f"%{ord(c):02X}",
    lambda c: f"%25{ord(c):02X}",
    html.escape,
    lambda c: f"&#{ord(c)};",
    lambda c: f"&#x{ord(c):04X};",
    lambda c: f"&amp;#{ord(c)};",
    lambda c: json.dumps(c)[1:-1],
    lambda c: json.dumps(json.dumps(c))[3:-3],
    lambda c: f"\\u{ord(c):04x}",
    lambda c: f"\\\\u{ord(c):04X}",
    lambda c: f"\\x{ord(c):02x}",
    lambda c: f"\\{ord(c):03o}",
    lambda c: f"\\{c}",
    lambda c: f"={ord(c):02X}",
    lambda c: f"{c}\0",
    lambda c: f"{c}\0\0\0",
]
"""How encoders spell a character; mixed, since most of them spell some characters only."""


@few
@given(KEYS, st.data())
def test_a_key_is_redacted_in_any_mixture_of_spellings(secret: str, data: st.DataObject) -> None:
    spelled = "".join(data.draw(st.sampled_from(CHARACTERS))(c) for c in secret)
    assert Key(secret).redact(f"<{spelled}>").strip("\0") == "<***>"


@few
@given(KEYS, st.lists(st.integers(0, 12), min_size=1, max_size=4), st.data())
def test_a_key_is_redacted_wherever_a_search_ends(secret: str, between: list[int], data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_redact, "_PIECE", data.draw(st.integers(1, 40)))
        spelled = ["".join(data.draw(st.sampled_from(CHARACTERS[:-2]))(c) for c in secret) for _ in between]
        text = "".join(f"{' ' * count}{each}" for count, each in zip(between, spelled, strict=True))
        assert Key(secret).redact(text) == "".join(f"{' ' * count}***" for count in between)


def among(others: int, key: str) -> str:
    """Return the key in base64, among so many other bytes."""
    return base64.b64encode(b"x" * others + key.encode() + b"y" * others).decode()


CODED: dict[str, Callable[[str], str]] = {
    "path": quote,
    "query": lambda key: quote(key, safe=""),
    "query, twice": lambda key: quote(quote(key, safe=""), safe=""),
    "lower case": str.lower,
    "upper case": str.upper,
    "hexadecimal": lambda key: key.encode().hex(),
    "hexadecimal, upper": lambda key: key.encode().hex().upper(),
    "hexadecimal, with colons": lambda key: key.encode().hex(":"),
    "a dump": lambda key: " ".join(f"0x{c:02x}" for c in key.encode()),
    "hexadecimal UTF-16": lambda key: key.encode("utf-16-le").hex(),
    "UTF-16": lambda key: key.encode("utf-16").decode(errors="replace"),
    "UTF-16, big": lambda key: key.encode("utf-16-be").decode(errors="replace"),
    "UTF-32": lambda key: key.encode("utf-32").decode(errors="replace"),
    **{f"base64 behind {before} bytes": partial(among, before) for before in range(6)},
    "base64 for addresses": lambda key: base64.urlsafe_b64encode(key.encode()).decode(),
    "base64 in lines": lambda key: base64.encodebytes(b"x" * 50 + key.encode()).decode(),
    "base64 of UTF-16": lambda key: base64.b64encode(key.encode("utf-16")).decode(),
    "basic authentication": lambda key: base64.b64encode(f"user:{key}".encode()).decode(),
}


@pytest.mark.slow
@pytest.mark.parametrize("spelling", CODED)
@few
@given(st.just(KEY) | KEYS)
def test_a_key_is_redacted_where_it_is_coded_as_a_whole(spelling: str, secret: str) -> None:
    shown = Key(secret).redact(f"<{CODED[spelling](secret)}>")
    assert "***" in shown
    # Of base64, what stands around the key may remain, and some bits of its ends.
    assert len(shown) < 80


@few
@given(KEYS, st.text())
def test_what_does_not_hold_the_key_stays_as_it_is(secret: str, text: str) -> None:
    key = Key("sk-0123456789" + secret)
    assert key.redact(text) == text


def test_a_key_is_redacted_wherever_it_stands() -> None:
    assert Key("sk-sk-sk").redact("no sk-sk-sk, sk-sk-sksk-sk-sk") == "no ***, ******"


def test_no_way_of_printing_a_key_shows_it() -> None:
    key = Key(KEY)
    assert key.redact(KEY) == "***"
    shown = f"{key} {key!r} {key!s} {key:} {vars(key)} {[key]} {key.__dict__!r} {key.problem}"
    assert not any(part in shown for part in ("SECRET", "0123456789"))
    for copied in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="a secret is not written to files"):
            copied(key)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("", "there is no API key: pass api_key=..., or set ZAI_API_KEY in the environment"),
        (b"sk", "the API key must be a string, not bytes"),
        ("sk one", "the API key holds spaces, line ends or characters outside ASCII; copy it again"),
        ("sk\n", "the API key holds spaces, line ends or characters outside ASCII; copy it again"),
        ("sk-\u00e9", "the API key holds spaces, line ends or characters outside ASCII; copy it again"),
        ("sk", None),
    ],
)
def test_a_key_with_which_nothing_can_be_sent_says_why(given: Any, problem: str | None) -> None:
    assert Key(given).problem == problem


def test_a_key_that_is_left_out_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZAI_API_KEY", KEY)
    assert Key(None).reveal() == KEY
    monkeypatch.delenv("ZAI_API_KEY")
    assert Key(None).problem is not None


@pytest.mark.parametrize("unit", ["x", "s", "%", "%25", "&amp;", "&#0", "\\", "\\0", "c2s", "c2 ", "73", "s\0"])
def test_a_long_text_is_searched_once(unit: str) -> None:
    # Of a pattern that starts over at each character, this would take hours.
    text = unit * (2**20 // len(unit))
    assert Key(KEY).redact(text) == text
