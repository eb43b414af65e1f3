"""What changed is told in words, with what it means for callers and for servers."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from scripts.change.changelog import report, version_called_for, with_entry
from scripts.change.changes import Change
from scripts.change.difference import differences
from scripts.source.failure import PipelineError
from scripts.source.reading import read_mapping
from tests.scripts.prose_documents import OPENAPI, vendored

RULES = read_mapping((OPENAPI / "rules.yaml").read_bytes(), "rules.yaml")
PATH = "/paas/v4/images/generations"
Edit = Callable[[dict[str, Any]], object]


def request(document: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = document["components"]["schemas"]["CreateImageRequest"]
    return schema


def answer(document: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = document["components"]["schemas"]["ImageGenerationResponse"]
    return schema


def operation(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][PATH]["post"]
    return found


def seed(document: dict[str, Any], *, required: bool) -> None:
    request(document)["properties"]["seed"] = {"type": "integer"}
    request(document)["required"] += ["seed"] * required


def parameter(document: dict[str, Any], *, required: bool) -> None:
    operation(document)["parameters"] = [
        {"name": "Accept-Language", "in": "header", "required": required, "schema": {"type": "string"}}
    ]


def role(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer(document)["properties"]["content_filter"]["items"]["properties"]["role"]
    return found


DOCUMENT: list[tuple[Edit, str, str, str]] = [
    (lambda d: d["paths"].update({"/v2": {"get": {}}}), "operation `GET /v2` is new", "compatible", "breaking"),
    (lambda d: d["paths"].pop(PATH), f"operation `POST {PATH}` is gone", "breaking", "compatible"),
    (lambda d: parameter(d, required=False), "`Accept-Language in header` is new and may be", "compatible", "breaking"),
    (lambda d: parameter(d, required=True), "`Accept-Language in header` is new and must be", "breaking", "breaking"),
    (lambda d: seed(d, required=False), "body: property `seed` is new and may be there", "compatible", "breaking"),
    (lambda d: seed(d, required=True), "body: property `seed` is new and must be there", "breaking", "breaking"),
    (lambda d: request(d)["properties"].pop("user_id"), "property `user_id` is gone", "breaking", "compatible"),
    (lambda d: request(d)["required"].append("size"), "property `size` must now be there", "breaking", "breaking"),
    (lambda d: request(d)["required"].remove("prompt"), "`prompt` need no longer be there", "compatible", "breaking"),
    (
        lambda d: request(d)["properties"]["model"]["enum"].append("cogview-5"),
        "property `model`: value `cogview-5` is new",
        "compatible",
        "breaking",
    ),
    (
        lambda d: request(d)["properties"]["model"]["enum"].remove("glm-image"),
        "property `model`: value `glm-image` is gone",
        "breaking",
        "breaking",
    ),
    (
        lambda d: request(d)["properties"]["user_id"].update(maxLength=64),
        "property `user_id`: `maxLength` `128` becomes `64`",
        "breaking",
        "breaking",
    ),
    (
        lambda d: request(d)["properties"]["user_id"].update(minLength=1),
        "property `user_id`: `minLength` `6` becomes `1`",
        "compatible",
        "breaking",
    ),
    (
        lambda d: request(d)["properties"]["prompt"].update(maxLength=1000),
        "property `prompt`: `maxLength` has `1000` added",
        "breaking",
        "breaking",
    ),
    (
        lambda d: request(d)["properties"]["prompt"].update(type="array"),
        "property `prompt`: `type` `string` becomes `array`",
        "breaking",
        "breaking",
    ),
    (
        lambda d: request(d)["properties"]["prompt"].update(description="A prompt. Long."),
        "property `prompt`: description `The text description of the image to be generated.` becomes `A prompt. Long.`",
        "wording",
        "wording",
    ),
    (lambda d: role(d)["enum"].append("tool"), "property `role`: value `tool` is new", "compatible", "compatible"),
    (lambda d: role(d)["enum"].remove("user"), "property `role`: value `user` is gone", "compatible", "breaking"),
    (lambda d: answer(d)["properties"].pop("created"), "property `created` is gone", "breaking", "compatible"),
    (
        lambda d: answer(d)["properties"].update(id={"type": "string"}),
        "answer `200`: property `id` is new and may be there",
        "compatible",
        "compatible",
    ),
    (lambda d: answer(d).update(required=["data"]), "property `data` must now be there", "compatible", "breaking"),
    (
        lambda d: d["servers"][0].update(url="https://evil.example"),
        'servers: `[{"url": "https://api.z.ai/api"',
        "breaking",
        "breaking",
    ),
    (lambda d: d.pop("security"), "security: ", "breaking", "breaking"),
    (
        lambda d: d["components"]["securitySchemes"]["bearerAuth"].update(scheme="basic"),
        "security scheme `bearerAuth`: ",
        "breaking",
        "breaking",
    ),
    (lambda d: d["info"].update(version="1.0.1"), "info: ", "wording", "wording"),
    (
        lambda d: d["components"]["schemas"].update(Unused={"type": "object"}),
        "the document changed where no operation takes anything from",
        "wording",
        "wording",
    ),
]


@pytest.mark.parametrize(("edit", "text", "callers", "servers"), DOCUMENT, ids=[case[1] for case in DOCUMENT])
def test_a_change_of_the_document_is_told_once_with_its_effects(
    edit: Edit, text: str, callers: str, servers: str
) -> None:
    after = vendored()
    edit(after)
    (change,) = differences(vendored(), after, RULES, RULES)
    assert text in change.text
    assert (change.callers, change.servers) == (callers, servers)


PROSE: list[tuple[str, Any, str, str, str]] = [
    ("size.glm-image.min_side", 1056, "`1024` becomes `1056`", "breaking", "breaking"),
    ("size.glm-image.min_side", 992, "`1024` becomes `992`", "compatible", "breaking"),
    ("size.glm-image.max_side", 2016, "`2048` becomes `2016`", "breaking", "breaking"),
    ("size.glm-image.max_side", 2080, "`2048` becomes `2080`", "compatible", "breaking"),
    ("size.glm-image.step", 64, "`32` becomes `64`", "breaking", "breaking"),
    ("size.glm-image.step", 16, "`32` becomes `16`", "compatible", "breaking"),
    ("size.glm-image.step", 48, "`32` becomes `48`", "breaking", "breaking"),
    ("size.others.max_pixels", 2**20, "`2097152` becomes `1048576`", "breaking", "breaking"),
    ("size.others.max_pixels", 2**22, "`2097152` becomes `4194304`", "compatible", "breaking"),
    ("size.others.default", "768x1344", "`1024x1024` becomes `768x1344`", "breaking", "breaking"),
    ("size.glm-image.recommended", ["1280x1280"], "without `1568x1056, 1056x1568", "breaking", "breaking"),
    ("user_id.max_length", 64, "`128` becomes `64`", "breaking", "breaking"),
    ("user_id.min_length", 1, "`6` becomes `1`", "compatible", "breaking"),
    ("quality.others.default", "hd", "`standard` becomes `hd`", "breaking", "breaking"),
    ("link.days", 7, "`30` becomes `7`", "breaking", "compatible"),
    ("link.days", 60, "`30` becomes `60`", "compatible", "breaking"),
    ("images.count", 2, "`1` becomes `2`", "breaking", "breaking"),
    ("severity.least_severe", 4, "`3` becomes `4`", "breaking", "breaking"),
    ("duration.hd.max_seconds", 30, "`20` becomes `30`", "compatible", "compatible"),
    ("link.days", None, "nothing is stated, where it was `30`", "breaking", "compatible"),
]


@pytest.mark.parametrize(("place", "value", "text", "callers", "servers"), PROSE)
def test_a_change_of_a_rule_is_told_with_its_effects(
    place: str, value: Any, text: str, callers: str, servers: str
) -> None:
    after = copy.deepcopy(RULES)
    *steps, name = place.split(".")
    rule = after
    for step in steps:
        rule = rule[step]
    rule[name] = value
    (change,) = differences({}, {}, RULES, after)
    assert change.text.startswith(f"rule `{place}`: ")
    assert text in change.text
    assert (change.callers, change.servers) == (callers, servers)


def test_a_group_that_becomes_a_rule_of_its_own_is_compared_with_the_rule_it_fell_under() -> None:
    after = copy.deepcopy(RULES)
    after["size"]["cogview-5"] = RULES["size"]["others"] | {"min_side": 256}
    (change,) = differences({}, {}, RULES, after)
    assert change == Change("rule `size.cogview-5.min_side`: `512` becomes `256`", "compatible", "breaking")


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        yield node, key
        if isinstance(value, dict | list):
            yield from places(value)


def test_no_value_of_the_document_changes_or_goes_silently() -> None:
    count = len(list(places(vendored())))
    for number in range(count):
        changed, without = vendored(), vendored()
        node, key = list(places(changed))[number]
        node[key] = "changed"
        node, key = list(places(without))[number]
        del node[key]
        assert differences(vendored(), changed, RULES, RULES), number
        assert differences(vendored(), without, RULES, RULES), number
    assert count > 130
    assert differences(vendored(), vendored(), RULES, RULES) == []


def test_what_the_page_says_stays_within_its_backticks_and_its_line() -> None:
    after = vendored()
    request(after)["properties"]["x`](https://evil.example)\n# @all \x1b[31m<b>"] = {"type": "string"}
    (change,) = differences(vendored(), after, RULES, RULES)
    assert change.text.isprintable()
    outside = re.sub(r"`[^`]*`", "", change.text)
    assert outside == "operation : body: property  is new and may be there"


BREAKING, ADDED, SERVERS, WORDS = (
    Change("a", "breaking", "breaking"),
    Change("b", "compatible", "compatible"),
    Change("c", "wording", "breaking"),
    Change("d", "wording", "wording"),
)


@pytest.mark.parametrize(
    ("current", "changes", "version"),
    [
        ("1.2.3", [WORDS, ADDED, BREAKING], "2.0.0"),
        ("1.2.3", [WORDS, ADDED], "1.3.0"),
        ("1.2.3", [WORDS, SERVERS], "1.3.0"),
        ("1.2.3", [WORDS], "1.2.4"),
        ("0.2.3", [BREAKING], "0.3.0"),
        ("0.2.3", [ADDED], "0.2.4"),
        ("0.2.3", [WORDS], "0.2.4"),
    ],
)
def test_the_version_follows_from_what_breaks_callers(current: str, changes: list[Change], version: str) -> None:
    assert version_called_for(current, changes) == version


def test_the_report_tells_the_gravest_first() -> None:
    lines = report("1.2.3", [WORDS, ADDED, BREAKING]).splitlines()
    assert lines[0] == "Z.AI's page changed; this calls for version 2.0.0 (now 1.2.3)."
    assert lines[2:] == [
        "- breaking for callers and servers: a",
        "- compatible for callers and servers: b",
        "- wording: d",
    ]


@pytest.mark.parametrize(
    ("changelog", "expected"),
    [
        ("# C\n\n## [Unreleased]\n", "# C\n\n## [Unreleased]\n\n### Changed\n\nENTRY"),
        (
            "# C\n\n## [Unreleased]\n\n### Added\n\n- A.\n\n## [1.2.3]\n\n### Changed\n\n- B.\n",
            "# C\n\n## [Unreleased]\n\n### Added\n\n- A.\n\n### Changed\n\nENTRY\n## [1.2.3]\n\n### Changed\n\n- B.\n",
        ),
        (
            "# C\n\n## [Unreleased]\n\n### Changed\n\n- A.\n\n## [1.2.3]\n",
            "# C\n\n## [Unreleased]\n\n### Changed\n\nENTRY- A.\n\n## [1.2.3]\n",
        ),
    ],
)
def test_the_entry_stands_under_unreleased_changed(changelog: str, expected: str) -> None:
    entry = (
        "- Z.AI's page as of 2026-11-22, which calls for version 2.0.0:\n"
        "  - breaking for callers and servers: a\n"
        "  - changes of wording: 1.\n"
    )
    text = with_entry(changelog, "1.2.3", [BREAKING, WORDS], date(2026, 11, 22))
    assert text == expected.replace("ENTRY", entry)


def test_a_changelog_without_unreleased_is_refused() -> None:
    with pytest.raises(PipelineError, match="has no section"):
        with_entry("# C\n", "1.2.3", [BREAKING], date(2026, 11, 22))
