"""Notes outcomes of prompts, and reserves the names of their images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Insert, Update

from zai_image import _naming
from zai_image.batch import _statements
from zai_image.batch._model import Answered, Failed, Named, NotStored, Outcome, Stored

_NOTES: Final[Mapping[type[Outcome], Update]] = {
    Answered: _statements.ANSWERED,
    Named: _statements.NAMED,
    Failed: _statements.FAILED,
    Stored: _statements.STORED,
    NotStored: _statements.NOT_STORED,
}
_Row: TypeAlias = dict[str, Any]


def note_all(connection: Connection, worker: str, outcomes: Sequence[Outcome]) -> list[str | bool]:
    """Note outcomes of a worker's claims.

    Returns:
        For each outcome, in their order: false where its claim is no longer the last of its prompt; the name that is
        reserved for its image, where it needs one; true otherwise.
    """
    noted: list[str | bool] = [False] * len(outcomes)
    for kind, statement in _NOTES.items():
        chosen = [index for index, outcome in enumerate(outcomes) if isinstance(outcome, kind)]
        rows = [_row(worker, outcomes[index]) for index in chosen]
        # A failure is noted once: after that its prompt is no longer asked.
        changed = _changed(connection, statement, rows, again=kind is not Failed)
        for index, is_changed in zip(chosen, changed, strict=True):
            noted[index] = is_changed
    named = {
        index: outcome
        for index, outcome in enumerate(outcomes)
        if noted[index] and isinstance(outcome, Answered | Named)
    }
    for index, name in zip(named, _reserved(connection, list(named.values())), strict=True):
        noted[index] = name
    return noted


def _changed(connection: Connection, statement: Update | Insert, rows: Sequence[_Row], *, again: bool) -> list[bool]:
    """Run a statement with each row of values; return which of them changed something.

    Args:
        connection: In a transaction.
        statement: What is run.
        rows: The values.
        again: Whether a statement that was run may be run again, and then tells the same. All rows together take a
            fraction of the time that each by itself takes, and nearly always each changes something.
    """
    if again and len(rows) > 1 and connection.execute(statement, rows).rowcount == len(rows):
        return [True] * len(rows)
    return [connection.execute(statement, row).rowcount == 1 for row in rows]


def _reserved(connection: Connection, outcomes: Sequence[Answered | Named]) -> list[str]:
    """Reserve for each image the best name that is no other prompt's."""
    reserve = _statements.RESERVE[connection.dialect.name]
    names = [outcome.name(outcome.first) for outcome in outcomes]
    rows = [{"name": _naming.key(name), "id": outcome.work.id} for name, outcome in zip(names, outcomes, strict=True)]
    if len(rows) > 1 and connection.execute(reserve, rows).rowcount == len(rows):
        return names
    return [_reserved_one(connection, reserve, outcome) for outcome in outcomes]


def _reserved_one(connection: Connection, reserve: Insert, outcome: Answered | Named) -> str:
    for nth in count(outcome.first):
        name = outcome.name(nth)
        row = {"name": _naming.key(name), "id": outcome.work.id}
        if connection.execute(reserve, row).rowcount == 1:
            return name
        if connection.execute(_statements.OWNER, {"name": row["name"]}).scalar_one() == outcome.work.id:
            return name
    raise AssertionError("count() does not end")


def _row(worker: str, outcome: Outcome) -> _Row:
    """Return the values of the statement that notes an outcome."""
    match outcome:
        case Answered():
            values: _Row = {
                "new_worker": worker,
                "new_url": _storable(outcome.url),
                "new_created": outcome.created,
                "new_request_id": _storable(outcome.request_id),
            }
        case Named():
            values = {"new_worker": worker}
        case Failed():
            values = {
                "new_state": outcome.state,
                "new_error": _storable(outcome.error),
                "new_request_id": _storable(outcome.request_id),
            }
        case Stored():
            values = {"new_path": outcome.path}
        case NotStored():
            values = {"new_error": _storable(outcome.error), "new_failed_by": worker}
    return {"of_id": outcome.work.id, "of_token": outcome.work.token, **values}


def _storable(told: str | None) -> str | None:
    """Return others' words with what a database may refuse spelt out: null characters and halves of surrogate pairs."""
    return told and told.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\0")
