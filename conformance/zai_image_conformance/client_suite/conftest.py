"""Marks each test with the promises it examines, sums up by promise, and lets no test wait between attempts."""

from __future__ import annotations

import pytest

from zai_image import _retries

_EXAMINES = "zai_image_examines"
"""The user property of a test: the id of a promise that it examines."""


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks, for runs outside the repository."""
    config.addinivalue_line("markers", "promise(*ids): the requirements that bind a client and are examined here")
    config.addinivalue_line("markers", "score: takes seconds")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have reports carry the promises, from xdist's workers too."""
    for item in items:
        ids = {promise for mark in item.iter_markers("promise") for promise in mark.args}
        item.user_properties += [(_EXAMINES, promise) for promise in sorted(ids)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell which promises were examined, and which the client breaks."""
    examined: dict[str, bool] = {}
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, promise in report.user_properties:
            if name == _EXAMINES and report.when == "call":
                examined[str(promise)] = examined.get(str(promise), True) and report.passed
    if examined:
        broken = sorted(promise for promise, is_kept in examined.items() if not is_kept)
        kept = f"the client keeps {len(examined) - len(broken)} of {len(examined)} examined promises"
        terminalreporter.write_line(f"{kept}; it breaks {', '.join(broken)}" if broken else kept)


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the client wanted to wait between attempts, in order."""
    noted: list[float] = []

    async def note(seconds: float) -> None:
        noted.append(seconds)

    monkeypatch.setattr(_retries, "wait", noted.append)
    monkeypatch.setattr(_retries, "wait_async", note)
    return noted
