"""The report as one HTML page that needs nothing beside itself."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from zai_image_conformance.report.findings import Finding, findings, shortage, summary

if TYPE_CHECKING:
    from zai_image_conformance.verdict import Verdict

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #8884; }
code, pre { font: 14px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
.pass { color: #1a7f37; } .fail, .error { color: #cf222e; } .deviation { color: #9a6700; } .skipped { color: #6e7781; }
"""


def page(verdict: Verdict) -> str:
    """The verdict as an HTML document; every word of a server in it is escaped."""
    rows = "\n".join(map(_row, findings(verdict)))
    told = "\n".join(part for finding in findings(verdict) for part in _failures(finding))
    shortages = "".join(f"<p>{escape(line)}</p>" for line in shortage(verdict))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Verdict on {escape(verdict.url)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Verdict</h1>
<p>{escape(summary(verdict))}</p>
{shortages}
{told}
<table>
<thead><tr><th>Requirement</th><th>Level</th><th>Result</th><th>Promised</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</body>
</html>
"""


def _row(finding: Finding) -> str:
    requirement = finding.requirement
    return (
        f"<tr><td><b>{requirement.id}</b><br>{escape(requirement.title)}</td><td>{requirement.level}</td>"
        f'<td class="{finding.result}">{finding.result}<br><small>{escape(finding.reason)}</small></td>'
        f"<td>{escape(requirement.source)}</td></tr>"
    )


def _failures(finding: Finding) -> Iterator[str]:
    for outcome in finding.outcomes:
        if outcome.result not in ("fail", "deviation", "error"):
            continue
        about = " ".join(filter(None, (outcome.requirement, outcome.model, outcome.name)))
        yield (
            f'<section><h2 class="{outcome.result}">{escape(about)}: {outcome.result}</h2>'
            f"<dl><dt>Expected</dt><dd>{escape(outcome.expected)}</dd><dt>Came</dt><dd><code>{escape(outcome.came)}</code>"
            f"</dd><dt>Promised</dt><dd>{escape(outcome.sentence)}</dd></dl><pre>{escape(outcome.curl)}</pre></section>"
        )
