"""The same drawn questions in every run, and the score of the verdict at its end."""

from __future__ import annotations

from functools import cache

import pytest

from zai_image_conformance.server import app
from zai_image_conformance.server.pictures import draw
from zai_image_conformance.suite import runner

SCORE = "zai_image_score"
"""The user property of a test that judged a server: (of which table, what came of it)."""
_LINES = {
    "wrong": "{came} of {all} wrong servers convicted, each by the right requirement",
    "right": "{came} of {all} right servers spared",
}


_drawn_once = cache(draw)


@pytest.fixture(autouse=True)
def _the_same_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "new_seed", lambda: 0)


@pytest.fixture
def quick_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw a picture once for all the servers that are asked for it: the drawing is not what is judged."""
    monkeypatch.setattr(app, "draw", _drawn_once)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the score, wherever the tests ran: user properties travel with reports, from xdist's workers too."""
    properties = [
        (name, value, report.passed)
        for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
        if report.when == "call"
        for name, value in report.user_properties
    ]
    for table, line in _LINES.items():
        came = [passed for name, value, passed in properties if (name, value) == (SCORE, table)]
        if came:
            terminalreporter.write_line(line.format(came=sum(came), all=len(came)))
    for name, value, _ in properties:
        if name == "score":
            terminalreporter.write_line(str(value))
