"""The examples for CI systems are ones that these systems take, and their commands judge a server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from docs.site.building import ROOT
from tests.docs.walkthrough import Shell, blocks, is_installation
from zai_image_conformance.server import RunningServer

GUIDE = blocks((ROOT / "docs/how-to/judge-in-ci.md").read_text("utf-8"))
# For each system: the published schema, and a slip that it must notice.
SCHEMAS = {
    ".github/workflows/conformance.yml": ("vendor.github-workflows", "runs-on: ", "runs_on: "),
    ".gitlab-ci.yml": ("vendor.gitlab-ci", "image: ", "image: 5 # "),
}


def block(file: str) -> str:
    (found,) = (block.text for block in GUIDE if block.file == file)
    return found


@pytest.mark.parametrize("file", SCHEMAS)
def test_the_published_schema_takes_it_and_not_with_a_slip(file: str, tmp_path: Path) -> None:
    schema, right, wrong = SCHEMAS[file]
    target = tmp_path / "example.yml"
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(target)]
    for text, code in ((block(file), 0), (block(file).replace(right, wrong), 1)):
        target.write_text(text, "utf-8")
        assert subprocess.run(command, capture_output=True, check=False).returncode == code


def gitlab() -> list[str]:
    (job,) = (value for value in yaml.safe_load(block(".gitlab-ci.yml")).values() if "script" in value)
    return [command for command in job["script"] if not is_installation(command)]


def jenkins() -> list[str]:
    commands = re.findall(r"^ +sh '(.*)'$", block("Jenkinsfile"), re.MULTILINE)
    return [command for command in commands if not is_installation(command)]


def test_every_system_runs_the_same_command() -> None:
    assert gitlab() == jenkins()


@pytest.mark.parametrize(("fault", "code"), [(None, 0), ("created-text", 1)])
def test_the_command_judges_a_server(fault: str | None, code: int, server: RunningServer, tmp_path: Path) -> None:
    here = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    if fault:
        server.fault(fault)
    shell = Shell(tmp_path, {"SERVER_URL": server.url, "ZAI_API_KEY": server.api_key, "PATH": here})
    try:
        assert [shell.run(command, []) for command in gitlab()] == [code]
    finally:
        shell.close()
    assert (tmp_path / "verdict.xml").read_text("utf-8").startswith("<?xml")
