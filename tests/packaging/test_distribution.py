"""The wheel holds the three packages and what they read, and is the same from the tree and from the sdist."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from scripts.regenerate import ROOT

PACKAGES = ("zai_image_api", "zai_image", "zai_image_conformance")


def build(tree: Path, kind: str, into: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(into)]
    subprocess.run(command, cwd=tree, check=True, capture_output=True)
    (built,) = into.iterdir()
    return built


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources alone, as a clone has them."""
    copy = tmp_path_factory.mktemp("tree")
    tracked = ("openapi", "scripts", "generated", "client", "conformance", "tests", "docs")
    for name in tracked:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "tox.ini", "constraints.txt", ".gitignore"):
        shutil.copy(ROOT / name, copy)
    return copy


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_holds_three_typed_packages_and_nothing_else(tree: Path, tmp_path: Path) -> None:
    names = contents(build(tree, "wheel", tmp_path)).keys()
    assert {name.partition("/")[0] for name in names} == {*PACKAGES, "zai_image-0.0.0.dist-info"}
    for package in PACKAGES:
        assert f"{package}/py.typed" in names
    assert "zai_image_conformance/requirements.yaml" in names
    assert "zai_image_conformance/suite/pytest.ini" in names
    assert "zai_image_conformance/zai-image.strict.yaml" in names
    assert {
        f"zai_image_conformance/report/{name}" for name in ("page.html.jinja", "page.css", "report.schema.json")
    } <= names


def test_the_sdist_builds_the_same_wheel(tree: Path, tmp_path: Path) -> None:
    sdist = build(tree, "sdist", tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    from_sdist = build(unpacked, "wheel", tmp_path / "from-sdist")
    assert contents(from_sdist) == contents(build(tree, "wheel", tmp_path / "from-tree"))
