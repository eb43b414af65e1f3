"""The suite requests the right sizes under any rules that a page may state, not under today's alone."""

from __future__ import annotations

from itertools import product

import pytest

from zai_image_conformance import strategies
from zai_image_conformance.sizes import Sides, SizeLimits
from zai_image_conformance.suite import size_cases
from zai_image_conformance.suite.examples import draw

NUMBERS = ("recommended", "default", "min_side", "max_side", "step", "max_pixels")


def limits(default: str, min_side: int, max_side: int, step: int, max_pixels: int) -> SizeLimits:
    sides = Sides.parse(default)
    # Each number under a name of its own, so that a probe shows which one it is about.
    return SizeLimits((sides,), sides, min_side, max_side, step, max_pixels, {name: name for name in NUMBERS})


LEGITIMATE = {
    "as on today's page": limits("12x12", 8, 32, 4, 512),
    "no multiple of the step under the least side": limits("16x16", 8, 64, 16, 2048),
    "the least side is the step": limits("8x8", 8, 32, 8, 1024),
    "every side is a multiple": limits("8x8", 5, 12, 1, 100),
    "limits off the grid": limits("12x12", 10, 30, 4, 500),
    "one side alone": limits("16x16", 12, 20, 16, 400),
    "no side over the greatest fits": limits("20x20", 20, 24, 4, 500),
    "a pixel limit that never binds": limits("8x8", 4, 16, 4, 256),
    "a default that is no square": limits("32x8", 8, 32, 4, 256),
    "a recommended size off the grid": limits("30x9", 8, 32, 4, 512),
}
EACH = pytest.mark.parametrize("rules", [pytest.param(rules, id=name) for name, rules in LEGITIMATE.items()])


def broken(rules: SizeLimits, sides: Sides) -> set[str]:
    """The rules that a size breaks, said anew."""
    if sides in rules.recommended:
        return set()
    found = {
        "min_side": min(sides) < rules.min_side,
        "max_side": max(sides) > rules.max_side,
        "step": any(side % rules.step for side in sides),
        "max_pixels": sides.width * sides.height > rules.max_pixels,
    }
    return {rule for rule, is_broken in found.items() if is_broken}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, rules: SizeLimits) -> str:
    """A model with the rules, for the strategies."""
    monkeypatch.setattr(strategies, "limits_for", lambda model: rules)
    return f"a model of {rules}"


@EACH
def test_a_size_that_should_be_drawn_breaks_nothing(rules: SizeLimits) -> None:
    probes = list(size_cases.accepted(rules))
    assert all(broken(rules, probe.sides) == set() for probe in probes)
    assert {probe.number for probe in probes} >= {"recommended"}


@EACH
def test_a_size_that_should_be_refused_breaks_the_limit_it_is_there_for(rules: SizeLimits) -> None:
    others = [other for other in LEGITIMATE.values() if other != rules]
    for probe in size_cases.refused(rules, others):
        assert not rules.allows(probe.sides)
        assert probe.number in broken(rules, probe.sides)


@EACH
def test_each_limit_that_can_be_broken_is_broken_and_each_boundary_is_made(rules: SizeLimits, model: str) -> None:
    refused = [probe.sides for probe in size_cases.refused(rules, [])]
    alone = {rule for sides in refused if len(found := broken(rules, sides)) == 1 for rule in found}
    assert set(strategies.rules_of(model)) <= alone
    sides = {number for number in rules.sides if any(rules.allows(Sides(number, other)) for other in rules.sides)}
    made = [probe.sides for probe in size_cases.accepted(rules) if probe.priority == 0]
    if rules.allows(Sides(rules.sides[0], rules.sides[0])) and sides == set(rules.sides):
        for each in zip(*made, strict=True):
            assert {min(sides), max(sides)} <= set(each)
        assert max(each.width * each.height for each in made) > rules.max_pixels - max(sides) * rules.step


@EACH
def test_the_rules_that_are_broken_alone_are_those_that_can_be(rules: SizeLimits, model: str) -> None:
    sides = range(1, 2 * rules.max_side + 1)
    alone = {rule for each in product(sides, sides) if len(found := broken(rules, Sides(*each))) == 1 for rule in found}
    assert set(strategies.rules_of(model)) == alone


@EACH
def test_drawn_sizes_break_the_one_rule_that_they_are_drawn_for(rules: SizeLimits, model: str) -> None:
    for rule in strategies.rules_of(model):
        drawn = draw(strategies.invalid_sizes(model, rule), 4, 0)
        assert drawn
        assert all(broken(rules, Sides.parse(size)) == {rule} for size in drawn)
    assert all(broken(rules, Sides.parse(size)) == set() for size in draw(strategies.valid_sizes(model), 4, 0))
    assert all(
        broken(rules, Sides.parse(size)) == set() for size in draw(strategies.sizes_off_the_coarser_grid(model), 4, 0)
    )
