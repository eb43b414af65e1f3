"""What changed is told in words, with what it means for callers and for servers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from attrs import evolve

from scripts.change.changelog import released, report, version_called_for, with_entry
from scripts.change.comparison import changes_between
from scripts.change.effects import Change
from scripts.rules.catalogue import named
from scripts.rules.constraint import Condition, Constraint
from scripts.source.failure import PipelineError
from tests.scripts.prose_documents import read, vendored, with_value

RULES = read().constraints
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
    (lambda d: d.pop("security"), "security `[{", "compatible", "breaking"),
    (lambda d: operation(d).update(security=[]), "security `[{", "compatible", "breaking"),
    (lambda d: operation(d).update(security=[{"bearerAuth": []}]), "in another place", "wording", "wording"),
    (
        lambda d: operation(d).update(security=[{"bearerAuth": []}, {"other": []}]),
        "security `[{",
        "compatible",
        "breaking",
    ),
    (
        lambda d: d["servers"].append({"url": "https://api-eu.z.ai/api"}),
        "servers: `https://api-eu.z.ai/api` is new",
        "compatible",
        "wording",
    ),
    (lambda d: d["servers"][0].update(description="Main"), "servers: `[{", "wording", "wording"),
    (
        lambda d: operation(d)["responses"].update({"429": operation(d)["responses"]["default"]}),
        "answer `429` is new",
        "compatible",
        "compatible",
    ),
    (
        lambda d: operation(d)["responses"].update({"202": {"description": "Later."}}),
        "answer `202` is new",
        "breaking",
        "compatible",
    ),
    (lambda d: operation(d)["responses"].pop("default"), "answer `default` is gone", "compatible", "breaking"),
    (lambda d: operation(d)["responses"].pop("200"), "answer `200` is gone", "breaking", "breaking"),
    (
        lambda d: operation(d)["responses"]["200"].update(headers={"X-Id": {"schema": {"type": "string"}}}),
        "header `X-Id` has",
        "compatible",
        "compatible",
    ),
    (
        lambda d: operation(d)["responses"]["200"]["content"].update(
            {"application/vnd.z+json": operation(d)["responses"]["200"]["content"]["application/json"]}
        ),
        "media type `application/vnd.z+json` is new",
        "compatible",
        "compatible",
    ),
    (
        lambda d: operation(d)["responses"]["200"]["content"].update({"text/event-stream": {}}),
        "media type `text/event-stream` is new",
        "breaking",
        "compatible",
    ),
    (lambda d: operation(d).update(callbacks={}), "`callbacks` has", "breaking", "breaking"),
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
    (change,) = changes_between(vendored(), after, RULES, RULES)
    assert text in change.text
    assert (change.callers, change.servers) == (callers, servers)


GLM, REST = Condition(("glm-image",)), Condition(("glm-image",), excluded=True)
PROSE: list[tuple[str, Condition | None, str, Any, str, str, str]] = [
    ("size", GLM, "minSide", 1056, "`1024` becomes `1056`", "breaking", "breaking"),
    ("size", GLM, "minSide", 992, "`1024` becomes `992`", "compatible", "breaking"),
    ("size", GLM, "maxSide", 2016, "`2048` becomes `2016`", "breaking", "breaking"),
    ("size", GLM, "maxSide", 2080, "`2048` becomes `2080`", "compatible", "breaking"),
    ("size", GLM, "sideMultipleOf", 64, "`32` becomes `64`", "breaking", "breaking"),
    ("size", GLM, "sideMultipleOf", 16, "`32` becomes `16`", "compatible", "breaking"),
    ("size", GLM, "sideMultipleOf", 48, "`32` becomes `48`", "breaking", "breaking"),
    ("size", REST, "maxPixels", 2**20, "`2097152` becomes `1048576`", "breaking", "breaking"),
    ("size", REST, "maxPixels", 2**22, "`2097152` becomes `4194304`", "compatible", "breaking"),
    ("size", REST, "default", "768x1344", "`1024x1024` becomes `768x1344`", "breaking", "breaking"),
    ("size", GLM, "recommended", ["1280x1280"], "without `1568x1056, 1056x1568", "breaking", "breaking"),
    ("user_id", None, "maxLength", 64, "`128` becomes `64`", "breaking", "breaking"),
    ("user_id", None, "minLength", 1, "`6` becomes `1`", "compatible", "breaking"),
    ("quality", REST, "default", "hd", "`standard` becomes `hd`", "breaking", "breaking"),
    ("url", None, "lifetime", 86400, "`2592000` becomes `86400`", "breaking", "compatible"),
    ("url", None, "lifetime", 5184000, "`2592000` becomes `5184000`", "compatible", "breaking"),
    ("data", None, "maxItems", 2, "`1` becomes `2`", "breaking", "compatible"),
    ("level", None, "leastSevere", 4, "`3` becomes `4`", "breaking", "breaking"),
    (
        "quality",
        None,
        "typicalSeconds",
        {"hd": [20, 30]},
        "`hd 20, 20` becomes `hd 20, 30`",
        "compatible",
        "compatible",
    ),
    ("url", None, "lifetime", None, "nothing is stated, where it was `2592000`", "breaking", "compatible"),
]


@pytest.mark.parametrize(("name", "when", "keyword", "value", "text", "callers", "servers"), PROSE)
def test_a_change_of_a_rule_is_told_with_its_effects(
    name: str, when: Condition | None, keyword: str, value: Any, text: str, callers: str, servers: str
) -> None:
    rules = read()
    stated = next(c for c in rules.constraints if (c.name, c.when, c.keyword) == (name, when, keyword))
    (change,) = changes_between(vendored(), vendored(), RULES, with_value(rules, stated, value).constraints)
    assert change.text.startswith(f"rule `{named(stated)}`: ")
    assert text in change.text
    assert (change.callers, change.servers) == (callers, servers)


def test_a_model_that_becomes_a_group_of_its_own_is_compared_with_the_rule_it_fell_under() -> None:
    rest = Condition(("glm-image", "cogview-5"), excluded=True)
    moved = [evolve(stated, when=rest) if stated.when == REST else stated for stated in RULES]
    own = [
        evolve(stated, when=Condition(("cogview-5",)), value=256 if stated.keyword == "minSide" else stated.value)
        for stated in RULES
        if stated.when == REST
    ]
    (change,) = changes_between(vendored(), vendored(), RULES, [*moved, *own])
    assert change == Change("rule `minSide of size for cogview-5`: `512` becomes `256`", "compatible", "breaking")


def test_a_rule_of_a_property_that_is_new_breaks_no_caller_and_one_of_a_property_that_is_gone_is_told_with_it() -> None:
    with_seed = vendored()
    place = "/components/schemas/CreateImageRequest/properties/seed"
    with_seed["components"]["schemas"]["CreateImageRequest"]["properties"]["seed"] = {"type": "integer"}
    rules = [*RULES, Constraint(place, None, "maximum", 9, "At most 9.")]
    came = changes_between(vendored(), with_seed, RULES, rules)
    assert [(change.callers, change.servers) for change in came] == [("compatible", "breaking")] * 2
    assert came[1].text == "rule `maximum of seed`: `9`, where nothing was stated"
    (gone,) = changes_between(with_seed, vendored(), rules, RULES)
    assert gone.text.endswith("property `seed` is gone")


def test_a_sentence_that_comes_or_goes_changes_no_rule_that_the_schema_states_too() -> None:
    without = [rule for rule in RULES if rule.name != "user_id"]
    assert changes_between(vendored(), vendored(), RULES, without) == []
    assert changes_between(vendored(), vendored(), without, RULES) == []


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
        assert changes_between(vendored(), changed, RULES, RULES), number
        assert changes_between(vendored(), without, RULES, RULES), number
    assert count > 130
    assert changes_between(vendored(), vendored(), RULES, RULES) == []


def test_what_the_page_says_stays_within_its_backticks_and_its_line() -> None:
    after = vendored()
    request(after)["properties"]["x`](https://evil.example)\n# @all \x1b[31m<b>"] = {"type": "string"}
    (change,) = changes_between(vendored(), after, RULES, RULES)
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
    ("headings", "version"),
    [
        ("## [Unreleased]", "0.0.0"),
        ("## [Unreleased]\n\n## [0.10.2] - 2026-12-01\n\n## [0.9.0] - 2026-11-30", "0.10.2"),
        ("## [1.0.0] - 2027-01-01", "1.0.0"),
    ],
)
def test_the_version_before_is_the_last_that_the_changelog_tells(headings: str, version: str) -> None:
    assert released(f"# Changelog\n\n{headings}\n") == version


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
