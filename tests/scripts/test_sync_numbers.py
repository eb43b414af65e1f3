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
from scripts.emit.constraints import generated as as_generated
from scripts.emit.package import TEMPLATES
from scripts.prose.reviewed import unmatched
from scripts.regenerate import ROOT
from scripts.rules.assembly import read_pages
from scripts.rules.catalogue import CATALOGUE, compare, named
from scripts.source.failure import PipelineError
from scripts.source.page import document_in
from scripts.source.reading import read_mapping
from scripts.source.screening import screen
from tests.scripts.prose_documents import read
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
        environment.get_template(f"{name}.py.jinja").render(
            rules=rules, constraints=[*map(as_generated, rules.constraints)]
        )
        for name in ("sizes", "promises")
    )


def reach(document: Mapping[str, Any]) -> str:
    """Say how far a changed document reaches: how it is stopped, or what it contradicts or changes."""
    try:
        screen(document)
        reading = read_pages(document)
    except PipelineError as error:
        return f"stopped: {error}"
    rules = reading.rules
    was, now = ({c.key: c.value for c in each.constraints} for each in (RULES, rules))
    changed = {named(c) for c in (*RULES.constraints, *rules.constraints) if was.get(c.key) != now.get(c.key)}
    assert changes_between(VENDORED, document, RULES.constraints, rules.constraints)
    if not changed:
        return "asked" if unmatched(reading.contradictions, CONTRADICTIONS) else "schema"
    # The catalogue asks to be reviewed, by the place of each number.
    asked = "\n".join(compare(rules.constraints, document, REQUIREMENTS, only_new=True))
    assert all(name in asked for name in changed)
    assert generated(rules) != GENERATED
    return "rules: " + ", ".join(sorted(changed))


VENDORED = read_mapping(DOCUMENT.encode(), "document")
CONTRADICTIONS = read_pages(VENDORED).contradictions
GENERATED = generated(RULES)


@pytest.mark.parametrize("number", NUMBERS, ids=lambda match: f"{match[0]} at {match.start()}")
def test_no_number_of_the_page_changes_without_being_told_asked_about_and_used(number: re.Match[str]) -> None:
    ways = set()
    for new in (int(number[0]) + 1, int(number[0]) + 32, int(number[0]) * 2 + 1, 0):
        if new == int(number[0]):
            continue
        text = f"{DOCUMENT[: number.start()]}{new}{DOCUMENT[number.end() :]}"
        ways.add(reach(read_mapping(text.encode(), "document")).partition(":")[0])
    assert ways <= {"stopped", "asked", "rules", "schema"}
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
REACHED = """
import json
from zai_image import sizes
from zai_image.cli import cli
from zai_image_api.constraints import stated
from zai_image_api.promises import CONSTRAINTS, LINK_LIFE
from zai_image_conformance.server.requests import read
from zai_image_conformance.requirements import catalogue

def status(**fields):
    body = {"model": "glm-image", "prompt": "kitten", **fields}
    return getattr(read("application/json", json.dumps(body).encode()), "status", 200)

rule, others = sizes.rule_for("glm-image"), sizes.rule_for("cogview-4-250304")
print(json.dumps({
    "glm-image": [str(rule.default), rule.min_side, rule.max_side, rule.step, rule.max_pixels],
    "others": [str(others.default), others.min_side, others.max_side, others.step, others.max_pixels],
    "promises": [LINK_LIFE.days, *(stated(CONSTRAINTS, *what) for what in (
        ("user_id", "minLength"), ("user_id", "maxLength"), ("level", "leastSevere"), ("quality", "typicalSeconds"),
    ))],
    "server": [status(size="1040x2032"), status(size="1024x1040"), status(size="1040x2048"),
               status(user_id="x" * 127), status(user_id="x" * 6), status(user_id="x" * 128)],
    "command line": [
        cli.main(["sizes", "--model", "glm-image", "--check", size], standalone_mode=False) or 0
        for size in ("1040x2032", "1024x1040")
    ],
    "suite": catalogue()["SIZE-GLM-RANGE"].numbers["minSide"],
}))
"""


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.sync", *arguments]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)


def test_a_revision_that_changes_every_number_reaches_everything_by_two_commands(tmp_path: Path) -> None:
    checkout = checkout_in(tmp_path / "checkout", "scripts")
    before = state(checkout)
    page = file_with(tmp_path / "given", replaced(PAGE.decode(), CHANGES).encode())

    refused = run(checkout, page)
    assert refused.returncode == 1
    assert state(checkout) == before
    done = run(checkout, page, *refused.stderr.splitlines()[-1].split())
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
        "promises": [31, 7, 127, 4, {"hd": [21, 21]}],
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
