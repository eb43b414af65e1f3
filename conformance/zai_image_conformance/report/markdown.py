"""The report as Markdown, for the summary of a job."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zai_image_conformance.model import Verdict, printable
from zai_image_conformance.report.summary import Finding, findings, others, shortage, summary
from zai_image_conformance.report.text import about, also

_HEADINGS = {0: "Conforms", 1: "Does not conform", 2: "Could not be judged"}
_TOLD = {"fail": "Broken", "deviation": "Known deviation"}


def markdown(verdict: Verdict) -> str:
    """The report, with a line break at its end; every word of a server is code or escaped."""
    told = [finding for finding in findings(verdict) if finding.result in _TOLD]
    lines = [f"## {_HEADINGS[verdict.exit_code]}", "", _escaped(summary(verdict)), ""]
    if told:
        lines += ["| | requirement | expected | actual |", "|---|---|---|---|", *map(_row, told), ""]
    for finding in told:
        lines += _block(finding)
    lines += [f"- {_escaped(line)}" for line in _lines(verdict)]
    return "\n".join(lines).rstrip() + "\n"


def _lines(verdict: Verdict) -> Iterator[str]:
    for reason, ids in others(verdict):
        yield f"{', '.join(ids)}: skipped, {printable(reason)}"
    yield from shortage(verdict)
    yield from map(printable, verdict.remarks)


def _row(finding: Finding) -> str:
    worst = finding.worst
    cells = (worst.expected, worst.actual)
    return f"| {_TOLD[finding.result]} | {finding.requirement.id} | {' | '.join(map(_escaped, cells))} |"


def _block(finding: Finding) -> Iterator[str]:
    first, *more = [outcome for outcome in finding.outcomes if outcome.result == finding.result]
    settled = sum(outcome.settles for outcome in finding.outcomes)
    yield f"**{finding.requirement.id}**: {_escaped(finding.requirement.title)}. "
    yield f"{1 + len(more)} of {settled} test cases, such as {_escaped(about(first))}."
    if further := also(more):
        yield f"Also {_escaped(further)}."
    yield ""
    # Four spaces are code whatever stands behind them.
    yield f"    {first.curl}"
    yield ""


def _escaped(text: str) -> str:
    """Text that no reader of Markdown takes for markup, a link, a mention or a cell's end."""
    return re.sub(r"[^\w\s.,;:'?()=+%/-]|(?<=:)/(?=/)|(?<=www)\.", lambda match: f"&#{ord(match[0])};", printable(text))
