"""Tells how a batch goes while it goes: JSON Lines on standard output, or a live table on a terminal and messages."""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

from zai_image.cli._messages import tell

if TYPE_CHECKING:
    from zai_image.batch import Event, Journal, Runner

_EXCERPT: Final = 40
_RECENT: Final = 60.0
_WIDE: Final = 72
"""Columns in which all figures stand side by side."""
_MESSAGES: Final = 20
"""Failures of one kind that are told, so that a million do not bury the rest."""


class Watch:
    """Takes a batch's events."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._output_lost = False
        self._told: dict[str, int] = {}
        self._runner: Runner | None = None

    def begin(self, runner: Runner, journal: Journal) -> None:
        """Take note that the prompts are taken in, and requests may leave."""
        self._runner = runner

    def tell(self, event: Event) -> None:
        """Tell an event."""
        if self._as_json and not self._output_lost:
            try:
                click.echo(json.dumps({"event": event.kind, **event.told}))
                return
            except OSError as error:
                # Nobody reads the events any more; what is paid for is in the journal.
                self._output_lost = True
                tell(f"cannot write to standard output: {error.strerror or error}")
                if self._runner is not None:
                    self._runner.interrupt()
        told = event.told
        if event.kind == "stored":
            return
        if event.kind == "interrupted":
            waiting = f"waiting up to {told['seconds']:g} s for {told['under_way']} under way; again to leave them"
            tell(f"interrupted: {waiting}" if told["under_way"] else "interrupted")
        elif event.kind == "stopped":
            tell(f"stopped: {told['reason']}")
        elif event.kind == "slower":
            tell(f"slower: {told['at_once']} at once after {told['seconds']:g} s: {told['error']}")
        elif self._often(event.kind):
            tell(f"{event.kind} {told['id']} ({str(told['prompt'])[:_EXCERPT]}): {told.get('error') or told['url']}")

    def _often(self, kind: str) -> bool:
        """Return whether there is room for one more message of this kind; an image that nobody waits for always has."""
        self._told[kind] = self._told.get(kind, 0) + 1
        if self._told[kind] == _MESSAGES + 1 and kind != "late":
            tell(f"more are {kind}: --status lists them")
        return self._told[kind] <= _MESSAGES or kind == "late"


class _Live(Watch):
    """A table at the bottom of the terminal."""

    def __init__(self, as_json: bool) -> None:
        super().__init__(as_json)
        self._totals: dict[str, int] = {}
        self._done: deque[float] = deque(maxlen=1000)
        self._begun = time.monotonic()

    def begin(self, runner: Runner, journal: Journal) -> None:
        """Count what earlier runs did."""
        super().begin(runner, journal)
        self._totals = {str(state): count for state, count in journal.counts(runner.input).items()}
        self._total = sum(self._totals.values())
        self._totals["paid"] = journal.paid()

    def tell(self, event: Event) -> None:
        """Tell an event, and count it."""
        super().tell(event)
        if event.kind in ("stored", "refused", "unknown"):
            self._totals[event.kind] = self._totals.get(event.kind, 0) + 1
            self._totals["paid"] = self._totals.get("paid", 0) + (event.kind != "refused")
        if event.kind == "stored":
            self._done.append(time.monotonic())

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        from rich.table import Table

        figures = self._figures()
        if not figures:
            yield "taking in the prompts"
            return
        table = Table.grid(padding=(0, 2))
        if options.max_width >= _WIDE:
            table.add_row(*figures, style="dim")
            table.add_row(*figures.values())
        else:
            for name, figure in figures.items():
                table.add_row(name, figure)
        yield table

    def _figures(self) -> dict[str, str]:
        """Return what the table shows; nothing before the prompts are taken in."""
        if self._runner is None:
            return {}
        now = time.monotonic()
        recent = [done for done in self._done if now - done <= _RECENT]
        per_minute = len(recent) * 60 / max(1.0, min(_RECENT, now - self._begun))
        settled = sum(self._totals.get(state, 0) for state in ("stored", "refused", "unknown"))
        left = (self._total - settled) / per_minute if per_minute else None
        return {
            "done": f"{self._totals.get('stored', 0):,} of {self._total:,}",
            "a minute": f"{per_minute:.0f}",
            "paid": f"{self._totals.get('paid', 0):,}",
            "under way": f"{self._runner.in_flight}",
            "failing": f"{self._totals.get('refused', 0) + self._totals.get('unknown', 0):,}",
            "time left": "?" if left is None else f"{int(left // 60)} h {int(left % 60):02} min",
        }


@contextmanager
def watching(as_json: bool) -> Iterator[Watch]:
    """Yield what takes the events: with a live table where standard error is a terminal that can show one."""
    if not sys.stderr.isatty():
        yield Watch(as_json)
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True)
    if not console.is_interactive:
        yield Watch(as_json)
        return
    live = _Live(as_json)
    with Live(live, console=console, refresh_per_second=4, transient=True, redirect_stdout=False):
        yield live
