"""The report as JSON, for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import asdict

from zai_image_conformance.report.findings import findings, summary

if TYPE_CHECKING:
    from zai_image_conformance.verdict import Verdict


def json_report(verdict: Verdict) -> str:
    """The verdict as a JSON object: what was found by requirement, and each question below it.

    `result` is one of `pass`, `fail`, `deviation`, `skipped`, `error`; `exit_code` is the command's.
    """
    document = {
        "url": verdict.url,
        "summary": summary(verdict),
        "exit_code": verdict.exit_code,
        "problem": verdict.problem,
        "profile": verdict.profile,
        "seed": verdict.seed,
        "seconds": round(verdict.seconds, 3),
        "requests": verdict.requests,
        "pictures": verdict.pictures,
        "budget": verdict.budget,
        "full_verdict": asdict(verdict.plan.cost),
        "requirements": [
            {
                "id": finding.requirement.id,
                "title": finding.requirement.title,
                "level": finding.requirement.level,
                "promised": finding.requirement.source,
                "result": finding.result,
                "short_of_budget": finding.short_of_budget,
                "outcomes": [
                    {
                        "result": outcome.result,
                        "model": outcome.model,
                        "asked": outcome.name,
                        "expected": outcome.expected,
                        "came": outcome.came,
                        "again": outcome.curl,
                    }
                    for outcome in finding.outcomes
                ],
            }
            for finding in findings(verdict)
        ],
    }
    return json.dumps(document, indent=2) + "\n"
