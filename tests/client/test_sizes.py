"""Sizes for people: what is valid, what is nearest, what fits a ratio."""

from __future__ import annotations

import math
import pickle
import re
from fractions import Fraction
from functools import lru_cache
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zai_image import sizes
from zai_image.sizes import Size

COGVIEW = "cogview-4-250304"
MODELS = ("glm-image", COGVIEW)
models = st.sampled_from(MODELS)


def change(model: str, size: Size, width: int, height: int) -> float:
    """How much ratio and area change, as `nearest` documents it."""
    ratio = math.log(size.width / size.height) - math.log(width / height)
    area = math.log(size.width * size.height) - math.log(width * height)
    return ratio_weight(model, width, height) * abs(ratio) + abs(area)


@lru_cache
def ratio_weight(model: str, width: int, height: int) -> int:
    """How many times as much a change of the ratio counts."""
    step = sizes.rule_for(model).step
    near = (abs(size.width - width) < step and abs(size.height - height) < step for size in sizes.valid_sizes(model))
    return 8 if any(near) else 128


def distance(size: Size, ratio: Fraction) -> Fraction:
    """How many times the size's ratio is larger or smaller, exactly."""
    own = Fraction(size.width, size.height)
    return max(own / ratio, ratio / own)


@pytest.mark.parametrize(("model", "count"), [("glm-image", 1091), ("cogview-4-250304", 6839)])
def test_all_valid_sizes_are_listed_in_order_and_none_twice(model: str, count: int) -> None:
    valid = sizes.valid_sizes(model)
    assert len(valid) == count
    assert list(valid) == sorted(set(valid))
    assert all(sizes.check(model, size) == [] for size in valid)
    assert set(sizes.recommended(model)) < set(valid)


def test_the_defaults_are_those_of_the_prose() -> None:
    assert [str(sizes.default(model)) for model in (*MODELS, "anything-else")] == [
        "1280x1280",
        "1024x1024",
        "1024x1024",
    ]


@pytest.mark.parametrize("model", MODELS)
def test_a_valid_size_is_its_own_nearest(model: str) -> None:
    assert all(sizes.nearest(model, *size) == size for size in sizes.valid_sizes(model))


@given(models, st.integers(-(10**30), 10**30), st.integers(-(10**30), 10**30))
def test_the_nearest_size_of_any_two_integers_is_valid(model: str, width: int, height: int) -> None:
    assert sizes.check(model, sizes.nearest(model, width, height)) == []


@pytest.mark.parametrize("model", MODELS)
def test_the_nearest_size_of_extremes_is_valid(model: str) -> None:
    for width, height in [(0, 0), (0, 10**5000), (10**5000, -1), (10**5000, 10**5000), (1, 4200), (4200, 1)]:
        assert sizes.check(model, sizes.nearest(model, width, height)) == []


@given(st.sampled_from(["glm-image"]), st.integers(1, 5000), st.integers(1, 5000))
def test_no_valid_size_of_glm_image_changes_ratio_and_area_less(model: str, width: int, height: int) -> None:
    least = min(change(model, size, width, height) for size in sizes.valid_sizes(model))
    assert change(model, sizes.nearest(model, width, height), width, height) == pytest.approx(least, abs=1e-9)


@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (4000, 4000), (4000, 1500), (600, 3000), (1449, 1447), (2049, 1025), (500, 2100)]
)
def test_no_valid_size_changes_less_where_the_pixel_limit_binds(width: int, height: int) -> None:
    least = min(change(COGVIEW, size, width, height) for size in sizes.valid_sizes(COGVIEW))
    assert change(COGVIEW, sizes.nearest(COGVIEW, width, height), width, height) == pytest.approx(least, abs=1e-9)


@pytest.mark.parametrize("side", [-5, 0, 1, 2])
def test_a_side_less_than_one_counts_as_one(side: int) -> None:
    one = max(side, 1)
    for other in range(520, 2080, 20):
        least = min(change("glm-image", size, one, other) for size in sizes.valid_sizes("glm-image"))
        found, turned = sizes.nearest("glm-image", side, other), sizes.nearest("glm-image", other, side)
        assert change("glm-image", found, one, other) == pytest.approx(least, abs=1e-9)
        assert change("glm-image", turned, other, one) == pytest.approx(least, abs=1e-9)


@given(models, st.integers(1, 5000), st.integers(1, 5000))
def test_turning_the_wanted_size_changes_the_nearest_as_little(model: str, width: int, height: int) -> None:
    upright, turned = sizes.nearest(model, width, height), sizes.nearest(model, height, width)
    assert change(model, upright, width, height) == pytest.approx(change(model, turned, height, width), abs=1e-9)


@pytest.mark.parametrize(
    ("model", "wanted", "nearest"),
    [
        ("glm-image", (1000, 1000), "1024x1024"),
        ("glm-image", (1730, 965), "1728x960"),
        ("glm-image", (1920, 1080), "1920x1088"),
        ("cogview-4-250304", (500, 500), "512x512"),
        ("cogview-4-250304", (2048, 2048), "1440x1440"),
        ("glm-image", (3840, 2160), "2048x1152"),
        ("glm-image", (2160, 3840), "1152x2048"),
        ("glm-image", (7680, 4320), "2048x1152"),
        ("glm-image", (320, 180), "2048x1152"),
        ("glm-image", (1000, 1280), "1024x1312"),
        ("glm-image", (3000, 2000), "2016x1344"),
        ("glm-image", (64, 64), "1024x1024"),
        ("glm-image", (5000, 5000), "2048x2048"),
        ("cogview-4-250304", (3840, 2160), "1904x1072"),
        ("cogview-4-250304", (100, 400), "512x2048"),
    ],
)
def test_the_nearest_size_is_what_a_person_would_pick(model: str, wanted: tuple[int, int], nearest: str) -> None:
    assert str(sizes.nearest(model, *wanted)) == nearest


@pytest.mark.parametrize("side", [1.5, 1024.0, math.nan, math.inf, "1024", None, True])
def test_a_side_that_is_no_integer_is_refused_on_one_line(side: object) -> None:
    for sides in [(side, 1024), (1024, side)]:
        with pytest.raises(ValueError, match=r"^width and height are numbers of pixels such as 1280 and 720, not "):
            sizes.nearest("glm-image", *cast(Any, sides))
    with pytest.raises(ValueError, match=f"720, not {re.escape(repr(side))}$"):
        sizes.nearest("glm-image", *cast(Any, (side, side)))


@pytest.mark.parametrize(
    ("model", "ratio", "size"),
    [
        ("glm-image", "1:1", "1280x1280"),
        ("glm-image", "16:9", "2048x1152"),
        ("glm-image", "9:16", "1152x2048"),
        ("glm-image", "3:2", "1536x1024"),
        ("glm-image", "2:1", "2048x1024"),
        ("glm-image", "9:5", "1728x960"),
        ("glm-image", "1.91", "2016x1056"),
        ("cogview-4-250304", "1:1", "1024x1024"),
        ("cogview-4-250304", "16:9", "1280x720"),
        ("cogview-4-250304", "3:2", "1248x832"),
        ("cogview-4-250304", "2:1", "1440x720"),
        ("cogview-4-250304", "4:1", "2048x512"),
    ],
)
def test_a_ratio_gives_the_size_of_that_shape(model: str, ratio: str, size: str) -> None:
    assert str(sizes.for_aspect(model, ratio)) == size


@settings(max_examples=25)
@given(models, st.fractions(Fraction(1, 5), 5, max_denominator=40))
def test_no_valid_size_is_closer_to_the_ratio_or_better_for_its_pixels(model: str, ratio: Fraction) -> None:
    found = closest(model, ratio)
    least = min(distance(size, ratio) for size in sizes.valid_sizes(model))
    assert distance(found, ratio) == least
    budget = math.prod(sizes.default(model))
    pixels = [math.prod(size) for size in sizes.valid_sizes(model) if distance(size, ratio) == least]
    within = [count for count in pixels if count <= budget]
    assert math.prod(found) == (max(within) if within else min(pixels))


@given(models, st.fractions(Fraction(1, 100), 100, max_denominator=10**6))
def test_any_ratio_gives_a_valid_size_that_is_near_or_is_refused_with_the_closest(model: str, ratio: Fraction) -> None:
    found = closest(model, ratio)
    is_near = distance(found, ratio) <= Fraction(105, 100)
    assert is_near == (found in accepted(model, ratio))
    assert sizes.check(model, found) == []


def accepted(model: str, ratio: Fraction) -> list[Size]:
    """Return the size of a ratio, where it is not refused."""
    try:
        return [sizes.for_aspect(model, f"{ratio.numerator}:{ratio.denominator}")]
    except sizes.OutOfReach:
        return []


def closest(model: str, ratio: Fraction) -> Size:
    """Return the size of a ratio, or the one that a refusal tells."""
    try:
        return sizes.for_aspect(model, f"{ratio.numerator}:{ratio.denominator}")
    except sizes.OutOfReach as refused:
        return refused.closest


@pytest.mark.parametrize(
    ("model", "ratio", "closest"),
    [
        *(("glm-image", ratio, "2048x1024") for ratio in ("4:1", "21:9", "2.35", "2.11:1", "100:1", 100)),
        *(("glm-image", ratio, "1024x2048") for ratio in ("1:4", 0.01)),
        *(("cogview-4-250304", ratio, "2048x512") for ratio in ("5:1", "4.21:1")),
    ],
)
def test_a_ratio_that_no_size_comes_near_is_refused_with_the_closest(
    model: str, ratio: str | float, closest: str
) -> None:
    with pytest.raises(sizes.OutOfReach, match=f"comes near {ratio}: the closest is {closest}") as refused:
        sizes.for_aspect(model, ratio)
    assert str(refused.value.closest) == closest
    again = pickle.loads(pickle.dumps(refused.value))
    assert (str(again), again.closest) == (str(refused.value), refused.value.closest)


@pytest.mark.parametrize(
    ("model", "ratio"), [("glm-image", "2.1:1"), ("glm-image", "2:1"), ("cogview-4-250304", "4.2:1")]
)
def test_five_percent_are_near(model: str, ratio: str) -> None:
    assert sizes.check(model, sizes.for_aspect(model, ratio)) == []


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_every_ratio_between_those_of_valid_sizes_has_a_size_nearby(model: str) -> None:
    ratios = [Fraction(*size) for size in sizes.valid_sizes(model)]
    for step in range(300):
        ratio = min(ratios) + (max(ratios) - min(ratios)) * Fraction(step, 299)
        sizes.for_aspect(model, f"{float(ratio):.9f}")


@given(models, st.integers(1, 10**6), st.integers(1, 10**6))
def test_the_nearest_size_changes_the_ratio_no_more_than_the_grid_must(model: str, width: int, height: int) -> None:
    wanted = Fraction(width, height)
    changed = distance(sizes.nearest(model, width, height), wanted)
    rule = sizes.rule_for(model)
    least = min(distance(size, wanted) for size in sizes.valid_sizes(model))
    # Half a step of the shorter side is what rounding to the grid may cost, and as much again where both are rounded.
    assert changed <= least * (1 + Fraction(rule.step, rule.min_side))


def test_a_ratio_may_be_written_in_several_ways() -> None:
    assert {sizes.for_aspect("glm-image", ratio) for ratio in ("1.5", "3:2", "1.5:1", "36:24", 1.5)} == {
        Size(1536, 1024)
    }
    assert sizes.for_aspect("glm-image", 16 / 9) == sizes.for_aspect("glm-image", "16:9")
    assert sizes.for_aspect("glm-image", 1) == sizes.default("glm-image")


@pytest.mark.parametrize(
    "ratio",
    [
        *(
            "",
            ":",
            "16:",
            ":9",
            "0:1",
            "1:0",
            "0:0",
            "0",
            "-16:9",
            "16:-9",
            "+16:9",
            "nan",
            "inf",
            "1e999",
            "1e1",
            "16/9",
        ),
        *("16x9", "16:9:1", " 16:9", "16:9\n", "16 : 9", "1,91", ".5", "1.", "101:1", "1:101", "9" * 100_000, "word"),
        *(
            "\uff11\uff16:9",
            "\u0661:1",
            math.nan,
            math.inf,
            -math.inf,
            0.0,
            -1.5,
            1e300,
            1e-300,
            0,
            -1,
            True,
            None,
            [16, 9],
        ),
    ],
)
def test_what_is_no_ratio_is_refused_on_one_short_line(ratio: object) -> None:
    with pytest.raises(ValueError, match=r"is not a ratio: write 16:9, 3:2 or 1\.91") as refused:
        sizes.for_aspect("glm-image", cast(Any, ratio))
    assert len(str(refused.value)) < 200
    assert str(refused.value).isprintable()


def test_a_number_too_long_to_print_is_no_ratio() -> None:
    with pytest.raises(ValueError, match=r"^this int is not a ratio"):
        sizes.for_aspect("glm-image", 10**5000)


def test_of_what_is_no_ratio_or_no_side_forty_characters_are_shown() -> None:
    with pytest.raises(ValueError, match=f"^'{'9' * 39} is not a ratio"):
        sizes.for_aspect("glm-image", "9" * 100)
    with pytest.raises(ValueError, match=f", not '{'9' * 39}$"):
        sizes.nearest("glm-image", *cast(Any, ("9" * 100, 1)))


@st.composite
def rules(draw: st.DrawFn) -> sizes.SizeRule:
    """Any rule that a page may state, with few sides, so that all pairs can be tried."""
    step = draw(st.integers(5, 9))
    least, greatest = step * draw(st.integers(1, 5)) - draw(st.integers(0, 4)), step * draw(st.integers(5, 12))
    recommended = draw(st.lists(st.builds(Size, st.integers(1, 99), st.integers(1, 99)), min_size=1, max_size=3))
    most = draw(st.integers(1, greatest * greatest))
    return sizes.SizeRule(tuple(recommended), recommended[0], least, greatest, step, most, "recommended", "custom")


@settings(max_examples=50)
@given(rules(), st.integers(1, 120), st.integers(1, 120))
def test_under_any_rule_nearest_and_closest_are_the_best_of_all_valid_sizes(
    rule: sizes.SizeRule, width: int, height: int
) -> None:
    ratio = Fraction(width, height)
    steps = range(rule.step, rule.max_side + 1, rule.step)
    valid = {*rule.recommended, *(Size(w, h) for w in steps for h in steps if rule.keeps_limits(w, h))}
    ratio_weight.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("zai_image_api.sizes.SIZE_RULES", {"others": rule})
        assert list(sizes.valid_sizes("any")) == sorted(valid)
        least = min(change("any", size, width, height) for size in valid)
        assert change("any", sizes.nearest("any", width, height), width, height) == pytest.approx(least, abs=1e-9)
        if Fraction(1, 100) <= ratio <= 100:
            assert distance(closest("any", ratio), ratio) == min(distance(size, ratio) for size in valid)


def test_a_width_whose_only_height_is_the_least_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = sizes.SizeRule((Size(64, 64),), Size(64, 64), 64, 128, 16, 128 * 64, "recommended", "custom")
    monkeypatch.setattr("zai_image_api.sizes.SIZE_RULES", {"others": rule})
    assert sizes.nearest("any", 300, 20) == sizes.for_aspect("any", 2) == Size(128, 64)
