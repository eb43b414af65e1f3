"""What is said to allow less allows less: another hand's reading of JSON Schema is asked about values of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from scripts.change.effects import EFFECTS, Direction, Side
from scripts.change.keywords import direction
from scripts.rules.constraint import ANNOTATIONS
from scripts.source.references import MISSING

SMALL = st.integers(-2, 5)
TYPES = st.sampled_from(["array", "boolean", "integer", "null", "number", "object", "string"])
SCALARS = st.none() | st.booleans() | SMALL | st.sampled_from([0.5, 1.5]) | st.sampled_from(["", "a", "ab", "abc", "b"])
VALUES = SCALARS | st.lists(SCALARS, max_size=4) | st.dictionaries(st.sampled_from("abcd"), SCALARS)
SCHEMAS = st.sampled_from([{}, {"type": "string"}, {"type": "integer"}, {"minimum": 2}, {"maxLength": 1}])

KEYWORDS: Mapping[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), SMALL),
    **dict.fromkeys(
        ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), st.integers(0, 4)
    ),
    "multipleOf": st.integers(1, 6),
    "uniqueItems": st.booleans(),
    "type": TYPES | st.lists(TYPES, min_size=1, unique=True),
    "enum": st.lists(SCALARS, min_size=1),
    "const": SCALARS,
    "pattern": st.sampled_from(["^a", "b$", "^.$"]),
    **dict.fromkeys(("not", "items", "contains", "propertyNames"), SCHEMAS),
    **dict.fromkeys(("allOf", "anyOf"), st.lists(SCHEMAS, min_size=1)),
    "additionalProperties": SCHEMAS | st.booleans(),
    "dependentRequired": st.dictionaries(st.sampled_from("ab"), st.lists(st.sampled_from("cd"), min_size=1)),
    **dict.fromkeys(sorted(ANNOTATIONS), st.text(max_size=3)),
}
UNKNOWN = ["prefixItems", "patternProperties", "if", "then", "else", "discriminator", "readOnly", "writeOnly", "neu"]


def accepts(keyword: str, value: Any, instance: Any) -> bool:
    schema = {"properties": {"a": True}} | ({} if value is MISSING else {keyword: value})
    return bool(Draft202012Validator(schema).is_valid(instance))


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_what_is_said_to_be_tighter_allows_nothing_new_and_looser_forbids_nothing(keyword: str) -> None:
    present = KEYWORDS[keyword]

    @given(present | st.just(MISSING), present | st.just(MISSING), st.lists(VALUES, min_size=20, max_size=40))
    def told_truly(old: Any, new: Any, instances: list[Any]) -> None:
        told = direction(keyword, old, new, "request")
        for instance in instances:
            was, now = accepts(keyword, old, instance), accepts(keyword, new, instance)
            assert told not in ("tighter", "same") or was or not now
            assert told not in ("looser", "same") or now or not was

    told_truly()


@pytest.mark.parametrize("keyword", sorted(KEYWORDS.keys() - ANNOTATIONS - {"additionalProperties"}))
def test_a_demand_more_is_tighter_a_demand_less_is_looser_and_told_as_such(keyword: str) -> None:
    @given(KEYWORDS[keyword])
    def told(value: Any) -> None:
        come, gone = direction(keyword, MISSING, value, "request"), direction(keyword, value, MISSING, "request")
        assert (come, gone) in {("tighter", "looser"), ("same", "same")}

    told()


@pytest.mark.parametrize("keyword", UNKNOWN)
def test_of_a_keyword_without_a_rule_nothing_is_claimed(keyword: str) -> None:
    for old, new in ((MISSING, 1), (1, MISSING), ({}, {"a": 1}), (True, False)):
        assert direction(keyword, old, new, "request") == "changed"
        assert direction(keyword, old, new, "answer") == "changed"


@pytest.mark.parametrize(
    "keyword", sorted(KEYWORDS.keys() - ANNOTATIONS - {"not", "items", "contains", "propertyNames"})
)
@pytest.mark.parametrize("value", ["x", None, {"a": 1}, [None], -1.5])
def test_a_value_that_a_keyword_cannot_have_is_compared_all_the_same(keyword: str, value: Any) -> None:
    for other in (MISSING, 1, "y", ["z"], {"b": 2}):
        assert direction(keyword, value, other, "request") in get_args(Direction)
        assert direction(keyword, other, value, "answer") in get_args(Direction)


@pytest.mark.parametrize(
    ("keyword", "old", "new", "told"),
    [
        ("nullable", MISSING, True, "looser"),
        ("type", "number", "integer", "tighter"),
        ("nullable", False, MISSING, "same"),
        ("exclusiveMinimum", MISSING, True, "tighter"),
        ("exclusiveMaximum", True, False, "looser"),
        ("exclusiveMinimum", True, 3, "changed"),
        ("supported", MISSING, False, "tighter"),
        ("supported", False, MISSING, "looser"),
        ("recommended", MISSING, ["1x1"], "looser"),
        ("recommended", ["1x1", "2x2"], ["2x2"], "tighter"),
        ("minSide", 512, 1024, "tighter"),
        ("maxPixels", 4, MISSING, "looser"),
        ("sideMultipleOf", 16, 32, "tighter"),
        ("sideMultipleOf", 16, 24, "changed"),
        ("default", 1, 2, "changed"),
        ("x-extension", 1, 2, "same"),
    ],
)
def test_the_words_of_openapi_and_of_ours_have_rules_too(keyword: str, old: Any, new: Any, told: str) -> None:
    assert direction(keyword, old, new, "request") == told


def test_a_reader_expects_values_that_a_list_of_an_answer_does_not_have_yet() -> None:
    assert direction("enum", [1], [1, 2], "answer") == "open"
    assert direction("enum", [1], MISSING, "answer") == "looser"
    assert direction("default", 1, 2, "answer") == "same"


def test_every_direction_has_an_effect_on_either_side() -> None:
    assert EFFECTS.keys() == {(side, told) for side in get_args(Side) for told in get_args(Direction)}
