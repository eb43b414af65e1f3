"""The size rules and their checker: every pair of sides, every form of a size, and what a violation says."""

from __future__ import annotations

import pickle
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from zai_image_api.sizes import SIZE_RULES, Size, SizeLike, check, rule_for, text


@frozen
class Stated:
    """The rule of a model as a person reads it on the page, independent of anything derived."""

    sides: range
    max_pixels: int
    recommended: str


GLM_IMAGE = Stated(
    range(1024, 2048 + 1, 32), 2**22, "1280x1280 1568x1056 1056x1568 1472x1088 1088x1472 1728x960 960x1728"
)
OTHERS = Stated(range(512, 2048 + 1, 16), 2**21, "1024x1024 768x1344 864x1152 1344x768 1152x864 1440x720 720x1440")
STATED = {"glm-image": GLM_IMAGE, "cogview-4-250304": OTHERS, "a-model-of-next-year": OTHERS}
GREATEST = 4200

models = pytest.mark.parametrize("model", STATED)


def stated_validity(stated: Stated) -> npt.NDArray[np.bool_]:
    """Whether each pair of sides from 0 to GREATEST is valid, indexed by width and height."""
    sides = np.arange(GREATEST + 1)
    allowed = np.zeros(GREATEST + 1, dtype=bool)
    allowed[list(stated.sides)] = True
    valid = np.outer(allowed, allowed) & (np.outer(sides, sides) <= stated.max_pixels)
    for size in stated.recommended.split():
        width, height = size.split("x")
        valid[int(width), int(height)] = True
    return valid


def sides_of_interest(stated: Stated) -> list[int]:
    """The grid from one step under to one step over the limits, the neighbours of each side on it, and far ones."""
    step = stated.sides.step
    grid = range(stated.sides[0] - step, stated.sides[-1] + 2 * step, step)
    near = {side + offset for side in grid for offset in (-1, 0, 1)}
    recommended = {int(side) for size in stated.recommended.split() for side in size.split("x")}
    return sorted(near | recommended | {0, 1, step, GREATEST})


# Proof over all 17.6 million pairs in two parts. `check` finds nothing exactly if `keeps_limits` or the size is
# recommended; that decision is walked for every pair, through the very method, which also judges whole arrays. That
# `check` goes by it is then shown with every side of 0..4200 in either place, and with every pair of sides at which a
# limit, the grid or the pixel count can change the outcome.


@models
def test_the_decision_is_the_stated_one_for_every_pair_of_sides_up_to_4200(model: str) -> None:
    rule = rule_for(model)
    sides = np.arange(GREATEST + 1, dtype=np.int64)
    decided = np.array(rule.keeps_limits(cast(Any, sides[:, None]), cast(Any, sides[None, :])))
    for width, height in rule.recommended:
        decided[width, height] = True
    assert np.array_equal(decided, stated_validity(STATED[model]))


@models
def test_check_follows_the_decision_wherever_it_can_change(model: str) -> None:
    valid = stated_validity(STATED[model])
    sides = sides_of_interest(STATED[model])
    wrong = [(w, h) for w in sides for h in sides if (check(model, (w, h)) == []) != valid[w, h]]
    assert wrong == []


@models
def test_each_side_up_to_4200_gives_exactly_its_own_violations_in_either_place(model: str) -> None:
    stated = STATED[model]
    partner = stated.sides[0]
    recommended = stated.recommended.split()
    for side in range(GREATEST + 1):
        expected = ["min_side"] * (side < stated.sides[0])
        expected += ["max_side"] * (side > stated.sides[-1])
        expected += ["step"] * bool(side % stated.sides.step)
        expected += ["max_pixels"] * (side * partner > stated.max_pixels)
        for size in (Size(side, partner), Size(partner, side)):
            if str(size) not in recommended:
                assert [violation.rule for violation in check(model, size)] == expected, size


def test_the_number_of_valid_sizes_is_known() -> None:
    counts = {model: int(stated_validity(stated).sum()) for model, stated in STATED.items()}
    assert counts == {"glm-image": 1091, "cogview-4-250304": 6839, "a-model-of-next-year": 6839}


@models
def test_the_recommended_sizes_are_the_pages_in_its_order_and_the_first_is_the_default(model: str) -> None:
    rule = rule_for(model)
    assert [str(size) for size in rule.recommended] == STATED[model].recommended.split()
    assert rule.default == rule.recommended[0]
    assert all(check(model, str(size)) == [] for size in rule.recommended)


def test_a_recommended_size_of_one_model_is_judged_by_the_limits_of_another() -> None:
    assert check("glm-image", "1728x960") == []
    assert check("cogview-4-250304", "1728x960") == []
    assert [violation.rule for violation in check("glm-image", "1440x720")] == ["min_side", "step"]


REFUSED_FORMS = {
    "upper-case X": "1024X1024",
    "multiplication sign": "1024\u00d71024",
    "asterisk": "1024*1024",
    "space before": " 1024x1024",
    "space after": "1024x1024 ",
    "spaces around the x": "1024 x 1024",
    "no-break space": "1024\u00a0x1024",
    "newline after": "1024x1024\n",
    "newline before": "\n1024x1024",
    "carriage return": "1024x1024\r",
    "NUL": "1024x1024\0",
    "plus sign": "+1024x1024",
    "minus sign": "-1024x1024",
    "minus on the height": "1024x-1024",
    "leading zero": "01024x1024",
    "leading zero on the height": "1024x01024",
    "two zeros": "00x1024",
    "full-width digits": "\uff11\uff10\uff12\uff14x\uff11\uff10\uff12\uff14",
    "one full-width digit in the width": "102\uff14x1024",
    "one full-width digit in the height": "1024x102\uff14",
    "Arabic-Indic digits": "\u0661\u0660\u0662\u0664x\u0661\u0660\u0662\u0664",
    "superscript": "102\u2074x1024",
    "full-width x": "1024\uff581024",
    "Cyrillic x": "1024\u04451024",
    "trailing text": "1024x1024px",
    "units": "1024pxx1024px",
    "leading text": "size 1024x1024",
    "three sides": "1024x1024x3",
    "one side": "1024",
    "no height": "1024x",
    "no width": "x1024",
    "only x": "x",
    "empty": "",
    "ratio": "16:9",
    "decimal point": "1024.0x1024.0",
    "exponent": "1e3x1e3",
    "hexadecimal": "0x400x0x400",
    "underscore": "1_024x1_024",
    "comma": "1,024x1,024",
    "quoted": '"1024x1024"',
    "word": "auto",
    "very long": "1" * 100_000 + "x1024",
    "very long height": "1024x" + "1" * 100_000,
    "ten digits": "1234567890x1024",
}


@pytest.mark.parametrize("form", REFUSED_FORMS.values(), ids=REFUSED_FORMS.keys())
@models
def test_a_string_of_any_other_form_is_refused_as_such_on_one_short_line(model: str, form: str) -> None:
    (violation,) = check(model, form)
    assert violation.rule == "form"
    assert violation.message.isascii()
    assert violation.message.isprintable()
    assert len(violation.message) < 200
    with pytest.raises(ValueError, match="is not a size: write WIDTHxHEIGHT"):
        Size.parse(form)


@pytest.mark.parametrize(
    "size",
    [
        None,
        1024,
        (1024,),
        (1024, 1024, 3),
        [1024, 1024],
        (1024.0, 1024.0),
        ("1024", "1024"),
        (True, 1024),
        (10**5000, 1),
    ],
    ids=["None", "int", "one side", "three sides", "list", "floats", "strings", "bool", "a number too long to print"],
)
def test_a_value_that_is_no_size_is_refused_as_such(size: object) -> None:
    assert [violation.rule for violation in check("glm-image", cast(SizeLike, size))] == ["form"]


@pytest.mark.parametrize("side", [10**9, -(10**9), 10**9 + 7])
def test_a_side_has_at_most_nine_digits(side: int) -> None:
    for size in ((side, 1), (1, side)):
        assert [violation.rule for violation in check("glm-image", size)] == ["form"]
    assert "form" not in [violation.rule for violation in check("glm-image", (10**9 - 1, 1 - 10**9))]


@given(st.text())
def test_text_is_a_size_exactly_if_writing_what_was_read_gives_it_back(text: str) -> None:
    try:
        size = Size.parse(text)
    except ValueError:
        assert check("glm-image", text)[0].rule == "form"
    else:
        assert str(size) == text


@given(st.integers(0, 10**9 - 1), st.integers(0, 10**9 - 1))
def test_a_written_size_is_read_back(width: int, height: int) -> None:
    assert Size.parse(str(Size(width, height))) == (width, height)


@given(st.sampled_from(list(STATED)), st.integers(-3000, 10**9 - 1), st.integers(-3000, 10**9 - 1))
def test_string_pair_and_size_are_judged_alike(model: str, width: int, height: int) -> None:
    found = check(model, (width, height))
    assert check(model, Size(width, height)) == found
    if width >= 0 and height >= 0:
        assert check(model, f"{width}x{height}") == found


def test_every_broken_rule_is_named_with_value_limit_sentence_and_what_works() -> None:
    found = check("cogview-4-250304", "500x4100")
    assert [(violation.rule, violation.value, violation.limit) for violation in found] == [
        ("min_side", 500, 512),
        ("step", 500, 16),
        ("max_side", 4100, 2048),
        ("step", 4100, 16),
    ]
    sentence = rule_for("cogview-4-250304").custom_sentence
    assert {violation.sentence for violation in [*found, *check("cogview-4-250304", "2048x2048")]} == {sentence}
    assert [str(violation) for violation in found] == [
        "width 500 is too small: at least 512 pixels",
        "width 500 is not divisible by 16: 512 is the nearest that works",
        "height 4100 is too large: at most 2048 pixels",
        "height 4100 is not divisible by 16: 2048 is the nearest that works",
    ]
    (pixels,) = check("cogview-4-250304", "2048x1040")
    assert (pixels.rule, pixels.value, pixels.limit) == ("max_pixels", 2048 * 1040, 2**21)


def test_a_size_is_spelt_for_the_wire_and_what_is_none_is_left_for_check() -> None:
    assert [text(size) for size in (Size(1280, 720), (1280, 720), "1280x720", "16:9")] == ["1280x720"] * 3 + ["16:9"]
    assert check("glm-image", text(cast(SizeLike, [1280, 720]))) != []


@pytest.mark.parametrize("sign", [1, -1])
def test_a_number_of_more_digits_than_python_prints_is_no_size(sign: int) -> None:
    number = sign * 10**5000
    for size in (number, (number, 1), Size(1, number), [number]):
        (violation,) = check("glm-image", text(cast(SizeLike, size)))
        assert violation.rule == "form"
        assert violation.message.startswith(f"'this {type(size).__name__}' is not a size: write WIDTHxHEIGHT")


def test_the_rules_are_values_that_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        cast(Any, SIZE_RULES)["others"] = None
    with pytest.raises(AttributeError):
        cast(Any, rule_for("glm-image")).step = 1
    assert pickle.loads(pickle.dumps(rule_for("glm-image"))) == rule_for("glm-image")
    assert pickle.loads(pickle.dumps(check("glm-image", "1x1"))) == check("glm-image", "1x1")


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ("16:9", "'16:9'"),
        ("é" * 8, "'" + r"\xe9" * 8 + "'"),
        (None, "None"),
        ((1024.0, 1024), "(1024.0, 1024)"),
        ("x" * 58, "'" + "x" * 58 + "'"),
        ("x" * 59, "'" + "x" * 56 + "..."),
        ((10**5000, 1), "this tuple"),
    ],
)
def test_what_is_no_size_is_shown_as_python_spells_it_on_at_most_sixty_characters(size: Any, shown: str) -> None:
    (violation,) = check("glm-image", size)
    assert len(shown) <= 60
    assert (violation.value, violation.limit) == (shown, "WIDTHxHEIGHT")
    assert violation.sentence == rule_for("glm-image").recommended_sentence
    form = "WIDTHxHEIGHT: two plain decimal integers joined by a lower-case x, such as 1024x1024"
    assert violation.message == f"{shown} is not a size: write {form}"
    if isinstance(size, str):
        with pytest.raises(ValueError, match="is not a size") as refused:
            Size.parse(size)
        assert str(refused.value) == violation.message


@pytest.mark.parametrize("size", [[1280, 720], 1280, (1280,), (1280.0, 720)])
def test_what_is_no_size_is_spelt_as_python_has_it(size: Any) -> None:
    assert text(size) == str(size)


def test_where_the_page_has_no_rule_for_the_rest_a_model_without_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "zai_image_api.sizes.SIZE_RULES",
        {"glm-image": rule_for("glm-image"), "next": rule_for("glm-image")._replace(models=("next",))},
    )
    assert rule_for("next")
    with pytest.raises(LookupError) as unknown:
        check("gl\u00fcm", "1024x1024")
    assert str(unknown.value) == (r"the page states no size rule for the model 'gl\xfcm'; it does for: glm-image, next")


@models
def test_the_nearest_side_that_is_told_is_the_nearest_that_works(model: str) -> None:
    rule = rule_for(model)
    for side in range(GREATEST):
        for violation in check(model, (side, rule.min_side)):
            if violation.rule == "step":
                least = min(abs(side - works) for works in rule.sides)
                near = [works for works in rule.sides if abs(side - works) == least]
                assert violation.message == (
                    f"width {side} is not divisible by {rule.step}: {near[-1]} is the nearest that works"
                )


def test_too_many_pixels_are_told_with_their_number() -> None:
    assert [str(violation) for violation in check("cogview-4-250304", "2048x1040")] == [
        "2048x1040 has 2129920 pixels: at most 2097152, so a smaller width or height works"
    ]
