"""Rules: what the vendored document gives, what its relatives give, and that every number of the page reaches them."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from scripts.rules.assembly import RulesError, read_pages
from scripts.rules.catalogue import named
from scripts.rules.constraint import Condition, Constraint
from scripts.rules.rulebook import Rules
from tests.scripts.prose_documents import (
    ASYNCHRONOUS_QUALITY,
    ASYNCHRONOUS_SIZE,
    OLDER_QUALITY,
    OLDER_SIZE,
    OPENAPI,
    described,
    read,
    request,
    size_of,
    vendored,
)

KINDS = ("size", "quality", "user_id", "images", "link", "severity")
GLM_IMAGE = "1280x1280 1568x1056 1056x1568 1472x1088 1088x1472 1728x960 960x1728"
OTHERS = "1024x1024 768x1344 864x1152 1344x768 1152x864 1440x720 720x1440"
NOTHING = Rules()
REQUEST, ANSWER = (
    f"/components/schemas/{name}/properties" for name in ("CreateImageRequest", "ImageGenerationResponse")
)


def numbers(rules: Rules) -> dict[str, Any]:
    """The rules as a reader of rules.yaml gets them, sentences left out."""
    entries = yaml.safe_load(rules.to_yaml())["constraints"]
    assert Rules.of({"constraints": entries}) == rules
    return {named(Constraint.of(entry)): entry["value"] for entry in entries}


GLM, REST = Condition(("glm-image",)), Condition(("glm-image",), excluded=True)
STATED: list[tuple[Any, ...]] = [
    ("quality", GLM, "default", "hd"),
    ("quality", REST, "default", "standard"),
    ("quality", None, "typicalSeconds", {"hd": [20, 20]}),
    ("quality", None, "typicalSeconds", {"standard": [5, 10]}),
    ("size", GLM, "recommended", GLM_IMAGE.split()),
    ("size", GLM, "default", "1280x1280"),
    ("size", GLM, "minSide", 1024),
    ("size", GLM, "maxSide", 2048),
    ("size", GLM, "sideMultipleOf", 32),
    ("size", GLM, "maxPixels", 4194304),
    ("size", REST, "recommended", OTHERS.split()),
    ("size", REST, "default", "1024x1024"),
    ("size", REST, "minSide", 512),
    ("size", REST, "maxSide", 2048),
    ("size", REST, "sideMultipleOf", 16),
    ("size", REST, "maxPixels", 2097152),
    ("user_id", None, "minLength", 6),
    ("user_id", None, "maxLength", 128),
    ("data", None, "minItems", 1),
    ("data", None, "maxItems", 1),
    ("data/items/properties/url", None, "lifetime", 30 * 24 * 60 * 60),
    ("content_filter/items/properties/level", None, "minimum", 0),
    ("content_filter/items/properties/level", None, "maximum", 3),
    ("content_filter/items/properties/level", None, "mostSevere", 0),
    ("content_filter/items/properties/level", None, "leastSevere", 3),
]


def test_the_vendored_document_gives_the_rules_a_person_reads_on_the_page() -> None:
    others = "every model but glm-image"
    assert list(read().constraints) == [
        Constraint(f"{REQUEST}/{place}" if place[:4] in ("size", "qual", "user") else f"{ANSWER}/{place}", *rest)
        for place, *rest in STATED
    ]
    assert named(read().constraints[1]) == f"default of quality for {others}"


def test_every_sentence_stands_in_the_document_as_quoted() -> None:
    prose = "\n".join(schema["description"] for schema in described(vendored()).values())
    text = read().to_yaml()
    quoted = re.findall(r'sentence: "(.*)"', text)
    assert len(set(quoted)) == 11
    assert all(sentence in prose for sentence in quoted)


def test_the_committed_rules_are_the_ones_read() -> None:
    assert (OPENAPI / "rules.yaml").read_text(encoding="utf-8") == read().to_yaml()


def changes() -> list[Any]:
    """Every number of the six descriptions, with another in its place."""
    found = []
    for kind, schema in described(vendored()).items():
        for match in re.finditer(r"\d+|\bone\b", schema["description"]):
            for other in ("1", "7", "33", "999") if match[0] != "one" else ("two",):
                if other != match[0]:
                    changed = schema["description"][: match.start()] + other + schema["description"][match.end() :]
                    found.append(pytest.param(kind, changed, id=f"{kind}-{match.start()}-{match[0]}-{other}"))
    return found


@pytest.mark.parametrize(("kind", "description"), changes())
def test_each_changed_number_of_the_page_changes_the_rules_or_stops(kind: str, description: str) -> None:
    document = vendored()
    described(document)[kind]["description"] = description
    try:
        found = read(document)
    except RulesError as refused:
        message = str(refused)
    else:
        message = ""
        assert numbers(found) != numbers(read())
    assert message.isprintable()


@pytest.mark.parametrize(
    ("kind", "before", "after", "place", "expected"),
    [
        ("size", "`512px-2048px`", "`640px-1536px`", "minSide of size for every model but glm-image", 640),
        ("size", "`512px-2048px`", "`512px-1536px`", "maxSide of size for every model but glm-image", 1536),
        ("size", "divisible by `16`", "divisible by `8`", "sideMultipleOf of size for every model but glm-image", 8),
        ("size", "`2^21px`", "`2000000`", "maxPixels of size for every model but glm-image", 2_000_000),
        ("size", ", `720x1440`", "", "recommended of size for every model but glm-image", None),
        ("quality", "`5-10`", "`3`", "typicalSeconds of quality standard", {"standard": [3, 3]}),
        ("link", "`30`", "`7`", "lifetime of url", 604800),
        ("images", "one image", "4 images", "maxItems of data", 4),
    ],
)
def test_a_changed_promise_is_read_as_it_now_stands(
    kind: str, before: str, after: str, place: str, expected: Any
) -> None:
    document = vendored()
    schema = described(document)[kind]
    assert before in schema["description"]
    schema["description"] = schema["description"].replace(before, after)
    found = numbers(read(document))[place]
    if expected is None:
        expected = ["1024x1024", "768x1344", "864x1152", "1344x768", "1152x864", "1440x720"]
    assert found == expected


# --- relatives ---


def test_the_older_wording_for_one_model_gives_one_rule_for_all() -> None:
    document = request(
        models=("cogview-4-250304",),
        size={"type": "string", "description": OLDER_SIZE, "default": "1024x1024"},
        quality={"description": OLDER_QUALITY, "enum": ["hd", "standard"], "default": "standard"},
    )
    rules = read(document)
    (of_all,) = rules.size
    assert of_all == evolve(read().size[1], when=None, place=of_all.place)
    assert numbers(rules)["default of quality"] == "standard"


def asynchronous() -> dict[str, Any]:
    document = request(
        path="/paas/v4/async/images/generations",
        models=("glm-image",),
        size={"type": "string", "description": ASYNCHRONOUS_SIZE, "default": "1280x1280"},
        quality={"description": ASYNCHRONOUS_QUALITY, "enum": ["hd"], "default": "hd"},
        user_id={"description": "ID length: 6 to 128 characters.", "minLength": 6, "maxLength": 128},
    )
    link = {"description": "Image URL. The temporary link expires after `30` days, please store it promptly."}
    array = {"description": "Array containing the generated image URLs.", "items": {"properties": {"url": link}}}
    answer = {"oneOf": [{"properties": {"video_result": {}}}, {"$ref": "#/components/schemas/Answer"}]}
    document["components"] = {"schemas": {"Answer": {"properties": {"image_result": array}}}}
    document["paths"]["/paas/v4/async-result/{id}"] = {
        "get": {"responses": {"200": {"content": {"application/json": {"schema": answer}}}}}
    }
    return document


def test_the_asynchronous_page_gives_one_rule_for_all_and_the_link_of_a_finished_task() -> None:
    rules = read(asynchronous())
    known = read()
    (of_all,) = rules.size
    assert of_all == evolve(known.size[0], when=None, place=of_all.place)
    assert {named(stated): stated.value for stated in rules.constraints if stated.name != "size"} == {
        "typicalSeconds of quality hd": {"hd": [20, 20]},
        "minLength of user_id": 6,
        "maxLength of user_id": 128,
        "lifetime of url": 30 * 24 * 60 * 60,
    }


def test_pages_merged_into_one_document_give_the_rules_that_tell_the_models_apart() -> None:
    document, other = vendored(), asynchronous()
    document["paths"] |= other["paths"]
    document["components"]["schemas"] |= other["components"]["schemas"]
    assert read(document).size == read().size
    assert set(map(repr, read().constraints)) < set(map(repr, read(document).constraints))


def test_two_pages_that_disagree_on_a_model_are_refused_with_both_sentences() -> None:
    document, other = vendored(), asynchronous()
    document["paths"] |= other["paths"]
    schema = other["paths"]["/paas/v4/async/images/generations"]["post"]["requestBody"]["content"]["application/json"]
    size = schema["schema"]["properties"]["size"]
    size["description"] = size["description"].replace("`32`", "`64`")
    with pytest.raises(RulesError, match=r"^two sentences disagree: .*`64`.* and .*`32`"):
        read(document)


def test_a_document_without_pictures_gives_no_rules_and_no_complaints() -> None:
    content = {"application/json": {"schema": {"properties": {"size": {"description": "At most `9` things."}}}}}
    chat = {"/paas/v4/chat/completions": {"post": {"requestBody": {"content": content}}}}
    assert read({"openapi": "3.0.1", "paths": chat}) == NOTHING
    assert read({}) == NOTHING
    assert yaml.safe_load(NOTHING.to_yaml()) == {"constraints": []}


@pytest.mark.parametrize("kind", KINDS)
def test_a_property_that_is_absent_or_undescribed_gives_no_rule_and_leaves_the_others(kind: str) -> None:
    document = vendored()
    del described(document)[kind]["description"]
    rules = read(document)
    known = read()
    place = {"images": "data", "link": "url", "severity": "level"}.get(kind, kind)
    assert rules.constraints == tuple(stated for stated in known.constraints if stated.name != place)


def test_any_number_of_groups_is_read_each_with_its_limits() -> None:
    text = " ".join(
        [
            "Image size.",
            size_of("`brush`", "64x64 32x64", "32px-128px 32 2^13px"),
            size_of("`pen` and `ink`", "100x100", "50-200 50 30000"),
            size_of("`chalk`", "16x16", "16-64 16 2048"),
            size_of("Other models", "8x8", "8-16 8 128px"),
        ]
    )
    models = ("brush", "pen", "ink", "chalk", "anything")
    rules = read(request(models=models, size={"description": text}))
    assert {rule.label: (rule.default, rule.step, rule.max_pixels) for rule in rules.size} == {
        "brush": ((64, 64), 32, 8192),
        "pen and ink": ((100, 100), 50, 30000),
        "chalk": ((16, 16), 16, 2048),
        "every model but brush and pen and ink and chalk": ((8, 8), 8, 128),
    }


@given(
    step=st.integers(1, 64),
    first=st.integers(1, 20),
    count=st.integers(1, 30),
    spread=st.integers(0, 29),
    unit=st.sampled_from(["", "px", "pixels"]),
)
def test_other_numbers_are_read_as_written(step: int, first: int, count: int, spread: int, unit: str) -> None:
    least, greatest = step * first, step * (first + count)
    side = step * (first + min(spread, count))
    pixels = greatest**2 - 1
    text = size_of(
        "`a`", f"{least}x{side}", f"{least}{unit}-{greatest}{unit} {step} {pixels}{unit}".replace(" pix", "pix")
    )
    if side * least <= pixels:
        (rule,) = read(request(models=("a",), size={"description": text})).size
        found = (rule.default, rule.min_side, rule.max_side, rule.step, rule.max_pixels)
        assert found == ((least, side), least, greatest, step, pixels)


def test_a_property_is_found_through_references_and_combined_schemas() -> None:
    size = {"description": size_of("`painter`", "64x64", "32px-128px 32 2^13px")}
    document = request(size={"allOf": [{"$ref": "#/components/schemas/Size"}]})
    document["components"] = {"schemas": {"Size": size}}
    assert read(document).size[0].step == 32


def test_references_that_lead_nowhere_in_circles_or_elsewhere_give_no_rules() -> None:
    for reference in ("#/nowhere/at/all", "#/components/schemas/Loop", "https://127.0.0.1/x", "../x.yaml", "#"):
        document = request(size={"$ref": reference}, nested={"$ref": "#/components/schemas/Tree"})
        tree = {"properties": {"child": {"$ref": "#/components/schemas/Tree"}}, "items": {"$ref": reference}}
        document["components"] = {"schemas": {"Loop": {"$ref": "#/components/schemas/Loop"}, "Tree": tree}}
        assert read(document) == NOTHING


# --- the text of rules.yaml ---


def test_the_text_is_the_same_each_time_and_says_how_to_remake_it() -> None:
    text = read().to_yaml()
    assert text == read().to_yaml()
    assert "python -m scripts.regenerate" in text.partition("constraints:")[0]
    assert text.endswith("\n")


def test_names_that_yaml_takes_for_something_else_stay_names() -> None:
    text = size_of("`no`", "64x64", "32-128 32 8192") + " " + size_of("`null`", "64x64", "32-128 32 8192")
    document = request(models=("no", "null"), size={"description": text})
    rules = read(document)
    assert Rules.of(yaml.safe_load(rules.to_yaml())) == rules


def test_hostile_words_in_a_sentence_stay_words() -> None:
    hostile = "'''\"\"\" {{ 1 }} {% raw %} # : - & * ! | > %"
    document = vendored()
    described(document)["link"]["description"] = (
        "The temporary link expires after `30` days, it's \"\"\" ''' : - & ! [x] (y); see."
    )
    rules = read(document)
    stated = rules.stated("url", "lifetime")
    assert stated is not None
    again = Rules.of(yaml.safe_load(rules.to_yaml())).stated("url", "lifetime")
    assert again is not None
    assert again.sentence == stated.sentence
    described(document)["link"]["description"] = f"{hostile} `30`"
    assert [remark.sentence for remark in read_pages(document).remarks if "`30`" in remark.sentence]
