"""One sentence: cut without losing a character, and read by a phrase from end to end or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scripts.prose.cutting import sentences, spaced
from scripts.prose.phrases import REST, SAME, Clause, Statement, read
from scripts.prose.properties import Property
from scripts.rules.constraint import Condition

A, AB = Condition(("a",)), Condition(("a", "b"))


def prop(name: str, kind: str, **schema: Any) -> Property:
    return Property("/p", name, "request", "/", (({"type": kind, **schema}, "/p"),), ("a", "b"))


SIZE, PROMPT, USER = (prop(name, "string") for name in ("size", "prompt", "user_id"))
N, RATIO, LEVEL, DATA = prop("n", "integer"), prop("ratio", "number"), prop("level", "integer"), prop("data", "array")


# --- cutting ---


@given(st.text() | st.text("ab .!?`\n|#-*>1)。\u00a0\t", max_size=60))
@example("A `b. c` d. E? F! G。H")
def test_the_sentences_of_a_text_are_the_text(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Of `1.5. x` pixels. Next", ["Of `1.5. x` pixels.", "Next"]),
        ("Version 1.5 of a.b is it.", ["Version 1.5 of a.b is it."]),
        ("One\n\nTwo\r\n\r\nThree\nstill three", ["One", "Two", "Three still three"]),
        ("甲。乙\uff01丙", ["甲。", "乙\uff01", "丙"]),
        ("(One.) Two", ["(One.)", "Two"]),
        ("Models:\n- `a`\n- `b`\n1. One", ["Models:", "- `a`", "- `b`", "1.", "One"]),
        (
            "# Title\nText\n| a | b |\n|---|---|\n| 1. | 2 |\nEnd",
            ["# Title", "Text", "| a | b |", "|---|---|", "| 1. | 2 |", "End"],
        ),
        (" \u00a0\n ", []),
    ],
)
def test_a_sentence_ends_with_its_mark_its_paragraph_or_its_block(text: str, expected: list[str]) -> None:
    assert list(map(spaced, sentences(text))) == expected


# --- phrases ---

READ: list[tuple[Property, str, list[Clause]]] = [
    (
        SIZE,
        "`a` recommended enum values: `1x2` (default), `3x4`.",
        [Clause("recommended", ["1x2", "3x4"], A), Clause("default", "1x2", A)],
    ),
    (
        SIZE,
        "`a` and `b` recommended sizes: 1x2 (default)",
        [Clause("recommended", ["1x2"], AB), Clause("default", "1x2", AB)],
    ),
    (SIZE, "Others model recommended enum values: `1x2`", [Clause("recommended", ["1x2"], REST)]),
    (SIZE, "All other models recommended values: `1x2`", [Clause("recommended", ["1x2"], REST)]),
    (
        SIZE,
        "Image size, default is `1x2`, recommended enum values: `1x2`",
        [Clause("recommended", ["1x2"]), Clause("default", "1x2")],
    ),
    (
        SIZE,
        "Custom parameter: Both width and height must be between `8px-64px`, and must be divisible by `8`, "
        "and the maximum pixel count must not exceed `2^10px`.",
        [
            Clause("minSide", 8, SAME),
            Clause("maxSide", 64, SAME),
            Clause("sideMultipleOf", 8, SAME),
            Clause("maxPixels", 1024, SAME),
        ],
    ),
    (
        SIZE,
        "Custom size: width and height should be at least 8px and at most 64px, and a multiple of 8, "
        "and the maximum pixel count "
        "should not exceed 1000 pixels",
        [
            Clause("minSide", 8, SAME),
            Clause("maxSide", 64, SAME),
            Clause("sideMultipleOf", 8, SAME),
            Clause("maxPixels", 1000, SAME),
        ],
    ),
    (PROMPT, "Default is `x`.", [Clause("default", "x")]),
    (PROMPT, "The default value is `x`.", [Clause("default", "x")]),
    (PROMPT, "Defaults to `x`.", [Clause("default", "x")]),
    (PROMPT, "`a` default is `x`, others model is `y`.", [Clause("default", "x", A), Clause("default", "y", REST)]),
    (PROMPT, "`a`, `b` defaults to `x`.", [Clause("default", "x", AB)]),
    (PROMPT, "Possible values: `x`, `y` and `z`.", [Clause("enum", ["x", "y", "z"])]),
    (PROMPT, "Must be one of `x`, `y`.", [Clause("enum", ["x", "y"])]),
    (
        PROMPT,
        "This parameter is only supported by `a`.",
        [Clause("supported", False, Condition(("a",), excluded=True))],
    ),
    (
        PROMPT,
        "Only `a` and `b` support this parameter.",
        [Clause("supported", False, Condition(("a", "b"), excluded=True))],
    ),
    (PROMPT, "Only for `a`.", [Clause("supported", False, Condition(("a",), excluded=True))]),
    (PROMPT, "Not supported by `a`.", [Clause("supported", False, A)]),
    (USER, "ID length: 6 to 128 characters.", [Clause("minLength", 6), Clause("maxLength", 128)]),
    (
        USER,
        "The `user_id` must be between 6 and 128 characters long.",
        [Clause("minLength", 6), Clause("maxLength", 128)],
    ),
    (PROMPT, "Maximum length is 1000 characters.", [Clause("maxLength", 1000)]),
    (PROMPT, "Max length: 1000 characters.", [Clause("maxLength", 1000)]),
    (PROMPT, "- Up to `1000` characters", [Clause("maxLength", 1000)]),
    (PROMPT, "Prompts are limited to 1000 characters.", [Clause("maxLength", 1000)]),
    (PROMPT, "The prompt cannot exceed 1000 characters.", [Clause("maxLength", 1000)]),
    (PROMPT, "Must have at least two characters.", [Clause("minLength", 2)]),
    (DATA, "Currently, the array only contains one image.", [Clause("minItems", 1), Clause("maxItems", 1)]),
    (DATA, "The array contains up to four images.", [Clause("maxItems", 4)]),
    (DATA, "At least 2 items.", [Clause("minItems", 2)]),
    (N, "Value range: `1`-`10`.", [Clause("minimum", 1), Clause("maximum", 10)]),
    (N, "Must be between 1 and 10.", [Clause("minimum", 1), Clause("maximum", 10)]),
    (RATIO, "The ratio must be at least 0.5.", [Clause("minimum", 0.5)]),
    (N, "Maximum: 10.", [Clause("maximum", 10)]),
    (N, "Must be a multiple of 4.", [Clause("multipleOf", 4)]),
    (
        LEVEL,
        "Severity level `level 0-3`, `level 0` is most severe, `3` is least severe.",
        [Clause("minimum", 0), Clause("maximum", 3), Clause("mostSevere", 0), Clause("leastSevere", 3)],
    ),
    (PROMPT, "The temporary link expires after `24` hours.", [Clause("lifetime", 86_400)]),
    (PROMPT, "The URL is valid for seven days.", [Clause("lifetime", 604_800)]),
]


@pytest.mark.parametrize(("described", "sentence", "clauses"), READ, ids=[case[1][:60] for case in READ])
def test_a_phrase_states_its_rule(described: Property, sentence: str, clauses: list[Clause]) -> None:
    assert read(sentence, described) == Statement(tuple(clauses))
    assert read(sentence.upper().replace("`A`", "`a`").replace("`B`", "`b`"), described) is not None


@pytest.mark.parametrize(
    ("described", "sentence", "clauses", "free"),
    [
        (
            PROMPT,
            "`hd`: Is finer, but takes about `20` seconds.",
            [Clause("typicalSeconds", {"hd": [20, 20]})],
            "Is finer, but",
        ),
        (
            PROMPT,
            "`hd`: Is finer, takes about `5-10` seconds.",
            [Clause("typicalSeconds", {"hd": [5, 10]})],
            "Is finer,",
        ),
        (PROMPT, "The link expires after 1 day, store it 7 times.", [Clause("lifetime", 86_400)], "store it 7 times"),
        (
            N,
            "Number of images, except on `Sundays`, up to 4.",
            [Clause("maximum", 4)],
            "Number of images, except on `Sundays`",
        ),
    ],
)
def test_free_wording_within_a_sentence_is_handed_on_for_review(
    described: Property, sentence: str, clauses: list[Clause], free: str
) -> None:
    assert read(sentence, described) == Statement(tuple(clauses), (free,))


@pytest.mark.parametrize(
    ("described", "sentence"),
    [
        (USER, "ID length: 6 to 128 bytes."),
        (USER, "ID length: fifteen to sixty characters."),
        (PROMPT, "Maximum length is 1000 tokens."),
        (PROMPT, "Maximum length is 1000."),
        (PROMPT, "`hd`: Is finer, but takes about `20` minutes."),
        (PROMPT, "The negative prompt is limited to 100 characters."),
        (PROMPT, "ID length: 6 to 128 characters."),
        (N, "Maximum length is 1000 characters."),
        (DATA, "Must be between 1 and 10."),
        (PROMPT, "Up to 4."),
        (N, "Up to 4 items."),
        (N, "Up to 4 million."),
        (PROMPT, "Default is `x` on Sundays."),
        (PROMPT, "Possible values include `x` and `y`."),
        (PROMPT, "Only supported by paid plans."),
        (SIZE, "Custom sizes are currently unsupported."),
        (SIZE, "Width and height have to be equal."),
        (
            SIZE,
            "Custom size: width and height must be between 8 and 64, and the maximum pixel count must not exceed 9",
        ),
        (DATA, "The array contains images."),
        (PROMPT, "The link expires after 7 months."),
        (PROMPT, "Must&nbsp;be one of `x`, `y`."),
        (PROMPT, "Must be one of `x`\u200b, `y`."),
    ],
)
def test_another_unit_subject_type_or_word_is_not_read(described: Property, sentence: str) -> None:
    assert read(sentence, described) is None


@given(st.sampled_from(READ), st.text("abcxyz019 `", min_size=1, max_size=12), st.integers(0, 200))
def test_a_word_put_into_a_sentence_that_is_read_changes_what_is_read_or_stops_it(
    case: tuple[Property, str, list[Clause]], word: str, at: int
) -> None:
    described, sentence, clauses = case
    words = sentence.split()
    words.insert(at % (len(words) + 1), word)
    changed = spaced(" ".join(words))
    if changed == sentence or not word.strip():
        return
    found = read(changed, described)
    if found is not None and found.clauses == tuple(clauses):
        # What was put in is a way to say the same, or it is handed on for review.
        assert (
            found.free
            or spaced(word).lower() in "must be has is the this its value `a` parameter field property text it"
        )
