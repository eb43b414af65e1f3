"""Sentences: how a description is cut into them, what each states, and that nothing in them is read over."""

from __future__ import annotations

import re
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.prose.statements import (
    Count,
    Days,
    Kind,
    Length,
    QualityDefaults,
    QualityLevel,
    QualitySupported,
    RulesError,
    Severity,
    SizeLimits,
    SizeValues,
    Statement,
    quote,
    read,
    sentences,
)
from tests.scripts.prose_documents import described, vendored

KINDS: tuple[Kind, ...] = ("size", "quality", "user_id", "images", "link", "severity")


def read_all(kind: Kind, description: str) -> list[Statement]:
    found = [read(kind, sentence, kind) for sentence in sentences(description)]
    return [statement for statement in found if statement is not None]


@pytest.mark.parametrize(
    ("description", "cut"),
    [
        ("", []),
        (" \n ", []),
        ("One.", ["One."]),
        ("One. Two", ["One.", "Two"]),
        ("One\nstill one.\nTwo.", ["One still one.", "Two."]),
        ("One\n\nTwo", ["One", "Two"]),
        ("One\n \t\nTwo\n\n", ["One", "Two"]),
        ("From 1.5 to 2.5. Two", ["From 1.5 to 2.5.", "Two"]),
        ("In `a. b` one. Two", ["In `a. b` one.", "Two"]),
        ("One `a`.`b` one. Two", ["One `a`.`b` one.", "Two"]),
        ("Open ` here. Two", ["Open ` here.", "Two"]),
    ],
)
def test_a_sentence_ends_with_a_full_stop_or_an_empty_line_and_never_in_backticks(
    description: str, cut: list[str]
) -> None:
    assert sentences(description) == cut


@given(st.text(alphabet="a1`. \n"))
def test_cutting_into_sentences_loses_nothing_but_white_space(description: str) -> None:
    assert re.sub(r"\s", "", "".join(sentences(description))) == re.sub(r"\s", "", description)


@pytest.mark.parametrize(
    ("sentence", "statement"),
    [
        ("`a` recommended enum values: `1x2` (default), `3x4`.", SizeValues(("a",), ((1, 2), (3, 4)), ((1, 2),))),
        ("`a`, `b` and `c-4.5` recommended values: 1x2", SizeValues(("a", "b", "c-4.5"), ((1, 2),), ())),
        ("Others model recommended enum values: `1x2`", SizeValues(("others",), ((1, 2),), ())),
        ("Other models recommended enum values: `1x2`", SizeValues(("others",), ((1, 2),), ())),
        ("Image size, recommended enum values: `1x2`", SizeValues(None, ((1, 2),), ())),
        ("Recommended enum values: `1x2` (default)", SizeValues(None, ((1, 2),), ((1, 2),))),
        (
            "Image size, default is `1x2`, recommended enum values: `3x4`, `1x2` (default)",
            SizeValues(None, ((3, 4), (1, 2)), ((1, 2), (1, 2))),
        ),
    ],
)
def test_recommended_sizes_are_read_in_every_known_wording(sentence: str, statement: Statement) -> None:
    assert read("size", sentence, "size") == statement


@pytest.mark.parametrize("sides", ["`512px-2048px`", "`512-2048`", "`512` and `2048px`", "512px to 2048 pixels"])
@pytest.mark.parametrize("divisor", ["be divisible by `16`", "be divisible by 16px", "be a multiple of `16`"])
@pytest.mark.parametrize("pixels", ["`2^21px`", "2^21", "`2097152`", "2097152 pixels", "`8^7px`"])
def test_limits_are_read_with_or_without_backticks_units_and_powers(sides: str, divisor: str, pixels: str) -> None:
    sentence = (
        f"Custom parameter: Both width and height must be between {sides}, and must {divisor}, and the maximum pixel "
        f"count must not exceed {pixels}."
    )
    assert read("size", sentence, "size") == SizeLimits(512, 2048, 16, 2**21)


@given(st.integers(0, 10**9 - 1), st.integers(0, 10**9 - 1), st.integers(0, 10**9 - 1), st.integers(0, 99))
def test_the_numbers_read_are_the_numbers_written(least: int, greatest: int, step: int, exponent: int) -> None:
    sentence = (
        f"Custom parameter: Both width and height must be between `{least}px-{greatest}px`, and must be divisible by "
        f"`{step}`, and the maximum pixel count must not exceed `2^{exponent}px`."
    )
    assert read("size", sentence, "size") == SizeLimits(least, greatest, step, 2**exponent)


@pytest.mark.parametrize(
    ("kind", "sentence", "statement"),
    [
        (
            "quality",
            "`a` default is `hd`, others model is `standard`.",
            QualityDefaults(((("a",), "hd"), (("others",), "standard"))),
        ),
        (
            "quality",
            "`a` default is `x`, `b` and `c` is `y`, and other models default is `z`.",
            QualityDefaults(((("a",), "x"), (("b", "c"), "y"), (("others",), "z"))),
        ),
        ("quality", "Default is `standard`.", QualityDefaults(((None, "standard"),))),
        ("quality", "`hd`: Nice, but takes about `20` seconds.", QualityLevel("hd", (20, 20))),
        ("quality", "`standard`: Quick, takes about `5-10` seconds.", QualityLevel("standard", (5, 10))),
        ("quality", "`standard`: Quick, takes about 5 to 10 seconds.", QualityLevel("standard", (5, 10))),
        ("quality", "`draft`: Quick.", QualityLevel("draft", None)),
        ("quality", "This parameter is only supported for `a` and `b`.", QualitySupported(("a", "b"))),
        ("user_id", "ID length: 6 to 128 characters.", Length(6, 128)),
        ("user_id", "ID length must be between `6` and `128` characters.", Length(6, 128)),
        ("link", "The temporary link expires after `30` days, please store it promptly.", Days(30)),
        ("link", "The link expires after 1 day.", Days(1)),
        ("images", "Currently, the array only contains one image.", Count(1)),
        ("images", "The array only contains `4` images.", Count(4)),
        ("images", "Array, containing the generated image `URL`.", Count(None)),
        (
            "severity",
            "Severity level `level 0-3`, `level 0` is most severe, `3` is least severe.",
            Severity((0, 3), (("most", 0), ("least", 3))),
        ),
        (
            "severity",
            "Severity level 1 to 5, 1 is the least severe and 5 is the most severe.",
            Severity((1, 5), (("least", 1), ("most", 5))),
        ),
    ],
)
def test_every_other_promise_is_read_in_every_known_wording(kind: Kind, sentence: str, statement: Statement) -> None:
    assert read(kind, sentence, kind) == statement


@pytest.mark.parametrize("kind", KINDS)
def test_a_remark_states_nothing(kind: Kind) -> None:
    assert (
        read_all(kind, "Image size. The end user's ID, helping the platform (and others) intervene; see [here].") == []
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "unread",
    [
        *("Rows are even by 7", "Uses `x`", "Holds two rows", "A dozen rows", "About 1.5 rows", "Half a row", "In %"),
        *("The image must be square", "Only on Mondays", "Not for you", "No larger", "Unless asked", "At most a few"),
        *("The default differs", "Sides \u2264 half", "Rows of \uff17", "Rows of \u00b2", "Rows of \u2167", "\u4e00"),
        "An unclosed `code",
    ],
)
def test_a_sentence_with_a_number_a_code_or_a_word_that_sets_or_lifts_a_rule_is_read_or_refused(
    kind: Kind, unread: str
) -> None:
    with pytest.raises(RulesError, match=f"^{kind}: no rule reads this sentence") as refused:
        read_all(kind, f"Fine. {unread}. Fine.")
    assert quote(f"{unread}.") in str(refused.value) or quote(f"{unread}. Fine.") in str(refused.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("intruder", ["7", "`x`", "seven", "1024x1024", "2^3", "not"])
def test_nothing_slips_in_between_the_words_of_the_page(kind: Kind, intruder: str) -> None:
    words = described(vendored())[kind]["description"].split(" ")
    slipped = []
    for place in range(len(words) + 1):
        description = " ".join([*words[:place], intruder, *words[place:]])
        try:
            read_all(kind, description)
        except RulesError:
            continue
        slipped.append(description)
    assert slipped == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Custom parameter: Both width and height must be between `512-2048`, and must be divisible by `16`.",
        "`a` recommended enum values: `1280X1280` (default).",
        "`a` recommended enum values: `1280x1280` (default) or `1x1`.",
        "`a` recommended enum values: `12801280128012801280x1` (default).",
        "`a` recommended enum values: `1280x1280` (preset).",
        "Custom parameter: Both width and height must be between `512-2048`, and must be divisible by `1\uff16`, and "
        "the maximum pixel count must not exceed `2^21px`.",
        "Custom parameter: Both width and height must be between `512-2048-4096`, and must be divisible by `16`, and "
        "the maximum pixel count must not exceed `2^21px`.",
        "Custom parameter: Both width and height must be between `512-2048`, and must be divisible by `16`, and the "
        "maximum pixel count must not exceed `2^9999999`.",
        "Custom parameter: Both width and height must be between `512-2048`, and must be divisible by `16`, and the "
        "maximum pixel count must not exceed `2^21px`, except on Mondays.",
    ],
)
def test_a_sentence_that_is_almost_a_rule_is_refused(sentence: str) -> None:
    with pytest.raises(RulesError, match=r"^size: no rule reads this sentence"):
        read("size", sentence, "size")


def test_the_message_says_from_where_on_it_cannot_be_read_and_what_to_do() -> None:
    with pytest.raises(RulesError) as refused:
        read("user_id", "ID length: 6 to 128 letters.", "user_id in the request to /images")
    assert str(refused.value) == (
        'user_id in the request to /images: no rule reads this sentence from "letters" on: '
        '"ID length: 6 to 128 letters."; teach scripts/prose/statements.lark to read it'
    )


def test_foreign_text_is_quoted_on_one_line_without_what_a_terminal_would_act_on() -> None:
    assert quote("a\nb\x1b[31m\u202e\u00e9") == '"a\\nb\\x1b[31m\\u202e\u00e9"'
    assert quote("x" * 10_000, 10) == '"xxxxxxxxxx\u2026"'


@given(st.text(alphabet=st.sampled_from(list("aZ0129x^`.,:()-~ \n'\"\\{}%#\u00e9\uff11")), max_size=200))
def test_any_description_is_read_or_refused_on_one_line(description: str) -> None:
    for kind in KINDS:
        try:
            read_all(kind, description)
        except RulesError as refused:
            message = str(refused)
        else:
            message = ""
            assert re.findall(r"[0-9`]", description) == []
        assert message.isprintable()


def test_a_long_description_is_read_in_a_moment() -> None:
    assert read_all("size", "word " * 30_000) == []
    assert len(sentences("`" * 100_001)) == 1
    values = ", ".join(["`1024x1024`"] * 5_000)
    (found,) = read_all("size", f"`a` recommended enum values: {values}.")
    assert len(cast(SizeValues, found).values) == 5_000
