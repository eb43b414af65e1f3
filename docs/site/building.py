"""Lays out the sources of the site, generated pages included, and has Sphinx make HTML of them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from docs.site import report_schema, requirements, rules, vectors
from docs.site.accessibility import improve
from docs.site.links import rewritten

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "conformance/zai_image_conformance/requirements.yaml"
REPORT_SCHEMA = ROOT / "conformance/zai_image_conformance/report/report.schema.json"
VECTORS = ROOT / "conformance/zai_image_conformance/vectors"
RULES = ROOT / "openapi/rules.yaml"
STRICT = ROOT / "openapi/zai-image.strict.yaml"

ARTEFACTS = "artefacts"
"""The folder of the site with the files that other languages take from it."""

ELSEWHERE = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "examples/application/README.md": "how-to/example-application.md",
}
"""The place on the site of documents that stand outside docs/."""


def artefacts() -> list[Path]:
    """Return the files that a release and the site offer to other languages."""
    return [STRICT, REPORT_SCHEMA, *sorted(VECTORS.glob("*.json"))]


def generated_pages() -> dict[str, str]:
    """Return the pages that are made from data: Markdown by its path under docs/."""
    return {
        **requirements.pages(CATALOGUE, VECTORS),
        "reference/report-schema.md": report_schema.page(REPORT_SCHEMA),
        "reference/vector-files.md": vectors.page(VECTORS),
        "reference/rules-of-the-page.md": rules.page(RULES),
    }


def build(target: Path) -> None:
    """Build the site.

    Args:
        target: The folder that is to hold it; what it holds before is replaced.

    Raises:
        SystemExit: Sphinx warned or failed; what it said stands on standard error.
        FileNotFoundError: A link of a document leads to a file that does not exist.
    """
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder) / "docs"
        lay_out(sources)
        shutil.rmtree(target, ignore_errors=True)
        options = ["--builder", "html", "--fail-on-warning", "--quiet", "--fresh-env"]
        places = ["--conf-dir", str(ROOT / "docs/site"), "--doctree-dir", str(Path(folder) / "doctrees")]
        command = [sys.executable, "-m", "sphinx", *options, *places, str(sources), str(target)]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            raise SystemExit("the site was not built: Sphinx stopped at what stands above")
    improve(target)
    (target / ARTEFACTS).mkdir()
    for file in artefacts():
        shutil.copy(file, target / ARTEFACTS)


def lay_out(sources: Path) -> None:
    """Write what Sphinx reads: docs/, the documents from elsewhere and the generated pages, with links that work there.

    Args:
        sources: The folder to write; it must not exist.

    Raises:
        FileNotFoundError: A link of a document leads to a file that does not exist.
    """
    shutil.copytree(ROOT / "docs", sources, ignore=shutil.ignore_patterns("site", "__pycache__"))
    places = {file.relative_to(ROOT).as_posix(): file.relative_to(ROOT / "docs").as_posix() for file in documents()}
    made = generated_pages()
    places |= ELSEWHERE | {f"docs/{place}": place for place in made}
    offered = {file.relative_to(ROOT).as_posix(): f"{ARTEFACTS}/{file.name}" for file in artefacts()}
    for origin, place in places.items():
        if place in made:
            _write(sources / place, made[place])
            continue
        text = (ROOT / origin).read_text("utf-8")
        _write(sources / place, rewritten(text, origin=origin, place=place, places=places, offered=offered, root=ROOT))


def documents() -> list[Path]:
    """Return the Markdown files under docs/."""
    return sorted(ROOT.glob("docs/**/*.md"))


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
