"""Packages made from changed documents; and which tests are left to `tox -e pipeline`, on one version of Python."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scripts.generated_packages import Change, Generate, Package, overlaid, package_from

# What shows, on every version, that the same files are made.
_ON_EVERY_VERSION = {"test_generation.py", "test_overlay.py", "test_page.py", "test_regenerate.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder that one version of Python is enough for."""
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here and item.path.name not in _ON_EVERY_VERSION:
            item.add_marker(pytest.mark.pipeline)


@pytest.fixture
def generated_from(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Generate]:
    """Generate a package from the vendored document, overlaid and changed, and import it."""
    made = Package(f"changed_api_{abs(hash(request.node.nodeid))}")

    def run(change: Change) -> Package:
        document = overlaid()
        change(document)
        return package_from(document, tmp_path, made.name)

    yield run
    made.forget()
