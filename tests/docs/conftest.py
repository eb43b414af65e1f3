"""The documentation site, built once for the whole run."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.site.building import build


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add an option for those who want the site afterwards."""
    parser.addoption("--site", type=Path, help="The folder to build the site in; a temporary one where left out.")


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site, built with every warning as an error."""
    folder: Path = request.config.getoption("--site") or tmp_path_factory.mktemp("site")
    build(folder)
    return folder
