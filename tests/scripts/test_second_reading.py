"""The second reading: whatever the catalogue and the rules read differently, or only one of them has, is named."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from scripts.rules.catalogue import compare
from tests.scripts.prose_documents import OPENAPI

RULES: dict[str, Any] = {
    "size": {
        "m-4.5": {"recommended": ["1x1", "2x1"], "default": "1x1", "step": 16, "sentences": {"custom": "By `16`."}},
    },
    "link": {"days": 30, "sentence": "After `30` days."},
}


def catalogue(**changed: Any) -> dict[str, Any]:
    numbers = {"recommended": ["1x1", "2x1"], "default": "1x1", "step": 16} | changed
    return {
        "requirements": [
            {"id": "SIZE", "rule": "size.m-4.5", "numbers": numbers},
            {"id": "LINK", "rule": "link", "numbers": {"days": 30}},
            {"id": "AUTH", "title": "no numbers here"},
        ]
    }


def test_two_readings_that_agree_give_nothing() -> None:
    assert compare(RULES, catalogue()) == []


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("step", 32, "SIZE: has size.m-4.5.step 32, where the page says 16"),
        ("default", "2x1", "SIZE: has size.m-4.5.default 2x1, where the page says 1x1"),
        ("recommended", ["2x1", "1x1"], "SIZE: has size.m-4.5.recommended 2x1, 1x1, where the page says 1x1, 2x1"),
        ("recommended", ["1x1"], "SIZE: has size.m-4.5.recommended 1x1, where the page says 1x1, 2x1"),
        ("max_side", 9, "SIZE: has size.m-4.5.max_side 9, which the page does not state"),
    ],
)
def test_a_number_name_or_list_read_differently_is_named_with_both_readings(name: str, value: Any, line: str) -> None:
    assert compare(RULES, catalogue(**{name: value})) == [line]


def test_a_rule_that_no_requirement_has_is_named_and_sentences_need_none() -> None:
    entries = catalogue()
    del entries["requirements"][0]["numbers"]["step"]
    entries["requirements"].pop(1)
    assert compare(RULES, entries) == [
        "size.m-4.5.step: the page says 16, and no requirement has it",
        "link.days: the page says 30, and no requirement has it",
    ]


def test_a_requirement_on_a_rule_that_is_gone_is_named() -> None:
    gone = {name: rule for name, rule in RULES.items() if name != "link"}
    assert compare(gone, catalogue()) == ["LINK: has link.days 30, which the page does not state"]


def test_rule_and_numbers_belong_together() -> None:
    entries = catalogue()
    entries["requirements"] += [{"id": "A", "rule": "link"}, {"id": "B", "numbers": {"days": 30}}]
    assert compare(RULES, entries) == [f"{name}: `rule` and `numbers` belong together" for name in "AB"]


def test_every_number_of_the_committed_rules_can_be_disagreed_with() -> None:
    rules = yaml.safe_load((OPENAPI / "rules.yaml").read_text(encoding="utf-8"))
    assert len(compare(rules, {})) == 24
