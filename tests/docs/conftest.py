"""The documentation site, built once for the whole run."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.site.building import build


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site, built with every warning as an error."""
    folder = tmp_path_factory.mktemp("site")
    build(folder)
    return folder
