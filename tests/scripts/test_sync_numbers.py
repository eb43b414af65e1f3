"""Every number of the page reaches all that follows from it, or stops the run with the reason."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader

from scripts.change.comparison import changes_between
from scripts.change.trial import PACKAGES
from scripts.emit.package import TEMPLATES, condition_as_code
from scripts.regenerate import CATALOGUE, ROOT
from scripts.rules.assembly import read_rules
from scripts.rules.catalogue import compare, named
from scripts.rules.citations import stale
from scripts.rules.constraint import label
from scripts.source.failure import PipelineError
from scripts.source.page import document_in
from scripts.source.reading import read_mapping
from scripts.source.screening import screen
from tests.scripts.prose_documents import read, reviewed
from tests.scripts.published import PAGE, checkout_in, file_with, replaced, state

DOCUMENT = document_in(PAGE).decode()
NUMBERS = list(re.finditer(r"[0-9]+", DOCUMENT))
RULES = read()
REQUIREMENTS = read_mapping((ROOT / CATALOGUE).read_bytes(), "requirements.yaml")


SCHEMA_ALONE = (
    "openapi: 3.0.1",
    "version: 1.0.0",
    "/paas/v4/images/generations:",
    "'200':",
    "- cogview-4-250304",
    "size: 1280x1280",
    "example: 1280x1280",
    "example: 1760335349",
    "format: int32",
)
"""Lines whose numbers are no rule of the prose: the difference tells of a change, and the schema takes it in."""


def generated(rules: Any) -> str:
    """The two modules of the generated package that hold the rules."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES))
    environment.filters["literal"] = ascii
    return "".join(
        environment.get_template(f"{name}.py.jinja").render(rules=rules, label=label, covers=condition_as_code)
        for name in ("sizes", "promises")
    )


def reach(document: Mapping[str, Any]) -> str:
    """Say how far a changed document reaches: how it is stopped, or the rules it changes."""
    try:
        screen(document)
        rules = read_rules(document, reviewed())
    except PipelineError as error:
        return f"stopped: {error}"
    was, now = ({c.key: c.value for c in each.constraints} for each in (RULES, rules))
    changed = {named(c) for c in (*RULES.constraints, *rules.constraints) if was.get(c.key) != now.get(c.key)}
    assert changes_between(VENDORED, document, RULES.constraints, rules.constraints)
    if not changed:
        return "schema"
    # The catalogue asks to be reviewed, by the place of each number.
    asked = "\n".join(compare(rules.constraints, REQUIREMENTS))
    assert all(name in asked for name in changed)
    assert generated(rules) != GENERATED
    return "rules: " + ", ".join(sorted(changed))


VENDORED = read_mapping(DOCUMENT.encode(), "document")
GENERATED = generated(read_rules(VENDORED, reviewed()))


@pytest.mark.parametrize("number", NUMBERS, ids=lambda match: f"{match[0]} at {match.start()}")
def test_no_number_of_the_page_changes_without_being_told_asked_about_and_used(number: re.Match[str]) -> None:
    ways = set()
    for new in (int(number[0]) + 1, int(number[0]) + 32, int(number[0]) * 2 + 1, 0):
        if new == int(number[0]):
            continue
        text = f"{DOCUMENT[: number.start()]}{new}{DOCUMENT[number.end() :]}"
        ways.add(reach(read_mapping(text.encode(), "document")).partition(":")[0])
    assert ways <= {"stopped", "rules", "schema"}
    line = DOCUMENT[DOCUMENT.rfind("\n", 0, number.start()) + 1 : DOCUMENT.find("\n", number.end())].strip()
    assert ways != {"schema"} or line in SCHEMA_ALONE


CHANGES = {
    "`1024px-2048px`": "`1040px-2032px`",
    "divisible by `16`": "divisible by `8`",
    "divisible by `32`": "divisible by `16`",
    "`512px-2048px`": "`528px-2064px`",
    "`2^21px`": "`1900000px`",
    "1280x1280": "1296x1296",
    "1472x1088": "1456x1088",
    "1088x1472": "1088x1456",
    "`20` seconds": "`21` seconds",
    "`5-10`": "`6-11`",
    "6 to 128": "7 to 127",
    "minLength: 6": "minLength: 7",
    "maxLength: 128": "maxLength: 127",
    "`30` days": "`31` days",
    "level 0-3": "level 0-4",
    "`3` is": "`4` is",
    "maximum: 3": "maximum: 4",
}
"""A revision of the page in which every number of the prose is another, and all agree."""
REVIEW = CHANGES | {
    "{minSide: 1024, maxSide: 2048}": "{minSide: 1040, maxSide: 2032}",
    "{minSide: 512, maxSide: 2048}": "{minSide: 528, maxSide: 2064}",
    "{sideMultipleOf: 16}": "{sideMultipleOf: 8}",
    "{sideMultipleOf: 32}": "{sideMultipleOf: 16}",
    "{maxPixels: 2097152}": "{maxPixels: 1900000}",
    "{hd: [20, 20]}": "{hd: [21, 21]}",
    "{standard: [5, 10]}": "{standard: [6, 11]}",
    "{minLength: 6, maxLength: 128}": "{minLength: 7, maxLength: 127}",
    "{lifetime: 2592000}": "{lifetime: 2678400}",
    "leastSevere: 3": "leastSevere: 4",
}
EXCUSES = {"min_side 1024": "min_side 1040", "max_side 2048": "max_side 2032", "1280x1280": "1296x1296"}

REACHED = """
import json
from zai_image import sizes
from zai_image.cli import cli
from zai_image_api import promises
from zai_image_conformance.server.requests import read
from zai_image_conformance.requirements import catalogue

def status(**fields):
    body = {"model": "glm-image", "prompt": "kitten", **fields}
    return getattr(read("application/json", json.dumps(body).encode()), "status", 200)

rule, others = sizes.rule_for("glm-image"), sizes.rule_for("cogview-4-250304")
print(json.dumps({
    "glm-image": [str(rule.default), rule.min_side, rule.max_side, rule.step, rule.max_pixels],
    "others": [str(others.default), others.min_side, others.max_side, others.step, others.max_pixels],
    "promises": [promises.USER_ID_MIN_LENGTH, promises.USER_ID_MAX_LENGTH, promises.LINK_LIFE.days,
                 promises.LEAST_SEVERE, promises.TYPICAL_SECONDS["hd"][0], promises.TYPICAL_SECONDS["standard"]],
    "server": [status(size="1040x2032"), status(size="1024x1040"), status(size="1040x2048"),
               status(user_id="x" * 127), status(user_id="x" * 6), status(user_id="x" * 128)],
    "command line": [
        cli.main(["sizes", "--model", "glm-image", "--check", size], standalone_mode=False) or 0
        for size in ("1040x2032", "1024x1040")
    ],
    "suite": catalogue()["SIZE-GLM-RANGE"].numbers["minSide"],
}))
"""


def run(checkout: Path, page: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.sync", page]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)


def test_a_revision_that_changes_every_number_reaches_everything_by_one_command(tmp_path: Path) -> None:
    checkout = checkout_in(tmp_path / "checkout", "scripts")
    before = state(checkout)
    page = file_with(tmp_path / "given", replaced(PAGE.decode(), CHANGES).encode())

    assert run(checkout, page).returncode == 1
    assert state(checkout) == before
    for name, changes in (("openapi/contradictions.yaml", EXCUSES), (CATALOGUE, REVIEW)):
        text = (checkout / name).read_text()
        for old, new in changes.items():
            text = text.replace(old, new)
        (checkout / name).write_text(text)
    done = run(checkout, page)
    assert (done.returncode, done.stderr) == (3, "")
    assert "this calls for version 0.1.0" in done.stdout

    path = os.pathsep.join(str(checkout / folder) for folder in PACKAGES.values())
    command = [sys.executable, "-c", REACHED]
    asked = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert json.loads(asked.stdout.splitlines()[-1]) == {
        "glm-image": ["1296x1296", 1040, 2032, 16, 4194304],
        "others": ["1024x1024", 528, 2064, 8, 1900000],
        "promises": [7, 127, 31, 4, 21, [6, 11]],
        "server": [200, 400, 400, 200, 400, 400],
        "command line": [0, 1],
        "suite": 1040,
    }
    strict = (checkout / "openapi/zai-image.strict.yaml").read_text()
    assert "1040x2032" in strict
    assert "1472x1088" not in strict
    vectors = "".join(
        file.read_text() for file in (checkout / "conformance/zai_image_conformance/vectors").glob("*.json")
    )
    assert "1040" in vectors
    assert "1472x1088" not in vectors
    assert stale(VENDORED, REQUIREMENTS) == []
