"""Two JSON reports are compared: what got better, worse, new and gone, with no server asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.conftest import Run
from zai_image_conformance.report.compare import NotAReport, compare, read

JUDGED = ["pass", "deviation", "fail"]
RESULTS = [*JUDGED, "skipped", "not tested", "error"]


def outcome(result: str, model: str | None = "glm-image", actual: str = "") -> dict[str, Any]:
    return {"result": result, "model": model, "name": "1281x1280", "expected": "a refusal", "actual": actual}


def document(*outcomes: dict[str, Any], in_part: bool = False, **fields: Any) -> dict[str, Any]:
    """What a comparison reads of a report."""
    return {
        "format": 2,
        "url": "http://127.0.0.1:8000/api",
        "profile": "documented",
        "problem": None,
        "revision": {"sha256": "0" * 64},
        "budget": None,
        "thorough": False,
        "seed": 7,
        "judged_at": "2026-01-24T12:00:00Z",
        "requirements": [{"id": "SIZE-GLM-STEP", "short_of_budget": in_part, "outcomes": list(outcomes)}],
        **fields,
    }


def told(*outcomes: dict[str, Any], **fields: Any) -> Any:
    return read(json.dumps(document(*outcomes, **fields)).encode())


@pytest.mark.parametrize(("before", "after"), list(product(RESULTS, RESULTS)))
def test_every_pair_of_results_is_better_worse_new_gone_or_as_before(before: str, after: str) -> None:
    found = compare(told(outcome(before)), told(outcome(after)))
    kinds = [change.kind for change in found.changes]
    if before in JUDGED and after in JUDGED:
        step = JUDGED.index(after) - JUDGED.index(before)
        assert kinds == [["better"], [], ["worse"]][(step > 0) - (step < 0) + 1]
        assert found.as_before == (step == 0)
    else:
        assert kinds == ["new"] * (after in JUDGED) + ["gone"] * (before in JUDGED)
    assert found.exit_code == int("worse" in kinds)


def test_the_worst_outcome_of_a_requirement_and_model_decides_and_is_shown() -> None:
    old = told(outcome("pass"), outcome("pass", "cogview-4-250304"), outcome("pass", None))
    new = told(
        outcome("pass"),
        outcome("fail", actual="200"),
        outcome("deviation", None, "400"),
        outcome("pass", "cogview-4-250304"),
    )
    assert compare(old, new).text().splitlines() == [
        "worse   SIZE-GLM-STEP glm-image: pass before, fail now (1281x1280: expected a refusal; actual 200)",
        "worse   SIZE-GLM-STEP any model: pass before, deviation now (1281x1280: expected a refusal; actual 400)",
        "2 worse, 0 better, 0 new, 0 gone; 1 as before, 0 of them broken",
    ]


def test_what_else_may_be_the_reason_is_told() -> None:
    other = told(
        outcome("pass"),
        url="http://b/api",
        profile="deployed",
        revision={"sha256": "1" * 64},
        budget=1,
        thorough=True,
        judged_at="2026-01-24T11:59:59Z",
    )
    remarks = compare(told(outcome("pass")), other).remarks
    assert [remark.partition(":")[0] for remark in remarks] == [
        "OLD was judged after NEW",
        "another server",
        "another profile",
        "another revision of the page",
        "another budget",
        "ten times as many generated test cases now",
    ]
    assert "another budget: no limit before, 1 image now" in remarks


@pytest.mark.parametrize(
    ("after", "remarks"), [("pass", ()), ("fail", ("other generated test cases: seed 7 before, 8 now",))]
)
def test_another_seed_is_told_where_something_changed(after: str, remarks: tuple[str, ...]) -> None:
    assert compare(told(outcome("pass")), told(outcome(after), seed=8)).remarks == remarks


def test_a_test_case_that_was_not_sent_for_want_of_budget_is_not_better() -> None:
    full, short = told(outcome("fail", actual="200")), told(outcome("pass"), in_part=True, budget=2)
    (change,) = compare(full, short).changes
    assert change.kind == "gone"
    assert change.words == "fail before, pass now, on some of its test cases, for want of budget"
    back = compare(short, full)
    assert [change.kind for change in back.changes] == ["new"]
    assert back.exit_code == 0
    # Of two that are short alike the questions are the same.
    shorts = [told(outcome(result), in_part=True, budget=4) for result in ("pass", "fail")]
    assert [change.kind for change in compare(*shorts).changes] == ["worse"]
    assert [change.kind for change in compare(*reversed(shorts)).changes] == ["better"]
    # What is worse on fewer questions is worse.
    assert [change.kind for change in compare(told(outcome("pass")), told(outcome("fail"), in_part=True)).changes] == [
        "worse"
    ]


def test_a_hostile_report_prints_no_more_than_lines() -> None:
    hostile = told(outcome("fail", "\x1b[2J\n" * 900, "\x1b]0;poisoned\x07" * 900), url="\x1b\n\ud800" * 900)
    text = compare(told(), hostile).text()
    assert text.replace("\n", "").isprintable()
    assert text.count("\n") == 3
    assert len(text) < 1000


NO_REPORTS: dict[str, tuple[bytes, str]] = {
    "not JSON": (b"<html>", "not JSON"),
    "bytes that are no text": (b"\xff\xfe\x00\xd8", "not JSON"),
    "nested too deeply": (b"[" * 100_000, "not JSON"),
    "another document": (b'{"openapi": "3.1.0"}', "not a JSON report"),
    "a later format": (json.dumps(document(format=3)).encode(), "of format 2"),
    "a word for the requirements": (json.dumps(document(requirements="all")).encode(), "schema"),
    "a number for a result": (json.dumps(document(outcome(7))).encode(), "schema"),  # type: ignore[arg-type]
    "nothing but the format": (b'{"format": 2}', "schema"),
    "a server that was unreachable": (json.dumps(document(problem="no answer")).encode(), "no verdict: no answer"),
}


@pytest.mark.parametrize("name", NO_REPORTS)
def test_a_file_that_holds_no_verdict_ends_with_2_and_one_line(zai_image: Run, tmp_path: Path, name: str) -> None:
    content, words = NO_REPORTS[name]
    (tmp_path / "old.json").write_text(json.dumps(document(outcome("pass"))))
    (tmp_path / "new.json").write_bytes(content)
    done = zai_image("conform", "--compare", "old.json", "new.json")
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "new.json: " in line
    assert words in line


def test_a_file_that_is_not_there_ends_with_2_and_one_line(zai_image: Run) -> None:
    done = zai_image("conform", "--compare", "old.json", "new.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "zai-image: cannot read old.json: No such file or directory\n"


@pytest.mark.parametrize("more", ["--local", "http://127.0.0.1:9/api"])
def test_a_comparison_takes_no_server(zai_image: Run, more: str) -> None:
    assert zai_image("conform", "--compare", "old.json", "new.json", more).returncode == 2


@pytest.mark.parametrize(("after", "code"), [("pass", 0), ("fail", 1)])
def test_the_command_ends_with_1_where_something_got_worse(
    zai_image: Run, tmp_path: Path, after: str, code: int
) -> None:
    for name, result in (("old.json", "pass"), ("new.json", after)):
        (tmp_path / name).write_text(json.dumps(document(outcome(result))))
    done = zai_image("conform", "--compare", "old.json", "new.json")
    assert done.returncode == code
    assert done.stdout.splitlines()[-1].startswith(f"{code} worse, 0 better, 0 new, 0 gone; ")


def anything(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)


ANY_JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), anything, max_leaves=6)
PLACES: list[Callable[[dict[str, Any], Any], None]] = [
    lambda document, value: document.update(url=value),
    lambda document, value: document.update(profile=value),
    lambda document, value: document.update(problem=value),
    lambda document, value: document.update(revision=value),
    lambda document, value: document.update(requirements=value),
    lambda document, value: document["requirements"][0].update(short_of_budget=value),
    *(
        lambda document, value, name=name: document.update({name: value})
        for name in ("budget", "thorough", "seed", "judged_at")
    ),
    lambda document, value: document.update(requirements=[value]),
    lambda document, value: document["requirements"][0].update(id=value),
    lambda document, value: document["requirements"][0].update(outcomes=value),
    lambda document, value: document["requirements"][0].update(outcomes=[value]),
    *(
        lambda document, value, name=name: document["requirements"][0]["outcomes"][0].update({name: value})
        for name in outcome("pass")
    ),
]


@given(st.sampled_from(PLACES), ANY_JSON)
def test_a_report_with_anything_anywhere_is_compared_or_refused(
    put: Callable[[dict[str, Any], Any], None], value: Any
) -> None:
    altered = document(outcome("pass"))
    put(altered, value)
    try:
        found = compare(told(outcome("fail")), read(json.dumps(altered).encode()))
    except NotAReport:
        return
    assert found.text()
