"""The second reading: whatever the catalogue and the rules read differently, or only one of them has, is named."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.rules.catalogue import compare
from scripts.rules.constraint import Condition, Constraint
from tests.scripts.prose_documents import read

PLACE = "/properties/size"
MODEL = Condition(("m-4.5",))
RULES = (
    Constraint(PLACE, MODEL, "recommended", ["1x1", "2x1"], "First."),
    Constraint(PLACE, MODEL, "default", "1x1", "First."),
    Constraint(PLACE, MODEL, "sideMultipleOf", 16, "By `16`."),
    Constraint("/properties/url", None, "lifetime", 30, "After `30` seconds."),
)


def catalogue(**changed: Any) -> dict[str, Any]:
    numbers = {"recommended": ["1x1", "2x1"], "default": "1x1", "sideMultipleOf": 16} | changed
    return {
        "requirements": [
            {"id": "SIZE", "place": PLACE, "when": {"models": ["m-4.5"]}, "numbers": numbers},
            {"id": "LINK", "place": "/properties/url", "numbers": {"lifetime": 30}},
            {"id": "AUTH", "title": "no numbers here"},
        ]
    }


def test_two_readings_that_agree_give_nothing() -> None:
    assert compare(RULES, {}, catalogue()) == []


@pytest.mark.parametrize(
    ("keyword", "value", "line"),
    [
        ("sideMultipleOf", 32, "has sideMultipleOf of size for m-4.5 32, where the page says 16 in By `16`."),
        ("default", "2x1", "has default of size for m-4.5 2x1, where the page says 1x1 in First."),
        (
            "recommended",
            ["2x1", "1x1"],
            "has recommended of size for m-4.5 2x1, 1x1, where the page says 1x1, 2x1 in First.",
        ),
        ("recommended", ["1x1"], "has recommended of size for m-4.5 1x1, where the page says 1x1, 2x1 in First."),
        ("maxSide", 9, "has maxSide of size for m-4.5 9, which the page does not state"),
    ],
)
def test_a_number_name_or_list_read_differently_is_named_with_both_readings(
    keyword: str, value: Any, line: str
) -> None:
    assert compare(RULES, {}, catalogue(**{keyword: value})) == [f"SIZE: {line}"]


def test_a_rule_that_no_requirement_has_is_named() -> None:
    entries = catalogue()
    del entries["requirements"][0]["numbers"]["sideMultipleOf"]
    entries["requirements"].pop(1)
    assert compare(RULES, {}, entries) == [
        "sideMultipleOf of size for m-4.5: the page says 16, and no requirement has it",
        "lifetime of url: the page says 30, and no requirement has it",
    ]


def test_the_same_number_under_another_condition_is_another_rule() -> None:
    entries = catalogue()
    entries["requirements"][0]["when"] = {"models": ["m-4.5"], "excluded": True}
    assert len(compare(RULES, {}, entries)) == 6


def test_a_requirement_on_a_rule_that_is_gone_is_named() -> None:
    assert compare(RULES[:-1], {}, catalogue()) == ["LINK: has lifetime of url 30, which the page does not state"]


def test_place_and_numbers_belong_together() -> None:
    entries = catalogue()
    entries["requirements"] += [{"id": "A", "place": PLACE}, {"id": "B", "numbers": {"lifetime": 30}}]
    assert compare(RULES, {}, entries) == [f"{name}: `place` and `numbers` belong together" for name in "AB"]


def test_every_number_of_the_page_can_be_disagreed_with() -> None:
    assert len(compare(read().constraints, {}, {})) == len(read().constraints) == 25
