"""GitHub takes the action and the example workflow, and the action passes on its inputs and the verdict."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.change import derived
from scripts.regenerate import ROOT
from scripts.rules.catalogue import CATALOGUE
from zai_image.cli import cli
from zai_image_conformance.server import RunningServer

ACTION = ROOT / "action.yml"
WORKFLOWS = sorted([*(ROOT / "examples").glob("*.yml"), *(ROOT / ".github/workflows").glob("*.yml")])
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"))
SCHEMAS = {
    ACTION: "vendor.github-actions",
    **dict.fromkeys(WORKFLOWS, "vendor.github-workflows"),
    **dict.fromkeys(FORMS, "vendor.github-issue-forms"),
    ROOT / ".github/ISSUE_TEMPLATE/config.yml": "vendor.github-issue-config",
    ROOT / ".github/dependabot.yml": "vendor.dependabot",
}


def is_valid(file: Path, schema: str) -> bool:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def action() -> Any:
    return yaml.safe_load(ACTION.read_text(encoding="utf-8"))


def step(name: str) -> Any:
    (found,) = (step for step in action()["runs"]["steps"] if step.get("id") == name)
    return found


class Runner:
    """What GitHub gives a step, in a folder of its own."""

    def __init__(self, folder: Path, command: str) -> None:
        self.folder = folder
        installed = folder / "zai-image/bin/zai-image"
        installed.parent.mkdir(parents=True)
        installed.write_text(f"#!/bin/sh\n{command}\n")
        installed.chmod(0o755)

    def run(self, **inputs: str) -> int:
        """Run the verdict's script as GitHub does, and return its exit code."""
        defaults = {name: str(given.get("default", "")) for name, given in action()["inputs"].items()}
        given = {**defaults, **{name.replace("_", "-"): value for name, value in inputs.items()}}
        variables = {
            name: given[expression.removeprefix("${{ inputs.").removesuffix(" }}")]
            for name, expression in step("verdict")["env"].items()
        }
        runner = {
            "RUNNER_TEMP": str(self.folder),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step("verdict")["run"]]
        environment = {**os.environ, **runner, **variables}
        return subprocess.run(command, env=environment, capture_output=True, check=False, cwd=self.folder).returncode

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("file", SCHEMAS, ids=lambda file: file.name)
def test_github_takes_it(file: Path) -> None:
    assert is_valid(file, SCHEMAS[file])


def test_the_daily_sync_runs_every_test_on_what_it_proposes_and_takes_the_digest_from_its_environment() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/sync.yml").read_text(encoding="utf-8"))["jobs"]
    runs = [step.get("run", "") for step in jobs["take-in"]["steps"]]
    assert runs.index("tox -p auto") < next(number for number, run in enumerate(runs) if "change.patch" in run)
    assert jobs["propose"]["needs"] == "take-in"
    assert all("${{" not in run for run in runs)


def test_the_daily_sync_proposes_every_derived_file_and_no_other_is_let_through(tmp_path: Path) -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/sync.yml").read_text(encoding="utf-8"))["jobs"]
    (script,) = (step["run"] for step in jobs["propose"]["steps"] if "git apply" in step.get("run", ""))
    includes = [word for word in shlex.split(script, comments=True) if word.startswith("--include=")]
    files = {file for name in derived.DERIVED for file in derived.files(ROOT, name)} | {"CHANGELOG.md", CATALOGUE}
    others = {"conformance/zai_image_conformance/suite/runner.py", ".github/workflows/sync.yml", "pyproject.toml"}
    made = "".join(
        f"diff --git a/{file} b/{file}\nnew file mode 100644\n--- /dev/null\n+++ b/{file}\n@@ -0,0 +1 @@\n+made\n"
        for file in sorted(files | others)
    )
    # git's own word for which of them it takes.
    command = ["git", "apply", "--numstat", *includes, "-"]
    told = subprocess.run(command, cwd=tmp_path, input=made, capture_output=True, text=True, check=True).stdout
    assert {line.split("\t")[2] for line in told.splitlines()} == files


@pytest.mark.parametrize("file", [ACTION, WORKFLOWS[0]], ids=lambda file: file.name)
def test_github_would_not_take_it_with_a_word_misspelt(file: Path, tmp_path: Path) -> None:
    misspelt = tmp_path / file.name
    misspelt.write_text(file.read_text(encoding="utf-8").replace("runs", "rusn"), encoding="utf-8")
    assert not is_valid(misspelt, SCHEMAS[file])


def test_no_input_is_put_into_a_script() -> None:
    assert all("${{" not in step.get("run", "") for step in action()["runs"]["steps"])


def test_the_example_gives_the_action_inputs_that_it_has() -> None:
    jobs = yaml.safe_load((ROOT / "examples/conformance.yml").read_text(encoding="utf-8"))["jobs"]
    given = [step["with"] for step in jobs["server"]["steps"] if "/zai-image@" in step.get("uses", "")]
    assert given
    for inputs in given:
        assert inputs.keys() <= action()["inputs"].keys()
        assert {name for name, known in action()["inputs"].items() if known.get("required")} <= inputs.keys()


def test_the_example_serves_with_options_that_there_are() -> None:
    jobs = yaml.safe_load((ROOT / "examples/conformance.yml").read_text(encoding="utf-8"))["jobs"]
    (script,) = (step["run"] for step in jobs["client"]["steps"] if "serve" in step.get("run", ""))
    words = shlex.split(script.splitlines()[0].removesuffix("&"))
    known = {option for parameter in cli.commands["serve"].params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_inputs_become_options_and_empty_ones_none(tmp_path: Path) -> None:
    runner = Runner(tmp_path, 'printf "%s\\n" "$@"')
    reports = [f"--{kind}\n{tmp_path}/zai-image-verdict/verdict.{end}" for kind, end in REPORTS.items()]
    assert runner.run(url="http://127.0.0.1:1/api", api_key="k") == 0
    least = ["conform", "--profile", "documented", *reports, "--", "http://127.0.0.1:1/api"]
    assert runner.read("zai-image-verdict/verdict.txt").splitlines() == "\n".join(least).splitlines()
    runner.run(url="-u", models="glm-image *", budget="4", profile="deployed")
    more = ["--budget", "4", "--no-auth", "--model", "glm-image", "--model", "*", "--", "-u"]
    every = ["conform", "--profile", "deployed", *reports, *more]
    assert runner.read("zai-image-verdict/verdict.txt").splitlines() == "\n".join(every).splitlines()


REPORTS = {"report-json": "json", "junit": "xml", "report-html": "html", "markdown": "md"}


def test_every_option_that_the_action_gives_is_one_of_conform() -> None:
    known = {option for parameter in cli.commands["conform"].params for option in parameter.opts}
    given = set(re.findall(r"(?<=[ (])--[a-z-]+", step("verdict")["run"]))
    assert len(given) > 5
    assert given <= known


@pytest.mark.parametrize("code", [0, 1, 2])
def test_the_exit_code_is_passed_on_and_the_verdict_is_summed_up(tmp_path: Path, code: int) -> None:
    runner = Runner(tmp_path, f"echo the verdict; exit {code}")
    assert runner.run(url="http://127.0.0.1:1/api") == code
    assert runner.read("output") == f"exit-code={code}\n"
    assert runner.read("summary") == "```text\nthe verdict\n```\n"


def test_no_input_is_run(tmp_path: Path) -> None:
    runner = Runner(tmp_path, "true")
    hostile = f'"; touch {tmp_path}/run; $(touch {tmp_path}/run) `touch {tmp_path}/run`'
    runner.run(url=hostile, api_key=hostile, models=hostile, profile=hostile, budget=hostile)
    assert not (tmp_path / "run").exists()


@pytest.mark.score
def test_the_action_judges_the_embedded_server(server: RunningServer, tmp_path: Path) -> None:
    runner = Runner(tmp_path, f'exec {shlex.quote(sys.executable)} -m zai_image "$@"')
    assert runner.run(url=server.url, api_key=server.api_key, models="glm-image", budget="4") == 0
    assert "the budget was 4" in runner.read("summary")
    assert {file.name for file in (tmp_path / "zai-image-verdict").iterdir()} == {
        "verdict.html",
        "verdict.json",
        "verdict.md",
        "verdict.txt",
        "verdict.xml",
    }
    assert server.api_key not in runner.read("summary")
    assert sum(request.status == 200 and request.method == "POST" for request in server.requests) <= 4
