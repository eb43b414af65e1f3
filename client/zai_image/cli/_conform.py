"""``zai-image conform``: a verdict on a server."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from zai_image.cli import _reports
from zai_image.cli._completion import complete_model
from zai_image.cli._embedded import conformance_extra, embedded_server
from zai_image.cli._exits import COULD_NOT_ASK
from zai_image.cli._live import LiveLine
from zai_image.cli._messages import tell

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("url", required=False)
@click.option("--local", is_flag=True, help="Judge the embedded server.")
@click.option("--api-key", help="The API key; else ZAI_API_KEY of the environment.")
@click.option("--no-auth", is_flag=True, help="Send no key, and skip the requirements about keys.")
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="MODEL",
    shell_complete=complete_model,
    help="Repeatable; must be offered. If left out: all that the page names and the server offers.",
)
@click.option(
    "--profile",
    type=click.Choice(["strict", "documented", "deployed"]),
    default="documented",
    show_default=True,
    help="strict: demand all that the schema states. deployed: note known deviations of servers in use, count none.",
)
@click.option(
    "--budget",
    type=click.IntRange(min=0),
    metavar="N",
    help="Stop before more than N requests may have made an image.",
)
@click.option("--requirement", "requirements", multiple=True, metavar="ID", help="Repeatable; all where left out.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    help="Generate other test cases; those of the version if left out.",
)
@click.option("--thorough", is_flag=True, help="Generate ten times as many test cases, and leave none out.")
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    default=4,
    metavar="N",
    show_default=True,
    help="At most N requests at the same time; fewer where the server limits the rate.",
)
@click.option("--report-json", type=_FILE, metavar="FILE", help="Write the verdict as JSON.")
@click.option("--junit", type=_FILE, metavar="FILE", help="Write it as JUnit XML.")
@click.option("--markdown", type=_FILE, metavar="FILE", help="Write it as Markdown, for a job's summary.")
@click.option("--report-html", type=_FILE, metavar="FILE", help="Write it as an HTML page.")
@click.option("--list", "listed", is_flag=True, help="Print the requirements: level, cost and sentence. Sends nothing.")
@click.option(
    "--compare",
    nargs=2,
    type=_FILE,
    metavar="OLD NEW",
    help="Print what changed between two JSON reports; 1 if anything got worse. Sends nothing.",
)
@click.option("--dry-run", is_flag=True, help="Print what would be sent and what it would cost. Sends nothing.")
def conform(
    url: str | None,
    local: bool,
    api_key: str | None,
    no_auth: bool,
    models: tuple[str, ...],
    profile: str,
    budget: int | None,
    requirements: tuple[str, ...],
    seed: int | None,
    thorough: bool,
    concurrency: int,
    markdown: Path | None,
    report_json: Path | None,
    junit: Path | None,
    report_html: Path | None,
    listed: bool,
    compare: tuple[Path, Path] | None,
    dry_run: bool,
) -> int:
    """Judge the server at URL (the part of its address before /paas/v4): does it keep the documented requirements?"""
    with conformance_extra():
        from zai_image_conformance import report
        from zai_image_conformance.model import Interrupted
        from zai_image_conformance.suite.runner import judge, plan
    files = {"--report-json": report_json, "--junit": junit, "--markdown": markdown, "--report-html": report_html}
    wanted = {option: path for option, path in files.items() if path is not None}
    if wanted and (listed or dry_run or compare is not None):
        raise click.UsageError(f"nothing is sent, so there is nothing to report: leave out {', '.join(wanted)}")
    if listed:
        click.echo(report.listing(plan()), nl=False)
        return 0
    if compare is not None:
        if local or url is not None:
            raise click.UsageError("--compare reads two reports and sends nothing; leave out the URL and --local")
        return _compare(*compare)
    if no_auth and api_key is not None:
        raise click.UsageError("--no-auth sends no key; leave out --api-key, or --no-auth")
    asked: dict[str, Any] = {
        **{"models": models, "requirements": requirements, "profile": profile},
        **{"budget": budget, "seed": seed, "thorough": thorough},
    }
    if dry_run:
        try:
            click.echo(report.plan_in_words(plan(with_key=not no_auth, **asked), budget), nl=False)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
        return 0
    if local == (url is not None):
        raise click.UsageError("give the URL of the server to judge, or --local for the embedded one")
    if local and no_auth:
        raise click.UsageError("the embedded server wants its key; leave out --no-auth, or --local")
    _reports.check(wanted)
    live = LiveLine()
    with ExitStack() as stack:
        if local:
            server = stack.enter_context(embedded_server())
            url, api_key = server.url, server.api_key
        try:
            verdict = judge(
                url or "",
                # An absent secret of CI is an empty variable.
                api_key=None if no_auth else api_key or os.environ.get("ZAI_API_KEY") or None,
                **asked,
                concurrency=concurrency,
                local=local,
                progress=live.show if live.is_on else None,
            )
        except Interrupted as interrupted:
            verdict = interrupted.verdict
        finally:
            live.clear()
    formats = {
        "--report-json": report.json_report,
        "--junit": report.junit,
        "--markdown": report.markdown,
        "--report-html": report.page,
    }
    written = [_reports.write(path, formats[option](verdict)) for option, path in wanted.items()]
    # Last, because whoever reads it may go away.
    click.echo(report.text(verdict), nl=False)
    return verdict.exit_code if all(written) else COULD_NOT_ASK


def _compare(old: Path, new: Path) -> int:
    from zai_image_conformance.report import compare as comparison

    told = []
    for path in (old, new):
        try:
            told.append(comparison.read(path.read_bytes()))
        except OSError as error:
            tell(f"cannot read {path}: {error.strerror or error}")
            return COULD_NOT_ASK
        except comparison.NotAReport as error:
            tell(f"{path}: {error}")
            return COULD_NOT_ASK
    found = comparison.compare(*told)
    click.echo(found.text(), nl=False)
    return found.exit_code
