"""``zai-image batch``: thousands of images, resumable."""

from __future__ import annotations

import json
import os
import re
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from zai_image._client import AsyncZaiImage
from zai_image.cli._embedded import embedded_server
from zai_image.cli._exits import ANSWER_IS_NO, COULD_NOT_ASK, FINE
from zai_image.cli._messages import printable, tell

if TYPE_CHECKING:
    from zai_image.batch import Journal, Runner, Summary

_BESIDE: Final = "beside the input"
_LISTED: Final = 20
_EXCERPT: Final = 60
_RATE: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(?:/(s|sec|min|h))?")
_PER_MINUTE: Final = {None: 1.0, "min": 1.0, "s": 60.0, "sec": 60.0, "h": 1 / 60}


def _rate(_context: click.Context, _parameter: click.Parameter, given: str | None) -> float | None:
    if given is None:
        return None
    match = _RATE.fullmatch(given.strip())
    if match is None or not float(match[1]):
        raise click.BadParameter(f"write a number of requests such as 60/min, 2/s or 500/h: {given!r} is not")
    return float(match[1]) * _PER_MINUTE[match[2]]


@click.command()
@click.argument("source", required=False, metavar="INPUT", type=click.Path(dir_okay=False))
@click.option("-o", "--output", metavar="DEST", help="A folder, or any fsspec address such as s3://bucket/folder.")
@click.option("--journal", metavar="URL", help="An SQLite file or postgresql://...  [default: a file beside the input]")
@click.option(
    "--name",
    "template",
    default="{id}-{slug}",
    show_default=True,
    metavar="TEMPLATE",
    help="How images are named, of {id}, {n}, {model}, {size} and {slug}.",
)
@click.option("--max-images", type=click.IntRange(min=0), metavar="N", help="Pay for at most N images in all runs.")
@click.option("--rate", callback=_rate, metavar="N/min", help="Send at most N requests a minute, in all processes.")
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    metavar="N",
    help="How many requests may be under way at once, in all processes; fewer where the API says so.",
)
@click.option("--retry-unknown", is_flag=True, help="Send again what may have been charged: it may be charged twice.")
@click.option("--retry-refused", is_flag=True, help="Send again what was refused.")
@click.option(
    "--status",
    is_flag=False,
    flag_value=_BESIDE,
    metavar="[JOURNAL]",
    help="Tell where the prompts of a journal stand, and do nothing else.",
)
@click.option("--json", "as_json", is_flag=True, help="Print events as JSON Lines.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a contact sheet.")
@click.option("--local", is_flag=True, help="Use an embedded server: no key, no network, no cost.")
@click.option("--api-key", help="The API key; else ZAI_API_KEY of the environment.")
@click.option("--base-url", help="The server; else ZAI_BASE_URL of the environment, else Z.AI's.")
def batch(
    source: str | None,
    output: str | None,
    journal: str | None,
    template: str,
    max_images: int | None,
    rate: float | None,
    concurrency: int,
    retry_unknown: bool,
    retry_refused: bool,
    status: str | None,
    as_json: bool,
    html: Path | None,
    local: bool,
    api_key: str | None,
    base_url: str | None,
) -> int:
    """Make an image of every prompt in INPUT and store it in DEST; after any crash, the same command goes on.

    INPUT holds a prompt a line, or is JSON Lines (.jsonl) or CSV (.csv) with `prompt`, parameters of generate such as
    `model` and `size`, and an `id` where wanted.
    """
    try:
        from zai_image import batch as library
    except ModuleNotFoundError as error:
        raise click.UsageError(f"pip install 'zai-image[cli]': {error.name} is missing") from error
    try:
        if status is not None:
            if status == _BESIDE:
                if source is None and journal is None:
                    raise click.UsageError("give the journal: zai-image batch --status JOURNAL")
                status = journal or library.journal_beside(source or "")
            return _status(status, as_json)
        if source is None or output is None:
            raise click.UsageError("give an input and where images go: zai-image batch INPUT --output DEST")
        if not local and not api_key and not os.environ.get("ZAI_API_KEY"):
            raise click.UsageError("set ZAI_API_KEY, or pass --api-key: there is no API key; --local needs none")
        if html is not None and not html.parent.is_dir():
            raise click.UsageError(f"make the folder {str(html.parent)!r} first: --html cannot be written there")
        with ExitStack() as stack:
            if local:
                server = stack.enter_context(embedded_server())
                api_key, base_url = server.api_key, server.url
            place = library.destination(output)
            limits = library.Limits(concurrency, rate, max_images)
            settings: dict[str, Any] = {
                "journal": journal,
                "client": partial(AsyncZaiImage, api_key, base_url=base_url, max_retries=0),
                "limits": limits,
                "template": template,
                "retry_unknown": retry_unknown,
                "retry_refused": retry_refused,
            }
            # Here, since no other command needs it.
            import asyncio

            summary = asyncio.run(_run(source, place, settings, as_json))
        if html is not None:
            _write_sheet(html, journal or library.journal_beside(source), place)
        return _ended(summary, journal or library.journal_beside(source), as_json)
    except (library.InputError, library.DestinationError, library.JournalError, library.TemplateError) as error:
        raise click.UsageError(str(error)) from error


async def _run(source: str, place: Any, settings: dict[str, Any], as_json: bool) -> Summary:
    from zai_image import batch as library
    from zai_image.cli._signals import told_of_signals
    from zai_image.cli._watching import watching

    with ExitStack() as stack:

        def begun(runner: Runner, journal: Journal) -> None:
            stack.enter_context(told_of_signals(runner.interrupt))
            watch.begin(runner, journal)

        watch = stack.enter_context(watching(as_json))
        return await library.run(source, place, **settings, tell=watch.tell, begun=begun)


def _status(address: str, as_json: bool) -> int:
    from zai_image.batch import Journal, State, summary_of

    journal = Journal.open(address, working=False)
    try:
        summary = summary_of(journal)
        if as_json:
            for row in journal.rows(*(state for state in State if state != State.STORED)):
                told = {name: getattr(row, name) for name in ("id", "number", "prompt", "state", "error", "url")}
                click.echo(json.dumps(told))
            click.echo(json.dumps(_as_json(summary)))
            return FINE
        click.echo(_in_words(summary))
        for state in (State.UNKNOWN, State.REFUSED):
            for number, row in enumerate(journal.rows(state)):
                if number == _LISTED:
                    click.echo(f"... and {summary.counts[state] - _LISTED:,} more {state}: --json lists all")
                    break
                click.echo(printable(f"{state} {row.id} ({row.prompt[:_EXCERPT]}): {row.error or ''}"))
    finally:
        journal.close()
    return FINE


def _write_sheet(path: Path, address: str, place: Any) -> None:
    from zai_image.batch import Journal
    from zai_image.batch._sheet import write_sheet

    journal = Journal.open(address, working=False)
    try:
        write_sheet(path, journal, place)
    except OSError as error:
        tell(f"cannot write {path}: {error.strerror or error}")
    finally:
        journal.close()


def _ended(summary: Summary, address: str, as_json: bool) -> int:
    from zai_image.batch import State

    if as_json:
        click.echo(json.dumps(_as_json(summary)))
    else:
        click.echo(_in_words(summary))
        if summary.counts[State.UNKNOWN]:
            shown = f"zai-image batch --status {address}" if "://" not in address else "--status"
            tell(f"{shown} lists what may be charged and has no image; --retry-unknown sends it again")
    if summary.interrupted:
        return COULD_NOT_ASK
    done = summary.counts[State.STORED]
    if done == summary.total:
        return FINE
    return ANSWER_IS_NO if done or summary.paid or summary.counts[State.REFUSED] else COULD_NOT_ASK


def _in_words(summary: Summary) -> str:
    counts = ", ".join(f"{count:,} {state}" for state, count in summary.counts.items() if count)
    return f"{summary.total:,} prompts: {counts or 'none'}; {summary.paid:,} paid"


def _as_json(summary: Summary) -> dict[str, Any]:
    counts = {str(state): count for state, count in summary.counts.items()}
    ended = {"stopped": summary.stopped, "interrupted": summary.interrupted}
    return {"event": "summary", "prompts": summary.total, **counts, "paid": summary.paid, **ended}
