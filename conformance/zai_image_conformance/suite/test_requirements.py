"""The verdict as tests: one for each requirement of the catalogue."""

from __future__ import annotations

import pytest

from zai_image_conformance.model import Verdict
from zai_image_conformance.requirements import catalogue


@pytest.mark.parametrize("requirement", [requirement.id for requirement in catalogue()])
def test_requirement(requirement: str, verdict: Verdict) -> None:
    """The server keeps it in every test case."""
    outcomes = [outcome for outcome in verdict.outcomes if outcome.requirement == requirement]
    failures = [outcome for outcome in outcomes if outcome.result == "fail"]
    if failures:
        lines = [
            f"{each.name}: expected {each.expected}; actual {each.actual}; again: {each.curl}" for each in failures
        ]
        pytest.fail("\n".join([catalogue()[requirement].source, *lines]), pytrace=False)
    if not any(outcome.result == "pass" for outcome in outcomes):
        pytest.skip(outcomes[0].actual if outcomes else "not asked for")
