"""Both distributions are what an index takes, and install in every way that the documents name."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from docs.site.building import ROOT, artefacts
from tests.packaging.check_installation import MODULES
from tests.packaging.distributing import Release, distribute, environment, list_parts

pytestmark = pytest.mark.package

DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")]
WRITTEN = {
    match[1]
    for document in DOCUMENTS
    for match in re.finditer(r"pip install ('zai-image[^']*'|zai-image[^`\s]*)", document.read_text("utf-8"))
}
"""What the documents tell readers to install, as they write it."""
EXTRAS = {"zai-image" if extra == "plain" else f"'zai-image[{extra}]'" for extra in MODULES}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return distribute(tmp_path_factory.mktemp("release") / "made")


def check(python: Path, extra: str) -> None:
    """Import and run what an extra promises, in an environment that has it."""
    script = ROOT / "tests/packaging/check_installation.py"
    done = subprocess.run([python, script, extra], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("line", sorted(WRITTEN | EXTRAS))
def test_it_installs_from_an_index_and_from_git_as_the_documents_say(
    line: str, release: Release, tmp_path: Path
) -> None:
    pinned = tmp_path / "pinned.txt"
    # The version that was built here, whatever an index may have under this name.
    built = "" if "git+" in line else f"zai-image=={release.wheel.name.split('-')[1]}\n"
    pinned.write_text((ROOT / "constraints.txt").read_text("utf-8") + built, "utf-8")
    settings = {"UV_CONSTRAINT": str(pinned), "UV_FIND_LINKS": str(release.wheel.parent), **repository_here(tmp_path)}
    python = environment(tmp_path / "env")
    # pip takes half a minute for each on a busy machine; uv reads the same lines in seconds.
    command = f"{sys.executable} -m uv pip install --quiet --python {python} {line}"
    subprocess.run(command, shell=True, env={**os.environ, **settings}, check=True)
    named = re.search(r"\[(\w+)", line)
    check(python, named[1] if named else "plain")


def test_the_first_command_of_the_readme_works_in_a_fresh_clone(tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "--quiet", "--no-local", ROOT.as_uri(), tmp_path / "clone"], check=True)
    command = re.search(r"```sh\n(.*)\n```", (ROOT / "README.md").read_text("utf-8"))
    assert command is not None
    plain = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    plain["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{plain['PATH']}"
    done = subprocess.run(
        command[1], shell=True, cwd=tmp_path / "clone", env=plain, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "conforms" in done.stdout


def test_the_sdist_installs_too(release: Release, tmp_path: Path) -> None:
    check(environment(tmp_path / "env", f"zai-image @ {release.sdist.as_uri()}"), "plain")


def test_the_documents_tell_how_to_install_from_an_index_and_from_git() -> None:
    assert any("git+https://" in line for line in WRITTEN)
    assert {"zai-image", "'zai-image[all]'"} <= WRITTEN


def test_the_version_is_that_of_the_last_tag(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for command in (
        ["git", "clone", "--quiet", "--no-local", "--depth", "1", ROOT.as_uri(), str(tree)],
        ["git", "-C", str(tree), "tag", "v7.8.9"],
    ):
        subprocess.run(command, check=True)
    command = [sys.executable, "-m", "hatchling", "version"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "7.8.9"


def test_a_release_has_what_other_languages_take_and_the_list_of_its_parts(release: Release, tmp_path: Path) -> None:
    assert {file.name for file in release.artefacts.iterdir()} == {file.name for file in artefacts()}
    python = environment(tmp_path / "env", f"zai-image @ {release.wheel.as_uri()}")
    list_parts(python, tmp_path / "sbom.json")
    document = json.loads((tmp_path / "sbom.json").read_text("utf-8"))
    assert document["bomFormat"] == "CycloneDX"
    parts = {part["name"]: part["version"] for part in document["components"]}
    assert parts["httpx"] == re.search(r"^httpx==(\S+)", (ROOT / "constraints.txt").read_text("utf-8"), re.M)[1]  # type: ignore[index]
    assert document["metadata"]["component"]["name"] == "zai-image"


def repository_here(folder: Path) -> Mapping[str, str]:
    """Settings that make git take this checkout for the published repository."""
    settings = folder / "gitconfig"
    settings.write_text(
        f'[url "{ROOT.as_uri()}"]\n  insteadOf = https://github.com/zai-image/zai-image\n[safe]\n  directory = *\n',
        "utf-8",
    )
    return {"GIT_CONFIG_GLOBAL": str(settings)}
