"""The score of the suite, at the end of a run."""

from __future__ import annotations

import pytest

SCORE = "zai_image_score"
"""The user property of a test that judged a server: (of which table, what came of it)."""
_LINES = {
    "wrong": "{came} of {all} wrong servers detected, each by the right requirement",
    "right": "{came} of {all} right servers passed",
}


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
