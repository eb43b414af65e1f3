"""Thousands of images: a journal of every prompt, so that no kill loses or repeats what is paid for.

::

    import asyncio
    from zai_image.batch import Limits, run

    summary = asyncio.run(run("prompts.txt", "images", limits=Limits(concurrency=8, max_images=500)))
    print(summary.counts, summary.paid)

The command ``zai-image batch`` does the same; ``docs/batch.md`` tells what happens when. It needs the extra ``cli``,
which brings SQLAlchemy; PostgreSQL needs ``postgresql``, other places than folders ``remote``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from os import PathLike
from pathlib import Path

from attrs import frozen

from zai_image._client import AsyncZaiImage
from zai_image.batch._destinations import Destination, DestinationError, Folder, Remote, destination
from zai_image.batch._input import Input, InputError, Prompt, parameters_of
from zai_image.batch._journal import LEASE, Journal
from zai_image.batch._model import JournalError, Limits
from zai_image.batch._names import NAME, TemplateError, check_template
from zai_image.batch._runner import Event, Runner
from zai_image.batch._tables import State

__all__ = [
    "LEASE",
    "NAME",
    "Destination",
    "DestinationError",
    "Event",
    "Folder",
    "Input",
    "InputError",
    "Journal",
    "JournalError",
    "Limits",
    "Prompt",
    "Remote",
    "Runner",
    "State",
    "Summary",
    "TemplateError",
    "check_template",
    "destination",
    "journal_beside",
    "run",
    "summary_of",
]


@frozen
class Summary:
    """Where the prompts of a journal stand, or of one input.

    Attributes:
        counts: How many prompts there are in each state.
        paid: How many requests were charged, or may have been, in all runs on the journal.
        stopped: Why the run stopped before its end; None where it did not.
        interrupted: Whether it was told to end.
    """

    counts: Mapping[State, int]
    paid: int
    stopped: str | None = None
    interrupted: bool = False

    @property
    def total(self) -> int:
        """How many prompts there are."""
        return sum(self.counts.values())


def journal_beside(source: str | PathLike[str]) -> str:
    """Return the path of the journal that is used for an input where none is named."""
    return f"{source}.journal.sqlite"


def summary_of(journal: Journal, runner: Runner | None = None) -> Summary:
    """Return where the prompts of a journal stand; after a run, those of its input."""
    if runner is None:
        return Summary(journal.counts(), journal.paid())
    return Summary(journal.counts(runner.input), journal.paid(), runner.stopped, runner.interrupted)


async def run(
    source: str | PathLike[str],
    output: str | PathLike[str] | Destination,
    *,
    journal: str | None = None,
    client: Callable[[], AsyncZaiImage] | None = None,
    limits: Limits | None = None,
    template: str = NAME,
    retry_unknown: bool = False,
    retry_refused: bool = False,
    lease: float = LEASE,
    tell: Callable[[Event], None] = lambda event: None,
    begun: Callable[[Runner, Journal], None] = lambda runner, journal: None,
) -> Summary:
    """Make and store an image of every prompt of an input, going on where earlier runs on the same journal ended.

    Args:
        source: The input: lines of text, JSON Lines (``.jsonl``, ``.ndjson``) or CSV (``.csv``).
        output: A folder, or an address that fsspec knows.
        journal: The path of an SQLite file, beside the input where left out; or ``postgresql://...``.
        client: Makes the client; it must not retry by itself (``max_retries=0``): each request is in the journal. Where
            left out, a client of the environment's key and server.
        limits: What all processes on the journal may do together; 4 requests at once where left out.
        template: How images are named, of ``{id}``, ``{n}``, ``{model}``, ``{size}`` and ``{slug}``.
        retry_unknown: Whether to send a request again for what may have been charged: it may be charged twice.
        retry_refused: Whether to send a request again for what was refused.
        lease: Seconds without a sign of life after which a process on PostgreSQL counts as dead.
        tell: Called with each event, in the event loop.
        begun: Called with the runner, which can be interrupted, and the journal, once all prompts are taken in.

    Returns:
        Where the prompts of the input stand, and what all of the journal cost.

    Raises:
        InputError: The input is not usable; nothing was sent.
        DestinationError: Nothing can be stored; nothing was sent.
        JournalError: The journal cannot be used.
        TemplateError: No names can be made from the template; nothing was sent.
        InvalidRequestError: No client can be made; nothing was sent.
    """
    check_template(template)
    client = client or partial(AsyncZaiImage, max_retries=0)
    place = destination(str(output)) if isinstance(output, str | PathLike) else output
    place.check()
    async with client() as zai:
        parameters = parameters_of(zai.images.generate)
    prompts = Input(Path(source), *parameters)
    digest = prompts.digest()
    opened = Journal.open(journal or journal_beside(source), lease=lease)
    try:
        opened.take_in(digest, prompts)
        runner = Runner(opened, client, place, limits or Limits(), digest, template, tell)
        for wanted, state in ((retry_unknown, State.UNKNOWN), (retry_refused, State.REFUSED)):
            if wanted:
                runner.free_dead()
                opened.retry(state, digest)
        begun(runner, opened)
        await runner.run()
        return summary_of(opened, runner)
    finally:
        opened.close()
