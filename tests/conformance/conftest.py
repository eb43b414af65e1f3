"""The same drawn questions in every run, and the score of the verdict at its end."""

from __future__ import annotations

import pytest

from zai_image_conformance import verdict

SCORE = "zai_image_score"
"""The user property of a test that judged a server: (of which table, what came of it)."""
_LINES = {
    "wrong": "{came} of {all} wrong servers convicted, each by the right requirement",
    "right": "{came} of {all} right servers spared",
}


@pytest.fixture(autouse=True)
def _the_same_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "new_seed", lambda: 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the score, wherever the tests ran: user properties travel with reports, from xdist's workers too."""
    reports = [
        (table, report)
        for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
        for name, table in getattr(report, "user_properties", ())
        if name == SCORE and report.when == "call"
    ]
    for table, line in _LINES.items():
        of_table = [report for each, report in reports if each == table]
        if of_table:
            terminalreporter.write_line(line.format(came=sum(r.passed for r in of_table), all=len(of_table)))
