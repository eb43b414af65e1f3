"""Whatever a stranger wrote is one printable line in a message, and keeps within its quotes in Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.source.quoting import in_backticks, printable, quote, shown

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES, st.integers(1, 100))
def test_every_value_becomes_one_printable_line_of_limited_length(value: object, at_most: int) -> None:
    for text in (shown(value, at_most), quote(value, at_most), in_backticks(value, at_most)):
        assert text.isprintable()
        assert len(text) <= max(at_most + 2, len("an empty text"))


@given(VALUES)
def test_in_markdown_nothing_of_a_value_stands_outside_of_its_backticks(value: object) -> None:
    text = in_backticks(value)
    assert text == "an empty text" or (text.startswith("`") and text.endswith("`") and text.count("`") == 2)


@pytest.mark.parametrize(
    ("text", "shows"),
    [("a\nb", r"a\nb"), ("\x1b[31m", r"\x1b[31m"), ("\u202e", r"\u202e"), ("ü像", "ü像"), ("\ud800", r"\ud800")],
)
def test_what_is_not_printable_is_escaped_and_letters_of_all_scripts_are_kept(text: str, shows: str) -> None:
    assert printable(text) == shows


def test_line_feeds_are_kept_where_the_message_has_lines() -> None:
    assert printable("a\n\x07", keep="\n") == "a\n\\x07"
