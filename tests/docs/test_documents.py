"""The documents' links lead somewhere, and their examples run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from docs.site.links import REPOSITORY
from scripts.regenerate import ROOT
from zai_image_conformance.server import RunningServer

# Links between the pages of the site are checked when it is built; tutorials and how-to guides are followed as a whole.
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
FOLLOWED = [*ROOT.glob("docs/tutorials/*.md"), *ROOT.glob("docs/how-to/*.md")]
OUTSIDE = [document for document in DOCUMENTS if ROOT / "docs" not in document.parents]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = {
    f"{document.stem}: {name}": code
    for document in DOCUMENTS
    for name, code in re.findall(
        r"<!-- example: (\w+) -->\n```python\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL
    )
}


@pytest.mark.parametrize("document", OUTSIDE, ids=lambda path: path.name)
def test_every_link_into_the_repository_leads_to_a_file(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    relative = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    absolute = re.findall(rf"\]\({re.escape(REPOSITORY)}/(?:blob|tree)/main/([^)#]+)", text)
    assert [target for target in relative if not (document.parent / target).exists()] == []
    assert [target for target in absolute if not (ROOT / target).exists()] == []


def test_the_readme_has_no_relative_link() -> None:
    """The index shows it too, where a relative link leads nowhere."""
    assert re.findall(r"\]\((?!https:)[^)]+\)", README) == []


def test_no_document_holds_what_a_merge_left() -> None:
    for document in DOCUMENTS:
        assert not re.search("^(<<<<<<<|=======|>>>>>>>)( |$)", document.read_text(encoding="utf-8"), re.M), (
            document.name
        )


def test_the_readme_has_exactly_two_command_lines() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    assert [block.count("\n") for block in blocks] == [1, 1]
    assert blocks[0].rstrip().endswith("zai-image demo")
    assert blocks[1].rstrip().endswith("tox -p auto")


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs_and_prints_what_it_says(
    name: str, server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZAI_API_KEY", server.api_key)
    monkeypatch.setenv("ZAI_BASE_URL", server.url)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", EXAMPLES[name]], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    printed = [comment.partition(";")[0] for comment in re.findall(r"print\(.*\).*  # (.+)$", EXAMPLES[name], re.M)]
    assert [line for line in printed if line not in done.stdout] == []


def test_every_python_example_is_one_that_runs() -> None:
    others = [document.read_text(encoding="utf-8") for document in DOCUMENTS if document not in FOLLOWED]
    written = sum(text.count("```python") for text in others)
    assert written == len(EXAMPLES)


def test_the_tree_that_the_architecture_shows_is_the_tree() -> None:
    tree = re.search(r"```\n(openapi/.*?)```", (ROOT / "docs/architecture.md").read_text(encoding="utf-8"), re.DOTALL)
    assert tree is not None
    named, folder = [], ""
    for line in filter(None, tree[1].splitlines()):
        name = line.split()[0]
        folder = folder if line.startswith(" ") else name
        named.append(folder + name if line.startswith(" ") else name)
    assert len(named) > 30
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_dependency_is_listed_with_its_reason() -> None:
    listed = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    ]
    requirements = {item for group in groups for item in group if isinstance(item, str)}
    names = {re.split(r"[\[<>=]", item)[0] for item in requirements} - {project["project"]["name"]}
    assert sorted(name for name in names if f"| {name}" not in listed and f", {name}" not in listed) == []
