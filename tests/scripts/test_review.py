"""Any change that needs a person is two commands: see it, accept it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.change.entries import Entries, in_flow
from scripts.prose.reviewed import REVIEWED
from scripts.regenerate import ROOT
from scripts.regenerate import main as regenerate
from scripts.rules.catalogue import CATALOGUE
from scripts.rules.rulebook import Rules
from tests.scripts.published import PAGE, accepted, checkout_in, file_with, refused, replaced, run, state

TEXT = PAGE.decode()
GLM_SIZES = re.search(r" {12}Image size\. (`glm-image` recommended.*?`2\^22px`\.) \n", TEXT, re.DOTALL)
OTHER_SIZES = re.search(r" {12}(Others model recommended.*?`2\^21px`\.)\n", TEXT, re.DOTALL)
assert GLM_SIZES is not None
assert OTHER_SIZES is not None
LITE = (
    "`glm-image-lite` recommended enum values: `512x512` (default), `768x384`. Custom parameter: Both width and height "
    "must be between `256px-1024px`, and must be divisible by `64`, and the maximum pixel count must not exceed "
    "`2^19px`."
)


SEVERITY = re.search(r"Severity level `level 0-3`.*?least severe\.", TEXT, re.DOTALL)
assert SEVERITY is not None


def block(name: str, indent: int) -> str:
    """The lines of a property of the page."""
    found = re.search(rf"(?m)^ {{{indent}}}{name}:\n(?: {{{indent + 1},}}.*\n)*", TEXT)
    assert found is not None
    return found[0]


def edited(changes: dict[str, str]) -> bytes:
    return replaced(TEXT, changes).encode()


CHANGES: dict[str, tuple[bytes, list[str]]] = {
    "other numbers": (
        edited({"`1024px-2048px`": "`992px-4096px`", "2^22px": "2^23px", "`30` days": "`24` hours"}),
        [
            "SIZE-GLM-RANGE: has minSide of size for glm-image 1024, where the page says 992",
            "LINK-LIFE: has lifetime of url",
        ],
    ),
    "a third group of sizes": (
        edited(
            {
                "            Others model": f"            {LITE}\n\n            Others model",
                "            - cogview-4-250304\n": "            - cogview-4-250304\n            - glm-image-lite\n",
            }
        ),
        ["recommended of size for glm-image-lite: the page says 512x512, 768x384, and no requirement has it"],
    ),
    "one group for all models": (
        edited({GLM_SIZES[0]: "            Image size.\n", "Others model recommended": "Recommended"}),
        ["minSide of size: the page says 512, and no requirement has it"],
    ),
    "a dropped model": (
        edited(
            {
                OTHER_SIZES[0]: "\n",
                "            - cogview-4-250304\n": "",
                "hd`,\n            others model is `standard`.": "hd`.",
            }
        ),
        ["SIZE-OTHERS-STEP: has sideMultipleOf of size for every model but glm-image 16, which the page does not"],
    ),
    "a new remark": (
        edited({"Model code": "Model code. Ask your account manager for more"}),
        ['model/description: no rule reads "Ask your account manager for more", and no remark'],
    ),
    "a limit of another property": (
        edited({"the image to be generated.\n": "the image to be generated. Maximum length is 1000 characters.\n"}),
        ["maxLength of prompt: the page says 1000, and no requirement has it"],
    ),
    "a remark beside the document": (
        TEXT.replace("\n## OpenAPI", "\nPrompts are limited to 1000 characters.\n\n## OpenAPI").encode(),
        ['page: no rule reads "Prompts are limited to 1000 characters."'],
    ),
    "a contradiction": (
        edited({"minLength: 6": "minLength: 5"}),
        ['the page says minLength 6 in "ID length: 6 to 128 characters.", against schema minLength 5'],
    ),
    "a rule that is gone": (
        edited({" ID\n            length: 6 to 128 characters.": ""}),
        ["USER-ID-LENGTH: quotes a sentence that the document no longer has"],
    ),
    "a unit in which nothing is counted": (
        edited(
            {
                "128 characters.\n          minLength: 6\n          maxLength: 128\n": "128 bytes.\n",
            }
        ),
        [
            'no rule reads "ID length: 6 to 128 bytes."',
            "USER-ID-LENGTH: has minLength of user_id 6, which the page does",
        ],
    ),
    "a property that is gone": (
        edited({block("user_id", 8): ""}),
        ["USER-ID-LENGTH: has minLength of user_id 6, which the page does not state"],
    ),
    "a property of answers that is gone": (
        edited({block("created", 8): "", block("content_filter", 8): ""}),
        ["ANSWER-CREATED: quotes a sentence", "FILTER-FORM: has mostSevere of level 0, which the page does not state"],
    ),
    "no number of images any more": (
        edited({" Currently, the array\n            only contains one image.": ""}),
        ["ANSWER-COUNT: has maxItems of data 1, which the page does not state"],
    ),
    "no life of links any more": (
        edited({" The temporary link expires after `30` days, please\n                  store it promptly.": ""}),
        ["LINK-LIFE: has lifetime of url 2592000, which the page does not state"],
    ),
    "no severity any more": (
        edited({SEVERITY[0]: "Severity\n                  of the finding."}),
        ["FILTER-FORM: has mostSevere of level 0, which the page does not state"],
    ),
    "a model that is gone": (
        edited({"            - cogview-4-250304\n": ""}),
        ["MODEL-KNOWN: has the values glm-image, cogview-4-250304, which are not the document's (any more)"],
    ),
    "another default of a known model": (
        edited({"others model is `standard`": "others model is `hd`"}),
        ["default of quality for every model but glm-image standard, where the page says hd"],
    ),
    "a known model under the rules of another": (
        edited({"`glm-image` recommended": "`glm-image` and `cogview-4-250304` recommended"}),
        ["minSide of size for glm-image and cogview-4-250304: the page says 1024, and no requirement has it"],
    ),
    "known defaults the other way round": (
        edited({"default is `hd`,": "default is `standard`,", "others model is `standard`": "others model is `hd`"}),
        ["QUALITY-GLM-DEFAULT: has default of quality for glm-image hd, where the page says standard"],
    ),
    "a known model without the rule of the others": (
        edited(
            {
                "others model is `standard`": "`glm-image-2` is `standard`",
                "            - cogview-4-250304\n": "            - cogview-4-250304\n            - glm-image-2\n",
            }
        ),
        ["QUALITY-OTHERS-DEFAULT: has default of quality for every model but glm-image standard, which the page does"],
    ),
    "a new model with a default that is known and none of the rules beside it": (
        edited(
            {
                "others model is `standard`": "`cogview-4-250304` is `standard`",
                "            - cogview-4-250304\n": "            - cogview-4-250304\n            - glm-image-2\n",
            }
        ),
        ["MODEL-KNOWN: has the values glm-image, cogview-4-250304, which are not the document's (any more)"],
    ),
    "another enumeration": (
        edited({"                  - history\n": "                  - history\n                  - tool\n"}),
        ["FILTER-FORM: has the values assistant, user, history, which are not the document's (any more)"],
    ),
}


NEW_MODEL = {"            - glm-image\n": "            - glm-image\n            - glm-image-turbo\n"}
SAME: dict[str, bytes] = {
    "other words for the same": edited(
        {"between\n            `512px-2048px`": "at least 512px\n            and at most 2048px"}
    ),
    "a new model that falls under the others": edited(NEW_MODEL),
    "a new model beside a known one": edited(
        {"`glm-image` recommended": "`glm-image` and `glm-image-turbo` recommended", **NEW_MODEL}
    ),
    "a model by its name in the place of the others": edited(
        {"others model is `standard`": "`cogview-4-250304` default is `standard`"}
    ),
    "models in another order": edited(
        {"- glm-image\n            - cogview-4-250304\n": "- cogview-4-250304\n            - glm-image\n"}
    ),
    "a remark that is gone": edited({"      summary: Generate Image\n": ""}),
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return checkout_in(tmp_path / "checkout")


def entries(text: str) -> dict[str, Any]:
    return {entry["id"]: entry for entry in yaml.safe_load(text)["requirements"]}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_is_two_commands_and_so_is_the_way_back_with_no_other_edit(
    change: str, checkout: Path, tmp_path: Path
) -> None:
    content, told = CHANGES[change]
    page, back = file_with(tmp_path / "given", content), file_with(tmp_path / "back", PAGE)
    before, old = state(checkout), entries((checkout / CATALOGUE).read_text())
    asked, digest = refused([page], checkout)
    assert [line for line in told if line not in asked] == []
    assert state(checkout) == before
    assert run([page, "--accept", digest], checkout)[0] == 3
    assert (checkout / "openapi/generate-image.md").read_bytes() == content
    assert regenerate(["--check"], root=checkout) == 0
    assert run([page], checkout)[:2] == (0, "Nothing changed.\n")
    # Back, which needs no person where every number is known again.
    if run([back], checkout)[0] == 1:
        accepted([back], checkout)
    rules = Rules.of(yaml.safe_load((checkout / "openapi/rules.yaml").read_text()))
    assert rules == Rules.of(yaml.safe_load((ROOT / "openapi/rules.yaml").read_text()))
    now = entries((checkout / CATALOGUE).read_text())
    kept = {name: entry.get("numbers") for name, entry in now.items() if name in old}
    assert kept == {name: old[name].get("numbers") for name in kept}


@pytest.mark.parametrize("content", SAME.values(), ids=SAME)
def test_what_says_nothing_new_is_taken_in_without_review(content: bytes, checkout: Path, tmp_path: Path) -> None:
    reasons = [entry["reason"] for entry in yaml.safe_load((checkout / REVIEWED).read_text())["contradictions"]]
    page = file_with(tmp_path / "given", content)
    code, report, refused = run([page], checkout)
    assert (code, refused) == (3, "")
    assert report.endswith("follow without review: no sentence and no number is new.\n")
    assert regenerate(["--check"], root=checkout) == 0
    kept = [entry["reason"] for entry in yaml.safe_load((checkout / REVIEWED).read_text())["contradictions"]]
    assert sorted(kept) == sorted(reasons)
    assert run([page], checkout)[:2] == (0, "Nothing changed.\n")


def test_numbers_and_sentences_change_in_their_entries_and_all_else_stays(checkout: Path, tmp_path: Path) -> None:
    accepted([file_with(tmp_path / "given", edited({"`30` days": "`7` days"}))], checkout)
    before, after = ((tree / CATALOGUE).read_text().splitlines() for tree in (ROOT, checkout))
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [
        ("    title: the link works for 30 days", "    title: the link works for 7 days"),
        (
            '    sentence: "The temporary link expires after `30` days, please store it promptly."',
            '    sentence: "The temporary link expires after `7` days, please store it promptly."',
        ),
        ("    numbers: {lifetime: 2592000}", "    numbers: {lifetime: 604800}"),
    ]


def test_a_new_group_gets_entries_after_the_pattern_of_another_named_after_it(checkout: Path, tmp_path: Path) -> None:
    accepted([file_with(tmp_path / "given", CHANGES["a third group of sizes"][0])], checkout)
    text = (checkout / CATALOGUE).read_text()
    found = {name: entry for name, entry in entries(text).items() if "LITE" in name}
    assert list(found) == [
        f"SIZE-GLM-IMAGE-LITE-{kind}" for kind in ("RECOMMENDED", "DEFAULT", "RANGE", "STEP", "PIXELS")
    ]
    assert (
        found["SIZE-GLM-IMAGE-LITE-RANGE"]["title"]
        == "the sides of a glm-image-lite image range from 256 to 1024 pixels"
    )
    assert found["SIZE-GLM-IMAGE-LITE-STEP"]["numbers"] == {"sideMultipleOf": 64}
    assert found["SIZE-GLM-IMAGE-LITE-STEP"]["when"] == {"models": ["glm-image-lite"]}
    old = (ROOT / CATALOGUE).read_text()
    assert [line for line in old.splitlines() if line.startswith("  #")] == [
        line for line in text.splitlines() if line.startswith("  #")
    ]
    assert [name for name in entries(text) if name not in found] == list(entries(old))


def test_a_rule_of_another_property_binds_servers_and_clients_and_is_tested_by_its_keyword(
    checkout: Path, tmp_path: Path
) -> None:
    accepted([file_with(tmp_path / "given", CHANGES["a limit of another property"][0])], checkout)
    entry = entries((checkout / CATALOGUE).read_text())["PROMPT-LENGTH"]
    assert (entry["numbers"], entry["binds"]) == ({"maxLength": 1000}, ["server", "client"])
    assert entry["check"] == "Sends values at each limit and beyond it."


def test_a_group_that_is_gone_takes_its_entries_along(checkout: Path, tmp_path: Path) -> None:
    accepted([file_with(tmp_path / "given", CHANGES["a dropped model"][0])], checkout)
    assert not [name for name in entries((checkout / CATALOGUE).read_text()) if "OTHERS" in name]


@pytest.mark.parametrize("given", ["0123456789abcdef", "", "of another change", "of another page"])
def test_a_digest_of_something_else_is_refused(given: str, checkout: Path, tmp_path: Path) -> None:
    page = file_with(tmp_path / "given", CHANGES["a new remark"][0])
    other = {
        "of another change": CHANGES["other numbers"][0],
        # The same is to be judged, of a page that differs elsewhere.
        "of another page": CHANGES["a new remark"][0].replace(
            b"maximum: 3", b"maximum: 3\n                format: int32"
        ),
    }
    digest = given
    if given in other:
        _, _, told = run([file_with(tmp_path / "other", other[given])], checkout)
        digest = told.splitlines()[-1].removeprefix("--accept ")
    before = state(checkout)
    code, _, told = run([page, "--accept", digest], checkout)
    assert code == 1
    assert "is of another list or another page" in told
    assert re.fullmatch(r"--accept [0-9a-f]{16}", told.splitlines()[-1])
    assert state(checkout) == before


def test_there_is_nothing_to_accept_where_nothing_is_to_be_judged(checkout: Path, tmp_path: Path) -> None:
    before = state(checkout)
    code, _, told = run([file_with(tmp_path / "given", PAGE), "--accept", "0123456789abcdef"], checkout)
    assert (code, told) == (
        1,
        "sync: refused, and nothing was changed: nothing is to be accepted; run this again without --accept\n",
    )
    assert state(checkout) == before


def test_regeneration_stops_at_what_nobody_has_judged(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reviewed = checkout / REVIEWED
    reviewed.write_text(reviewed.read_text().replace('sentence: "The request has failed."', 'sentence: "Another"'))
    assert regenerate([], root=checkout) == 2
    told = capsys.readouterr().err
    assert 'no rule reads "The request has failed.", in the place of "Another"' in told


# --- the files ---

LIST = """\
# At the top.
others: 1

listed:
  # The first.
  - id: A
    text: >-
      Two
      lines.
    n: 1  # Of A.

  - {id: B, n: 2}
  - id: C

# Behind.
more: []
"""


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        (lambda found: found.change(0, n=5), "    n: 1  # Of A.\n", "    n: 5\n"),
        (
            lambda found: found.change(0, text="It's one: line"),
            "    text: >-\n      Two\n      lines.\n",
            '    text: "It\'s one: line"\n',
        ),
        (lambda found: found.change(0, text=None), "    text: >-\n      Two\n      lines.\n", ""),
        (lambda found: found.change(2, n=[1, 2]), "  - id: C\n", "  - id: C\n    n: [1, 2]\n"),
        (lambda found: found.drop(1), "\n  - {id: B, n: 2}\n", ""),
        (lambda found: found.drop(2), "  - id: C\n", ""),
        (
            lambda found: found.add(1, {"id": "D"}, spaced=False),
            "  - {id: B, n: 2}\n",
            "  - {id: B, n: 2}\n  - id: D\n",
        ),
        (lambda found: found.add(2, {"id": "D"}, spaced=True), "  - id: C\n", "  - id: C\n\n  - id: D\n"),
        (lambda found: None, "", ""),
    ],
)
def test_an_edit_of_an_entry_leaves_the_rest_of_the_file(
    edit: Callable[[Entries], None], before: str, after: str
) -> None:
    found = Entries(LIST, "listed")
    edit(found)
    text = found.text()
    assert text.replace("\n\n\n", "\n\n") == LIST.replace(before, after, 1).replace("\n\n\n", "\n\n")
    yaml.safe_load(text)


def test_an_empty_list_takes_entries() -> None:
    found = Entries(LIST, "more")
    found.add(-1, {"id": "A"}, spaced=False)
    assert yaml.safe_load(found.text())["more"] == [{"id": "A"}]


@pytest.mark.parametrize(
    "value",
    [
        "plain",
        "with, a comma",
        "a: b",
        "yes",
        "1",
        "1.5",
        "1280x1280",
        "0x1f",
        "1_000",
        "2026-01-01",
        "null",
        "`code`",
        "it's",
        "",
        " ",
        "ends: ",
        "#x",
        "a #b",
        {"a": [1, True, None, "x,y"]},
        "/a/~1b",
        "é",
        "- a",
        "12:30",
    ],
)
def test_a_value_is_written_so_that_every_reader_takes_it_for_the_same(value: Any) -> None:
    assert yaml.safe_load(in_flow(value)) == value
    assert yaml.safe_load(in_flow([value])) == [value]
    assert json.loads(json.dumps(value)) == value
