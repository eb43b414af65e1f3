"""The commands that README and CONTRIBUTING give for the pipeline work in the environment that they say to make."""

from __future__ import annotations

import ast
import configparser
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest

from scripts.regenerate import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TOX = configparser.ConfigParser(interpolation=None)
TOX.read(ROOT / "tox.ini", encoding="utf-8")
COMMANDS = [
    shlex.split(line.removeprefix("$ "), comments=True)
    for name in ("README.md", "CONTRIBUTING.md")
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
    if line.startswith("$ .")
]
SCRIPTS = [command for command in COMMANDS if command[0].startswith(".tox/")]


def packages_of(group: str) -> Iterator[str]:
    for item in PROJECT["dependency-groups"][group]:
        if isinstance(item, dict):
            yield from packages_of(item["include-group"])
        else:
            yield re.split(r"[\[<>=]", item)[0]


def imported() -> set[str]:
    """What the pipeline imports that is neither Python's nor ours."""
    found = set()
    for module in (ROOT / "scripts").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - {"scripts"}


@pytest.mark.parametrize("command", SCRIPTS, ids=" ".join)
def test_a_command_names_an_environment_that_has_all_that_the_pipeline_imports(command: list[str]) -> None:
    environment = command[0].split("/")[1]
    assert [".venv/bin/tox", "--notest", "-e", environment] in COMMANDS
    settings = TOX[f"testenv:{environment}"]
    assert "extras" not in settings, "what it tries needs every extra, as is the default"
    packages = {name for group in settings["dependency_groups"].split() for name in packages_of(group)}
    project = PROJECT["project"]
    extras = [item for extra in project["optional-dependencies"].values() for item in extra]
    packages |= {re.split(r"[\[<>=]", item)[0] for item in [*project["dependencies"], *extras]}
    ours = packages_distributions()
    missing = {name for name in imported() if not {each.lower() for each in ours.get(name, [name])} & packages}
    assert missing - {"zai_image", "zai_image_api", "zai_image_conformance"} == set()
    assert {"mypy", "ruff"} <= packages


def test_a_command_has_the_options_that_are_given_to_it() -> None:
    given: dict[str, set[str]] = {}
    for _, dash_m, module, *arguments in SCRIPTS:
        assert dash_m == "-m"
        given.setdefault(module, set()).update(argument for argument in arguments if argument.startswith("-"))
    assert len(given) > 1
    for module, options in given.items():
        command = [sys.executable, "-m", module, "--help"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert {option for option in options if option not in done.stdout} == set()
