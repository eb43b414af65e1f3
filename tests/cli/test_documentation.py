"""The examples of docs/cli.md and docs/batch.md run as they stand, and print what they show."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from zai_image_conformance.server import RunningServer

DOCUMENT = "".join(
    (Path(__file__).parents[2] / "docs" / name).read_text(encoding="utf-8") for name in ("cli.md", "batch.md")
)
EXAMPLES = dict(re.findall(r"<!-- example: (\w+) -->\n```console\n(.*?)```", DOCUMENT, re.DOTALL))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_prints_what_it_shows(name: str, server: RunningServer, tmp_path: Path) -> None:
    lines = EXAMPLES[name].splitlines()
    commands = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    shown = [line for line in lines if not line.startswith("$ ")]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", "\n".join(commands)],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "ZAI_API_KEY": server.api_key, "ZAI_BASE_URL": server.url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == shown


def test_every_console_example_is_one_that_runs() -> None:
    assert DOCUMENT.count("```console") == len(EXAMPLES) > 0
