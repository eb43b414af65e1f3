"""`tox -e live` judges the server that ZAI_BASE_URL names, with the key of ZAI_API_KEY, and spends four images."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from configparser import ConfigParser
from pathlib import Path

import pytest

from scripts.regenerate import ROOT
from zai_image_api.document import SERVER_URL
from zai_image_conformance.server import RunningServer

pytestmark = pytest.mark.score

_SUBSTITUTION = re.compile(r"\{(env|posargs):([^{}]*)\}")


def command(arguments: str, environment: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """The command of the environment with tox's substitutions made, and the variables that are passed to it."""
    tox = ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    section = tox["testenv:live"]
    passed = {name: environment[name] for name in re.split(r",\s*", section["pass_env"]) if name in environment}

    def substituted(match: re.Match[str]) -> str:
        kind, rest = match.groups()
        name, _, default = rest.partition(":")
        return arguments or rest if kind == "posargs" else passed.get(name, default)

    return _SUBSTITUTION.sub(substituted, section["commands"]).split(), passed


def live(arguments: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    words, passed = command(arguments, environment)
    program = Path(sys.executable).with_name(words[0])
    system = {"PATH": os.environ["PATH"]}
    return subprocess.run([program, *words[1:]], env={**system, **passed}, capture_output=True, text=True, check=False)


def test_it_judges_the_server_it_is_pointed_at_and_makes_four_images(server: RunningServer) -> None:
    done = live(ZAI_BASE_URL=server.url, ZAI_API_KEY=server.api_key)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{server.url} conforms" in done.stdout
    orders = [request for request in server.requests if request.path.endswith("/images/generations")]
    assert sum(request.status == 200 for request in orders) == 4


def test_it_takes_other_arguments(server: RunningServer) -> None:
    done = live("--budget 1 --requirement ANSWER-COUNT", ZAI_BASE_URL=server.url, ZAI_API_KEY=server.api_key)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sum(request.status == 200 for request in server.requests if request.method == "POST") == 1


def test_it_says_so_where_the_key_is_refused(server: RunningServer) -> None:
    done = live(ZAI_BASE_URL=server.url, ZAI_API_KEY="another-key")
    assert done.returncode == 2
    assert "the key was refused" in done.stdout


def test_without_an_address_it_judges_the_vendors_own_server() -> None:
    words, _ = command("", {})
    assert words == ["zai-image", "conform", SERVER_URL, "--budget", "4"]
