"""The expression for the sizes of a rule: exactly the valid strings, in syntax that every engine reads alike."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark, Token, Tree

from scripts.emit.size_edges import inside, outside
from scripts.emit.size_pattern import size_pattern
from scripts.rules.rulebook import SizeRule
from tests.generated.test_sizes import REFUSED_FORMS, STATED, stated_validity
from tests.scripts.prose_documents import read

RULES = read().size
models = pytest.mark.parametrize(("number", "model"), [(0, "glm-image"), (1, "cogview-4-250304")])
each_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.label for rule in RULES])

# All the syntax that the expressions use. Without repetition, what it matches can be written out.
SYNTAX = Lark(
    """
    start: "^" sequence "$"
    choice: "(?:" sequence ("|" sequence)* ")"
    sequence: (CHARACTER | choice)+
    CHARACTER: "0".."9" | "x"
    """,
    parser="lalr",
)


def language(pattern: str) -> list[str]:
    """Every string that an expression matches, as often as it can match it."""

    def strings(node: Tree[Token] | Token) -> list[str]:
        if isinstance(node, Token):
            return [str(node)]
        parts = [strings(child) for child in node.children]
        if node.data == "sequence":
            return ["".join(combined) for combined in itertools.product(*parts)]
        return list(itertools.chain.from_iterable(parts))

    return strings(SYNTAX.parse(pattern))


def custom_rule(**changes: Any) -> SizeRule:
    return evolve(RULES[1], **changes)


@models
def test_it_matches_the_valid_ones_of_all_pairs_of_sides_up_to_4200_and_no_other_string(
    number: int, model: str
) -> None:
    matched = language(size_pattern(RULES[number]))
    valid = {f"{width}x{height}" for width, height in np.argwhere(stated_validity(STATED[model]))}
    assert set(matched) == valid
    assert len(matched) == len(valid)


@each_rule
def test_no_string_of_another_form_matches(rule: SizeRule) -> None:
    pattern = re.compile(size_pattern(rule))
    # Python's `$` also matches before a last line feed, which ECMA 262's does not: fullmatch is what that means.
    assert not any(pattern.fullmatch(form) for form in REFUSED_FORMS.values())


@st.composite
def rules(draw: st.DrawFn) -> SizeRule:
    step = draw(st.integers(1, 9))
    max_side = draw(st.integers(step, 60))
    min_side = draw(st.integers(1, max_side // step * step))
    least = -(-min_side // step) * step
    max_pixels = draw(st.integers(least * least, 2 * max_side * max_side))
    sides = st.integers(1, 80)
    recommended = draw(st.lists(st.tuples(sides, sides), min_size=1, max_size=4, unique=True))
    return custom_rule(
        recommended=tuple(recommended),
        default=recommended[0],
        min_side=min_side,
        max_side=max_side,
        step=step,
        max_pixels=max_pixels,
    )


def valid_sizes(rule: SizeRule) -> Iterator[tuple[int, int]]:
    for width, height in itertools.product(range(1, 81), repeat=2):
        limits = [rule.min_side <= side <= rule.max_side and side % rule.step == 0 for side in (width, height)]
        if (all(limits) and width * height <= rule.max_pixels) or (width, height) in rule.recommended:
            yield width, height


@settings(max_examples=50)
@given(rules())
def test_for_any_rule_it_matches_exactly_the_valid_sizes_each_in_one_way(rule: SizeRule) -> None:
    sizes = set(valid_sizes(rule))
    assert sorted(language(size_pattern(rule))) == sorted(f"{width}x{height}" for width, height in sizes)
    assert {size for size in itertools.product(range(1, 81), repeat=2) if rule.allows(*size)} == sizes


def test_it_stays_short_enough_to_be_read_by_any_tool() -> None:
    assert all(len(size_pattern(rule)) < 4096 for rule in RULES)


def test_a_rule_of_a_million_sizes_still_gives_an_expression() -> None:
    rule = custom_rule(min_side=1, max_side=1000, step=1, max_pixels=500_000)
    assert len(size_pattern(rule)) < 60_000


# Edges


TIGHTER = {
    "min_side": lambda rule: rule.min_side + 1,
    "max_side": lambda rule: rule.max_side - 1,
    "step": lambda rule: rule.step * 2,
    "max_pixels": lambda rule: rule.max_pixels - 1,
}


@pytest.mark.parametrize("limit", TIGHTER)
@each_rule
def test_were_a_limit_any_tighter_an_example_inside_would_break_it(rule: SizeRule, limit: str) -> None:
    tighter = evolve(rule, **{limit: TIGHTER[limit](rule)})
    custom = [size for size in inside(rule) if size not in rule.recommended]
    assert all(rule.allows(*size) for size in custom)
    assert not all(tighter.allows(*size) for size in custom)


@each_rule
def test_each_recommended_size_is_an_example(rule: SizeRule) -> None:
    assert list(inside(rule))[: len(rule.recommended)] == list(rule.recommended)


LOOSER = {
    "min_side": lambda rule: rule.min_side - rule.step,
    "max_side": lambda rule: rule.max_side + rule.step,
    "step": lambda rule: rule.step // 2,
}


@pytest.mark.parametrize("limit", LOOSER)
@each_rule
def test_were_a_limit_looser_by_a_step_a_refused_size_would_keep_it(rule: SizeRule, limit: str) -> None:
    looser = re.compile(size_pattern(evolve(rule, **{limit: LOOSER[limit](rule)})))
    assert any(looser.fullmatch(size) for size in outside(rule))


def test_the_size_with_the_fewest_pixels_over_the_limit_is_refused_by_name() -> None:
    rule = RULES[1]
    grid = range(512, 2049, 16)
    fewest = min(w * h for w in grid for h in grid if w * h > rule.max_pixels)
    assert re.search(size_pattern(evolve(rule, max_pixels=fewest)), "1312x1600")
    assert {"1312x1600", "1600x1312"} <= set(outside(rule))


@each_rule
def test_the_least_and_the_greatest_side_are_also_tried_together(rule: SizeRule) -> None:
    assert {(rule.min_side, rule.max_side), (rule.max_side, rule.min_side)} <= inside(rule).keys()


@each_rule
def test_no_size_outside_is_valid(rule: SizeRule) -> None:
    assert set(outside(rule)).isdisjoint(language(size_pattern(rule)))


@settings(max_examples=50)
@given(rules())
def test_for_any_rule_sizes_inside_are_valid_and_those_outside_are_not(rule: SizeRule) -> None:
    sizes = set(valid_sizes(rule))
    assert inside(rule).keys() <= sizes
    assert set(outside(rule)).isdisjoint(f"{width}x{height}" for width, height in sizes)
