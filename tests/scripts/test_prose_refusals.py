"""What stops the reading: sentences that make no usable rule, and contradictions that nobody has reviewed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from scripts.rules.assembly import RulesError, read_rules
from tests.scripts.prose_documents import described, request, reviewed, size_of, vendored

GOOD = size_of("`painter`", "64x64 32x64", "32px-128px 32 2^13px")


@pytest.mark.parametrize(
    ("description", "message"),
    [
        (GOOD.replace(" (default)", ""), "size: no default in "),
        (GOOD.replace("`32x64`", "`32x64` (default)"), "size: two defaults in "),
        (GOOD.replace("`32x64`", "`64x64`"), "size: a size stands twice in "),
        (GOOD.split(" Custom")[0], "size: no limits for custom sizes follow "),
        (GOOD.split(" Custom")[0] + " " + GOOD, "size: no limits for custom sizes follow "),
        (GOOD[GOOD.index("Custom") :], "size: no recommended sizes stand before "),
        (f"{GOOD} {GOOD}", "size: a second rule for painter: "),
        (GOOD.replace("`painter` r", "R") + " " + GOOD, "size: a sentence on every model stands beside others: "),
        (GOOD.replace("`painter`", "`sculptor`"), 'size: no sentence gives the sizes of the model "painter"'),
        (GOOD.replace("32px-128px", "128px-32px"), "size: no picture has such sides: "),
        (GOOD.replace("32px-128px", "0px-128px"), "size: no picture has such sides: "),
        (GOOD.replace("32px-128px", "32px-999999999px"), "size: no picture has such sides: "),
        (GOOD.replace("by `32`", "by `0`"), "size: no picture has such sides: "),
        (GOOD.replace("32px-128px", "33px-63px"), "size: no size keeps all of "),
        (GOOD.replace("2^13px", "2^9px"), "size: no size keeps all of "),
        (GOOD.replace("32px-128px", "1px-60000px").replace("by `32`", "by `1`"), "size: over 1000000 sizes, too many"),
        (GOOD.replace("`32x64`", "`0x64`"), "size: no picture has such sides: "),
    ],
)
def test_sizes_that_make_no_usable_rule_stop_with_the_sentence(description: str, message: str) -> None:
    with pytest.raises(RulesError) as refused:
        read_rules(request(size={"description": description}))
    assert str(refused.value).startswith(message)
    assert "`" in str(refused.value) or "painter" in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "before", "after", "message"),
    [
        ("quality", "others model", "`glm-image`", "quality: a second default for glm-image: "),
        ("quality", "The quality of", "Default is `hd`. The quality of", "quality: a second default for others: "),
        ("quality", "`5-10`", "`10-5`", "quality: the range runs backwards in "),
        (
            "quality",
            "The quality",
            "This parameter is only supported for `glm-image`. The quality",
            "quality: not",
        ),
        ("user_id", "6 to 128", "128 to 6", "user_id: the range runs backwards in "),
        ("link", "Image link.", "The link expires after 7 days.", "two sentences disagree: "),
        (
            "images",
            "Array, containing",
            "The array only contains two images. Array, containing",
            "two sentences disagree",
        ),
        (
            "severity",
            "`level 0` is most",
            "`level 1` is most",
            "severity: the most and the least severe are not",
        ),
        ("severity", "`3` is least", "`3` is most", "severity: the most and the least severe are not"),
    ],
)
def test_other_promises_that_make_no_usable_rule_stop_with_the_sentence(
    kind: str, before: str, after: str, message: str
) -> None:
    document = vendored()
    schema = described(document)[kind]
    assert before in schema["description"]
    schema["description"] = schema["description"].replace(before, after)
    with pytest.raises(RulesError) as refused:
        read_rules(document, reviewed())
    assert str(refused.value).startswith(message)


def test_a_description_that_is_no_text_stops() -> None:
    with pytest.raises(RulesError, match="the description is not text"):
        read_rules(request(size={"description": ["1024x1024"]}))


# --- contradictions ---

OTHER_DEFAULT = "Default is `96x64`, recommended enum values: `64x64`"
ENTRIES = range(len(reviewed()["contradictions"]))


def refusal(document: dict[str, Any], entries: dict[str, Any] | None) -> str:
    with pytest.raises(RulesError) as refused:
        read_rules(document, entries)
    assert str(refused.value).isprintable()
    return str(refused.value)


@pytest.mark.parametrize("entry", ENTRIES)
def test_each_known_contradiction_stops_unless_it_is_listed(entry: int) -> None:
    entries = reviewed()
    left_out = entries["contradictions"].pop(entry)
    message = refusal(vendored(), entries)
    assert message.startswith(f"{left_out['rule']}: the page says {left_out['says']} in ")
    assert f", against {left_out['against']} in " in message
    assert message.endswith("if both are meant, list it with a reason in openapi/contradictions.yaml")


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("part", ["says", "against"])
def test_an_entry_covers_only_the_very_statements_it_names(entry: int, part: str) -> None:
    entries = reviewed()
    entries["contradictions"][entry][part] += "0"
    assert "the page says" in refusal(vendored(), entries)


def test_a_contradiction_quotes_both_sides() -> None:
    document = vendored()
    described(document)["user_id"]["maxLength"] = 64
    assert refusal(document, reviewed()) == (
        'user_id.max_length: the page says 128 in "ID length: 6 to 128 characters.", against schema maxLength 64 in '
        "the schema of user_id in the request to /paas/v4/images/generations; if both are meant, list it with a reason "
        "in openapi/contradictions.yaml"
    )


@pytest.mark.parametrize(
    ("kind", "keyword", "value", "rule"),
    [
        ("size", "default", "1024x1024", "size.glm-image.default"),
        ("quality", "default", "standard", "quality.glm-image.default"),
        ("quality", "enum", ["hd"], "quality.others.default"),
        ("quality", "enum", ["standard", "draft"], "quality.glm-image.default"),
        ("user_id", "minLength", 5, "user_id.min_length"),
        ("user_id", "maxLength", 129, "user_id.max_length"),
        ("images", "minItems", 2, "images.count"),
        ("images", "maxItems", 4, "images.count"),
        ("severity", "minimum", 1, "severity"),
        ("severity", "maximum", 4, "severity"),
    ],
)
def test_a_schema_that_says_otherwise_than_the_prose_stops(kind: str, keyword: str, value: Any, rule: str) -> None:
    document = vendored()
    described(document)[kind][keyword] = value
    assert re.match(rf"{re.escape(rule)}: the page says .*, against schema {keyword} ", refusal(document, reviewed()))


@pytest.mark.parametrize(
    ("kind", "description"),
    [
        ("size", f"{GOOD.replace('painter', 'sculptor')} {GOOD}"),
        ("quality", "`painter` default is `hd`, `sculptor` is `hd`."),
    ],
)
def test_a_model_that_the_prose_names_and_the_schema_does_not_stops(kind: str, description: str) -> None:
    properties: dict[str, Any] = {kind: {"description": description}}
    message = refusal(request(**properties), None)
    assert message.startswith(f"{kind}.sculptor: the page says sculptor in ")
    assert ", against schema enum painter in the schema of model in the request to " in message


@pytest.mark.parametrize(
    ("before", "after", "against"),
    [
        ("`32x64`", "`16x64`", "min_side 32"),
        ("`32x64`", "`32x160`", "max_side 128"),
        ("`32x64`", "`40x64`", "step 32"),
        ("`32x64`", "`96x96`", "max_pixels 8192"),
        ("2^13px", "2^14px", "max_side 128"),
        ("`painter` recommended enum values: `64x64` (default)", OTHER_DEFAULT, "recommended"),
    ],
)
def test_sentences_of_one_group_that_contradict_each_other_stop(before: str, after: str, against: str) -> None:
    assert before in GOOD
    assert f", against {against} in " in refusal(request(size={"description": GOOD.replace(before, after)}), None)


def test_an_entry_that_the_page_no_longer_needs_stops() -> None:
    document = vendored()
    described(document)["size"]["default"] = "1024x1024"
    entries = reviewed()
    entries["contradictions"].append(
        {
            "rule": "size.glm-image.default",
            "says": "1280x1280",
            "against": "schema default 1024x1024",
            "reason": "Test.",
        }
    )
    assert refusal(document, entries) == (
        "openapi/contradictions.yaml: the page no longer says 1024x1024 for size.others.default against schema default "
        "1280x1280; take the entry out"
    )


@pytest.mark.parametrize(
    "entries",
    [
        {"contradictions": {"size": 1}},
        {"contradictions": ["size"]},
        {"contradictions": [{"rule": "size", "says": "1", "against": "2"}]},
        {"contradictions": [{"rule": "size", "says": "1", "against": "2", "reason": " "}]},
        {"contradictions": [{"rule": "size", "says": 1, "against": "2", "reason": "No text."}]},
        {"contradictions": [{"rule": "size", "says": "1", "against": "2", "reason": "Fine.", "more": "x"}]},
    ],
)
def test_a_reviewed_list_of_another_shape_or_without_reasons_stops(entries: dict[str, Any]) -> None:
    assert refusal(vendored(), entries).startswith("openapi/contradictions.yaml: ")
