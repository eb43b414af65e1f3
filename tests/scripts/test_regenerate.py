"""Everything derived is what ``python -m scripts.regenerate`` makes, and the command says so."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.change import derived
from scripts.regenerate import ROOT, derive, main


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("made")
    derive(ROOT, tree)
    return tree


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout's sources and derived files, free to be changed."""
    for name in ("openapi", "generated", "conformance", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def derived_files(tree: Path) -> Iterator[Path]:
    for name in derived.DERIVED:
        path = tree / name
        yield from [path] if path.is_file() else (file for file in path.rglob("*") if file.is_file())


def test_the_command_finds_the_committed_tree_clean() -> None:
    command = [sys.executable, "-m", "scripts.regenerate", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_one_character_changed_in_any_derived_file_is_told_with_its_name(made: Path, checkout: Path) -> None:
    files = [file.relative_to(made) for file in derived_files(made)]
    assert len(files) > 20
    for file in files:
        content = (checkout / file).read_bytes()
        (checkout / file).write_bytes(b"#" + content[1:] if content[:1] != b"#" else b"%" + content[1:])
        (told,) = derived.differences(made, checkout)
        assert file.as_posix() in told
        (checkout / file).write_bytes(content)
    assert derived.differences(made, checkout) == []


def test_the_command_fails_on_a_change_and_shows_it(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module = checkout / "generated/zai_image_api/promises.py"
    module.write_text(module.read_text().replace('maxPixels",\n        4194304', 'maxPixels",\n        4194303'))
    assert main(["--check"], root=checkout) == 1
    out, err = capsys.readouterr()
    assert "generated/zai_image_api/promises.py (committed)" in out
    assert "-        4194303,\n+        4194304,\n" in out
    assert "run: python -m scripts.regenerate" in err


def test_a_file_that_nothing_makes_and_one_that_is_missing_are_told(made: Path, checkout: Path) -> None:
    (checkout / "generated/zai_image_api/stale.py").touch()
    (checkout / "generated/zai_image_api/wire.py").unlink()
    assert derived.differences(made, checkout) == [
        "generated/zai_image_api/stale.py: is committed, but nothing makes it\n",
        "generated/zai_image_api/wire.py: is made, but not committed\n",
    ]


def test_line_endings_count(made: Path, checkout: Path) -> None:
    module = checkout / "generated/zai_image_api/wire.py"
    module.write_bytes(module.read_bytes().replace(b"\n", b"\r\n"))
    (told,) = derived.differences(made, checkout)
    assert "wire.py" in told


def test_the_command_restores_what_was_changed_and_then_changes_nothing(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "generated/zai_image_api/stale.py").touch()
    (checkout / "generated/zai_image_api/wire.py").unlink()
    (checkout / "openapi/rules.yaml").write_text("")
    assert main([], root=checkout) == 0
    assert capsys.readouterr().out.split() == [
        "generated/zai_image_api/stale.py",
        "generated/zai_image_api/wire.py",
        "openapi/rules.yaml",
    ]
    assert main([], root=checkout) == 0
    assert capsys.readouterr().out == "nothing changed\n"
    assert derived.differences(ROOT, checkout) == []


def test_a_catalogue_that_reads_the_page_otherwise_stops_it_and_nothing_is_written(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue = checkout / "conformance/zai_image_conformance/requirements.yaml"
    catalogue.write_text(catalogue.read_text().replace("minSide: 1024", "minSide: 1023"))
    (checkout / "openapi/rules.yaml").write_text("untouched")
    assert main([], root=checkout) == 2
    assert "minSide" in capsys.readouterr().err
    assert (checkout / "openapi/rules.yaml").read_text() == "untouched"


def test_every_generated_module_says_what_made_it(made: Path) -> None:
    for module in (made / "generated").rglob("*.py"):
        assert module.read_text().startswith("# Made by `python -m scripts.regenerate`")
