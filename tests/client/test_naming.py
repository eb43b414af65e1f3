"""Names of files: every system takes them, and they keep the letters of every script."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zai_image._naming import BYTES, LONGEST, part, slug

RESERVED = ["con", "PRN", "aux", "nul", "COM1", "com¹", "lpt9", "CONIN$"]
TEXTS = st.one_of(
    st.text(),
    st.builds("".join, st.tuples(st.sampled_from(RESERVED), st.sampled_from(["", ".txt", " .a.b", "."]))),
    st.text("aé-.: \\/\u0301\u200d", max_size=300),
)


def is_taken_by_every_system(name: str) -> bool:
    """Tell whether a name follows Microsoft's rules, which are the strictest, and fits into 255 bytes."""
    device = name.partition(".")[0].rstrip(" ").upper()
    return (
        not set(name) & set('<>:"/\\|?*')
        and name.isprintable()
        and not name.startswith((" ", "."))
        and not name.endswith((" ", "."))
        and device not in {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
        and not (device[:3] in ("COM", "LPT") and device[3:] in tuple("0123456789¹²³"))
        and len(name.encode()) <= BYTES + len("-image")
    )


@given(TEXTS)
@example("a" * 49 + "ि" * 30)
def test_a_slug_and_a_part_are_names_that_every_system_takes(text: str) -> None:
    assert is_taken_by_every_system(slug(text))
    assert is_taken_by_every_system(part(text))


@given(st.text(st.characters(categories=["L", "M", "N"]), max_size=LONGEST // 3))
def test_letters_marks_and_digits_of_every_script_stay(text: str) -> None:
    assert slug(text).removesuffix("-image") == unicodedata.normalize("NFC", text.lower())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A red fox, at night!", "a-red-fox-at-night"),
        ("हिन्दी में बिल्ली", "हिन्दी-में-बिल्ली"),
        ("தமிழ் பூனை", "தமிழ்-பூனை"),
        ("می‌خواهم", "میخواهم"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "con-image"),
        ("!?", ""),
    ],
)
def test_a_slug_is_the_words_of_a_text(text: str, expected: str) -> None:
    assert slug(text) == expected


@given(TEXTS)
def test_a_long_name_is_never_cut_between_a_letter_and_its_marks(text: str) -> None:
    whole = unicodedata.normalize("NFC", text.lower() + "e\u0301" * LONGEST)
    for name in (slug(whole), part(whole)):
        following = whole.partition(name)[2] if name else ""
        assert not following or unicodedata.category(following[0])[0] != "M"


@pytest.mark.parametrize(
    ("text", "expected"), [("IMG_001.v2", "IMG_001.v2"), ("a/b:c", "a-b-c"), ("..", ""), ("NUL.txt", "NUL-image.txt")]
)
def test_a_part_keeps_what_can_stay(text: str, expected: str) -> None:
    assert part(text) == expected
