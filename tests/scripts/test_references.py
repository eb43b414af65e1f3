"""A place of a document is written and found again, whatever its steps are called; a reference never goes astray."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.source.failure import PipelineError
from scripts.source.references import MISSING, at, below, followed, part, references, resolved, steps_of

STEPS = st.lists(st.text(st.characters(exclude_categories=["Cs"])))


@given(STEPS)
def test_a_pointer_leads_to_the_place_it_was_made_of_percent_encoded_or_not(steps: list[str]) -> None:
    document: Any = "here"
    for step in reversed(steps):
        document = {step: document}
    assert steps_of(below("", *steps)) == steps
    assert at(document, below("", *steps)) == "here"
    assert part(document, below("", *steps)) == "here"
    assert at(document, "#" + quote(below("", *steps), safe="/~")) == "here"
    assert at(document, below("", *steps, "x")) is MISSING


@pytest.mark.parametrize(
    ("place", "found"),
    [("#/a/1", 2), ("#/a/2", MISSING), ("#/a/-", MISSING), ("#/a/-1", MISSING), ("#/n", None), ("#/n/x", MISSING)],
)
def test_items_are_counted_and_null_is_a_value(place: str, found: object) -> None:
    assert at({"a": [1, 2], "n": None}, place) is found or at({"a": [1, 2], "n": None}, place) == found


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("#/a", {"x": 1}),
        ("#/b", {"x": 1}),
        ("#/c", {}),
        ("#/d", {}),
        ("other.yaml#/a", {}),
        ("#/absent", {}),
        ("#/text", {}),
    ],
)
def test_references_are_followed_to_their_end_and_come_to_one(reference: str, found: dict[str, Any]) -> None:
    document = {
        "a": {"x": 1},
        "b": {"$ref": "#/a"},
        "c": {"$ref": "#/c"},
        "d": {"$ref": "#/e"},
        "e": {"$ref": "#/d"},
        "text": "t",
    }
    assert resolved(document, {"$ref": reference}) == found
    assert resolved(document, found) == found


def test_every_reference_is_seen_and_no_depth_ends_it() -> None:
    deep: Any = {"$ref": "#/a"}
    for _ in range(5000):
        deep = [{"x": deep}]
    assert list(references({"b": {"$ref": "#/b"}, "properties": {"$ref": {"type": "string"}}, "c": deep})) == [
        "#/a",
        "#/b",
    ]


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("/c", "leads back to itself"),
        ("/d", "leads back to itself"),
        ("/x", "to nothing"),
        ("/o", "out of the document"),
    ],
)
def test_a_reference_that_leads_nowhere_is_told(place: str, told: str) -> None:
    document = {"a": 1, "c": {"$ref": "#/c"}, "d": {"$ref": "#/e"}, "e": {"$ref": "#/d"}, "o": {"$ref": "b.yaml"}}
    with pytest.raises(PipelineError, match=told):
        followed(document, place)
    assert followed({"b": {"$ref": "#/a"}, "a": 1}, "/b") == "/a"
