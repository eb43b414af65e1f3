"""Leaves the long examination of the pipeline to `tox -e pipeline`, on one version of Python."""

from __future__ import annotations

from pathlib import Path

import pytest

# What shows, on every version, that the same files are made.
_ON_EVERY_VERSION = {"test_generation.py", "test_overlay.py", "test_page.py", "test_regenerate.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder that one version of Python is enough for."""
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here and item.path.name not in _ON_EVERY_VERSION:
            item.add_marker(pytest.mark.pipeline)
