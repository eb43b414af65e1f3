"""The overlay is a valid OpenAPI Overlay 1.1 document and does what it says, or stops."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from scripts.regenerate import ROOT
from scripts.source.failure import PipelineError
from scripts.source.overlay import apply_overlay


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(ROOT / "openapi" / name)
    return loaded


def overlay(*actions: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"overlay": "1.1.0", "info": {"title": "t", "version": "1"}, "actions": list(actions), **fields}


def test_the_overlay_names_the_operation_and_takes_out_what_depends_on_the_model() -> None:
    before = load("zai-image.yaml")
    after = apply_overlay(before, load("overlay.yaml"))
    operation = after["paths"]["/paas/v4/images/generations"]["post"]
    assert (operation.pop("operationId"), operation.pop("tags")) == ("generate", ["images"])
    properties = before["components"]["schemas"]["CreateImageRequest"]["properties"]
    assert (properties["quality"].pop("default"), properties["size"].pop("default")) == ("hd", "1280x1280")
    assert operation.pop("x-image-answer") is True
    properties["model"] |= {"default": "glm-image", "x-open-enum": True}
    assert after == before


@given(st.lists(st.integers(-6, 6), min_size=1))
def test_whatever_items_a_path_selects_and_however_often_just_these_are_removed(selected: list[int]) -> None:
    items = list(range(6))
    within = [number for number in selected if -6 <= number < 6]
    action = overlay({"target": f"$.a[{','.join(map(str, selected))}]", "remove": True})
    if within:
        left = [item for item in items if item not in within and item - 6 not in within]
        assert apply_overlay({"a": items}, action) == {"a": left}


DOCUMENT = {"a": {"b": [1, 2, 3], "c": {"d": 1}}, "e": 1}


@pytest.mark.parametrize(
    ("action", "result"),
    [
        ({"target": "$.a.c", "update": {"d": 2, "f": {}}}, {"a": {"b": [1, 2, 3], "c": {"d": 2, "f": {}}}, "e": 1}),
        ({"target": "$.a.c.d", "update": 2}, {"a": {"b": [1, 2, 3], "c": {"d": 2}}, "e": 1}),
        ({"target": "$.a.b", "update": 4}, {"a": {"b": [1, 2, 3, 4], "c": {"d": 1}}, "e": 1}),
        ({"target": "$", "update": {"a": {"b": [4]}}}, {"a": {"b": [1, 2, 3, 4], "c": {"d": 1}}, "e": 1}),
        ({"target": "$.a.b[0,1]", "remove": True}, {"a": {"b": [3], "c": {"d": 1}}, "e": 1}),
        ({"target": "$.a.b[2,0]", "remove": True}, {"a": {"b": [2], "c": {"d": 1}}, "e": 1}),
        ({"target": "$.a.b[0,1,0,-3,2]", "remove": True}, {"a": {"b": [], "c": {"d": 1}}, "e": 1}),
        ({"target": "$.a['c','c']", "remove": True}, {"a": {"b": [1, 2, 3]}, "e": 1}),
        ({"target": "$..*", "remove": True}, {}),
        ({"target": "$.a['b','b']", "update": 4}, {"a": {"b": [1, 2, 3, 4], "c": {"d": 1}}, "e": 1}),
        ({"target": "$.a", "remove": True}, {"e": 1}),
        # What is to be removed and is not there needs nothing.
        ({"target": "$.a.x", "remove": True}, {"a": {"b": [1, 2, 3], "c": {"d": 1}}, "e": 1}),
    ],
)
def test_an_action_does_what_the_specification_says(action: dict[str, Any], result: dict[str, Any]) -> None:
    assert apply_overlay(DOCUMENT, overlay(action)) == result
    assert DOCUMENT == {"a": {"b": [1, 2, 3], "c": {"d": 1}}, "e": 1}


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (overlay({"target": "$.x", "update": 1}), "has the page changed"),
        (overlay({"target": "$[", "update": 1}), "not a JSONPath"),
        (overlay({"target": "$", "remove": True}), "whole document"),
        (overlay(), "at least one"),
        (overlay({"update": 1}), "must have a 'target'"),
        (overlay({"target": "$"}), "either 'update' or 'remove: true'"),
        (overlay({"target": "$.e", "update": 1, "remove": True}), "either 'update' or 'remove: true'"),
        (overlay({"target": "$.e", "update": 1, "note": ""}), "unknown fields"),
        (overlay({"target": "$.e", "update": 1}, overlay="1.0.0"), "1.1"),
        (overlay({"target": "$.e", "update": 1}, info={}), "'info'"),
        (overlay({"target": "$.e", "update": 1}, servers=[]), "unknown field 'servers'"),
    ],
)
def test_an_overlay_that_is_not_valid_is_refused(document: dict[str, Any], told: str) -> None:
    with pytest.raises(PipelineError, match=told):
        apply_overlay(DOCUMENT, document)
