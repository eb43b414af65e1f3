"""Writes and checks all that a release consists of: ``python -m tests.packaging.distributing FOLDER``."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from attrs import frozen

from docs.site.building import ROOT, artefacts


@frozen
class Release:
    """The files of a release."""

    sdist: Path
    wheel: Path
    artefacts: Path
    """The folder with what other languages take, and the list of parts (SBOM)."""


def distribute(folder: Path) -> Release:
    """Build both distributions, check their metadata, and put the artefacts beside them.

    Args:
        folder: Where to write `dist` and `artefacts`; what it holds before is replaced.

    Raises:
        subprocess.CalledProcessError: Something could not be built, or an index would not take it.
    """
    shutil.rmtree(folder, ignore_errors=True)
    built, beside = folder / "dist", folder / "artefacts"
    beside.mkdir(parents=True)
    _run("hatchling", "build", "--directory", str(built))
    (sdist,), (wheel,) = built.glob("*.tar.gz"), built.glob("*.whl")
    _run("twine", "check", "--strict", str(sdist), str(wheel))
    for file in artefacts():
        shutil.copy(file, beside)
    return Release(sdist, wheel, beside)


def list_parts(python: Path, file: Path) -> None:
    """Write the list of parts (CycloneDX SBOM) of an environment that holds zai-image.

    Args:
        python: The environment's interpreter.
        file: Where to write it, as JSON.
    """
    options = ["--pyproject", str(ROOT / "pyproject.toml"), "--output-format", "JSON", "--output-file", str(file)]
    _run("cyclonedx_py", "environment", *options, str(python))


def environment(folder: Path, *requirements: str) -> Path:
    """Make an environment with some packages, and return its interpreter.

    Args:
        folder: Where to make it.
        requirements: What to install, in the versions of `constraints.txt`.
    """
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    _run("uv", "venv", "--quiet", "--python", sys.executable, str(folder))
    if requirements:
        pinned = ["--constraint", str(ROOT / "constraints.txt")]
        _run("uv", "pip", "install", "--quiet", "--python", str(python), *pinned, *requirements)
    return python


def main() -> None:
    """Write a release into the folder that the command line names."""
    folder = Path(sys.argv[1]).resolve()
    release = distribute(folder)
    python = environment(folder / "environment", f"zai-image[all] @ {release.wheel.as_uri()}")
    list_parts(python, release.artefacts / "sbom.cdx.json")
    shutil.rmtree(folder / "environment")


def _run(module: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=True, stdout=sys.stderr)


if __name__ == "__main__":
    main()
