"""A plugin of pytest for the run of one mutant: the quickest tests first, because the first that fails settles it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

# What mutmut measured when it ran all tests on the unchanged code; it runs pytest beside this file.
MEASURED = Path("mutmut-stats.json")


@cache
def seconds() -> dict[str, float]:
    """How long each test takes, by its id; nothing while that is being measured."""
    measured: dict[str, float] = json.loads(MEASURED.read_text())["duration_by_test"] if MEASURED.exists() else {}
    return measured


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the quickest first."""
    items.sort(key=lambda item: seconds().get(item.nodeid, 0.0))
