"""Schema, prose and examples say the same, keyword by keyword, or the contradiction is told with both sides."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.prose.reviewed import Contradiction
from scripts.rules.assembly import read_pages
from tests.scripts.prose_documents import described, request, size_of, vendored

GOOD = size_of("`painter`", "64x64 32x64", "32px-128px 32 2^13px")
KNOWN = read_pages(vendored()).contradictions


def new(document: dict[str, Any]) -> list[Contradiction]:
    """The contradictions that the vendored document does not have."""
    return [found for found in read_pages(document).contradictions if found not in KNOWN]


@pytest.mark.parametrize(
    ("kind", "keyword", "value"),
    [
        ("size", "default", "1024x1024"),
        ("size", "enum", ["1280x1280", "1024x1024"]),
        ("size", "const", "1280x1280"),
        ("size", "pattern", "^1[0-9]+x1[0-9]+$"),
        ("size", "maxLength", 8),
        ("size", "minLength", 9),
        ("size", "type", "integer"),
        ("quality", "default", "standard"),
        ("quality", "enum", ["hd"]),
        ("quality", "enum", ["standard", "draft"]),
        ("quality", "const", "hd"),
        ("quality", "pattern", "^h"),
        ("quality", "maxLength", 2),
        ("user_id", "minLength", 5),
        ("user_id", "minLength", 129),
        ("user_id", "maxLength", 129),
        ("user_id", "maxLength", 5),
        ("user_id", "pattern", "^[a-z]+$"),
        ("user_id", "format", "uuid"),
        ("user_id", "enum", ["abcdef"]),
        ("user_id", "const", "abcdef"),
        ("user_id", "not", {"enum": ["nobody"]}),
        ("size", "not", {"enum": ["1280x1280"]}),
        ("size", "format", "uuid"),
        ("quality", "not", {"enum": ["hd"]}),
        ("quality", "format", "date"),
        ("images", "minItems", 2),
        ("images", "minItems", 0),
        ("images", "maxItems", 4),
        ("severity", "minimum", 1),
        ("severity", "minimum", -1),
        ("severity", "maximum", 4),
        ("severity", "exclusiveMinimum", True),
        ("severity", "multipleOf", 2),
        ("severity", "enum", [1, 2, 3]),
    ],
)
def test_a_keyword_of_the_schema_that_is_not_what_the_prose_says_is_told(kind: str, keyword: str, value: Any) -> None:
    document = vendored()
    described(document)[kind][keyword] = value
    found = new(document)
    assert found
    assert any(keyword.removeprefix("exclusive").lower() in each.against.lower() or keyword == "type" for each in found)
    assert all(each.says and each.place for each in found)


@pytest.mark.parametrize(
    ("kind", "keyword", "value"),
    [
        ("size", "pattern", "^[0-9]+x[0-9]+$"),
        ("size", "maxLength", 9),
        ("images", "minItems", 1),
        ("severity", "enum", [0, 1, 2, 3]),
        ("user_id", "nullable", True),
        ("user_id", "description", "ID length: 6 to 128 characters."),
        ("user_id", "x-note", "user"),
    ],
)
def test_a_keyword_that_goes_with_the_prose_is_no_contradiction(kind: str, keyword: str, value: Any) -> None:
    document = vendored()
    described(document)[kind][keyword] = value
    assert new(document) == []


def test_both_sides_are_quoted() -> None:
    document = vendored()
    described(document)["user_id"]["maxLength"] = 64
    (found,) = new(document)
    assert (found.says, found.against) == ("maxLength 128", "schema maxLength 64")
    assert found.sentence == "ID length: 6 to 128 characters."
    assert found.opposed == "the schema of user_id in the request to /paas/v4/images/generations"


@pytest.mark.parametrize(
    ("before", "after", "says", "against"),
    [
        ("`32x64`", "`16x64`", "recommended 16x64 for painter", "minSide 32"),
        ("`32x64`", "`32x160`", "recommended 32x160 for painter", "maxSide 128"),
        ("`32x64`", "`40x64`", "recommended 40x64 for painter", "sideMultipleOf 32"),
        ("`32x64`", "`96x96`", "recommended 96x96 for painter", "maxPixels 8192"),
        ("2^13px", "2^14px", "maxPixels 16384 for painter", "maxSide 128"),
    ],
)
def test_sentences_of_one_group_that_contradict_each_other_are_told(
    before: str, after: str, says: str, against: str
) -> None:
    found = read_pages(request(size={"description": GOOD.replace(before, after)})).contradictions
    assert (says, against) in [(each.says, each.against) for each in found]


def test_a_model_that_the_prose_names_and_the_schema_does_not_is_told() -> None:
    found = read_pages(request(quality={"description": "`painter` default is `hd`, `sculptor` is `hd`."}))
    assert [(each.says, each.against) for each in found.contradictions] == [("model sculptor", "schema enum painter")]


@pytest.mark.parametrize(
    ("prop", "name"),
    [("quality", "ultra"), ("model", "glm-image-9")],
)
def test_a_name_quoted_of_an_enumeration_that_does_not_have_it_is_told(prop: str, name: str) -> None:
    document = vendored()
    schema = document["components"]["schemas"]["CreateImageRequest"]["properties"][prop]
    schema["description"] += f" Use `{name}` for posters."
    assert [each.says for each in new(document)] == [f"`{name}`"]


def test_a_role_that_the_prose_explains_and_the_schema_lost_is_told() -> None:
    document = vendored()
    role = described(document)["severity"]
    items = document["components"]["schemas"]["ImageGenerationResponse"]["properties"]["content_filter"]["items"]
    items["properties"]["role"]["enum"].remove("user")
    assert [each.says for each in new(document)] == ["`user`"]
    assert role


# --- examples ---


def example(document: dict[str, Any], **fields: Any) -> None:
    media = document["paths"]["/paas/v4/images/generations"]["post"]["requestBody"]["content"]["application/json"]
    media["examples"]["Generate Image Example"]["value"] |= fields


@pytest.mark.parametrize(
    ("fields", "against"),
    [
        ({"size": "1000x1000"}, "recommended"),
        ({"size": "1024x992"}, "recommended"),
        ({"size": "large"}, "recommended"),
        ({"quality": "ultra"}, "schema enum"),
        ({"model": "glm-image-9"}, "schema enum"),
        ({"user_id": "abc"}, "schema minLength"),
        ({"prompt": 7}, "schema type"),
    ],
)
def test_an_example_that_schema_or_prose_does_not_allow_is_told(fields: dict[str, Any], against: str) -> None:
    document = vendored()
    example(document, **fields)
    assert any(each.against.startswith(against) for each in new(document))


def test_an_example_is_held_against_the_rules_of_the_model_it_names() -> None:
    document = vendored()
    example(document, model="cogview-4-250304", size="1728x960")
    assert new(document) == []
    example(document, size="2048x2048")
    assert [each.says for each in new(document)] == ["example 2048x2048"]


@pytest.mark.parametrize(("prop", "value"), [("size", "1000x1000"), ("model", "glm-image-9"), ("size", "7")])
def test_an_example_of_a_property_is_one_that_some_model_takes(prop: str, value: str) -> None:
    document = vendored()
    document["components"]["schemas"]["CreateImageRequest"]["properties"][prop]["example"] = value
    assert [each.says for each in new(document)] == [f"example {value}"]


def test_a_default_of_the_schema_that_no_model_takes_is_told() -> None:
    document = vendored()
    described(document)["size"]["default"] = "7x7"
    assert "schema default 7x7" in [each.says for each in new(document)]
