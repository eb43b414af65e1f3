"""What stops the reading: sentences that make no usable rule, and contradictions that nobody has reviewed."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.prose.reviewed import Reviewed
from scripts.rules.assembly import RulesError
from scripts.source.failure import PipelineError
from tests.scripts.prose_documents import described, read, request, size_of, vendored

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
        (f"{GOOD} {GOOD.replace('2^13', '2^12')}", "two sentences disagree: "),
        (GOOD.replace("`painter` r", "R").replace("2^13", "2^12") + " " + GOOD, "two sentences disagree: "),
        (GOOD.replace("`painter`", "`sculptor`"), 'size: no sentence gives the sizes of the model "painter"'),
        (GOOD.replace("32px-128px", "128px-32px"), "size: no image has such sides: "),
        (GOOD.replace("32px-128px", "0px-128px"), "size: no image has such sides: "),
        (GOOD.replace("32px-128px", "32px-999999999px"), "size: no image has such sides: "),
        (GOOD.replace("by `32`", "by `0`"), "size: no image has such sides: "),
        (GOOD.replace("32px-128px", "33px-63px"), "size: no size keeps all of "),
        (GOOD.replace("2^13px", "2^9px"), "size: no size keeps all of "),
        (GOOD.replace("32px-128px", "1px-60000px").replace("by `32`", "by `1`"), "size: over 1000000 sizes, too many"),
        (GOOD.replace("`32x64`", "`0x64`"), "size: no image has such sides: "),
    ],
)
def test_sizes_that_make_no_usable_rule_stop_with_the_sentence(description: str, message: str) -> None:
    with pytest.raises(RulesError) as refused:
        read(request(size={"description": description}))
    assert str(refused.value).startswith(message)
    assert "`" in str(refused.value) or "painter" in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "before", "after", "message"),
    [
        ("quality", "others model", "`glm-image`", "two sentences disagree: "),
        ("quality", "The quality of", "Default is `hd`. The quality of", "two sentences disagree: "),
        ("quality", "`5-10`", "`10-5`", "quality: the range runs backwards in "),
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
            "level: the most and the least severe are not",
        ),
        ("severity", "`3` is least", "`3` is most", "level: the most and the least severe are not"),
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
        read(document)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    "entries",
    [
        {"contradictions": {"place": 1}},
        {"contradictions": ["size"]},
        {"contradictions": [{"place": "/a", "says": "1", "against": "2"}]},
        {"contradictions": [{"place": "/a", "says": "1", "against": "2", "reason": " "}]},
        {"contradictions": [{"place": "/a", "says": 1, "against": "2", "reason": "No text."}]},
        {"remarks": [{"place": "/a", "sentence": "A.", "reason": "Fine.", "more": "x"}]},
        {"left_out": []},
    ],
)
def test_a_reviewed_file_of_another_shape_or_without_reasons_stops(entries: dict[str, Any]) -> None:
    with pytest.raises(PipelineError, match=r"^openapi/reviewed\.yaml: "):
        Reviewed.of(entries)
