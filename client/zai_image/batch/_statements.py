"""The statements that the journal runs for each prompt, built once: building one anew takes longer than running it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    Insert,
    Integer,
    Update,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from zai_image.batch._tables import NAMES, PROMPTS, TOTALS, WORKERS, State

# Of PostgreSQL, since the clocks of its clients differ.
CLOCK: Final[Any] = literal_column("extract(epoch from clock_timestamp())")
NOW: Final = select(CLOCK)

LOCK_TOTALS: Final = select(TOTALS).with_for_update()
PAY: Final = update(TOTALS).values(paid=bindparam("new_paid"))
NEXT_REQUEST: Final = update(TOTALS).values(next_at=bindparam("then"))

ADD_PROMPTS: Final = insert(PROMPTS)
MOVE_PROMPTS: Final = (
    update(PROMPTS)
    .where(PROMPTS.c.id == bindparam("of_id"))
    .values(input=bindparam("new_input"), number=bindparam("new_number"))
)
"""Another input has prompts that the journal knows."""
ASKED: Final = select(func.count()).select_from(PROMPTS).where(PROMPTS.c.state == State.ASKED)
_WAITING: Final = and_(PROMPTS.c.state == State.WAITING, PROMPTS.c.input == bindparam("of_input"))
LEFT: Final = select(
    exists().where(_WAITING).label("waiting"),
    exists()
    .where(PROMPTS.c.state.in_([State.ASKED, State.ANSWERED]), PROMPTS.c.worker != bindparam("claimant"))
    .label("others"),
)
"""Whether prompts wait for a request, and whether others have any under way."""

BEAT: Final = (
    postgresql.insert(WORKERS)
    .values(id=bindparam("worker"), seen=CLOCK)
    .on_conflict_do_update(index_elements=["id"], set_={"seen": CLOCK})
)
"""A sign of life; one that others took for dead signs in again."""

# Else nothing is known of the rows that psycopg has inserted.
_COUNTED: Final = {"preserve_rowcount": True}
RESERVE: Final[Mapping[str, Insert]] = {
    "sqlite": sqlite.insert(NAMES).on_conflict_do_nothing().execution_options(**_COUNTED),
    "postgresql": postgresql.insert(NAMES).on_conflict_do_nothing().execution_options(**_COUNTED),
}
OWNER: Final = select(NAMES.c.id).where(NAMES.c.name == bindparam("name"))


def _claim(where: Any, state: State) -> Any:
    """Return what claims as many prompts as there is room for, in the order of their numbers."""
    # Locked as they are chosen, each once: a subquery without FOR UPDATE might be run again while rows change.
    chosen = select(PROMPTS.c.id).where(where).order_by(PROMPTS.c.number).limit(bindparam("room", type_=Integer))
    ids = select(chosen.with_for_update(skip_locked=True).cte("chosen").c.id)
    columns = PROMPTS.c
    return (
        update(PROMPTS)
        .where(columns.id.in_(ids))
        .values(state=state, worker=bindparam("claimant"), token=columns.token + 1)
        .returning(
            columns.id,
            columns.number,
            columns.prompt,
            columns.parameters,
            columns.token,
            columns.url,
            columns.created,
        )
    )


CLAIM_WAITING: Final = _claim(_WAITING, State.ASKED)
CLAIM_ANSWERED: Final = _claim(
    and_(
        PROMPTS.c.state == State.ANSWERED,
        PROMPTS.c.worker.is_(None),
        # What one worker could not store, a later run tries again.
        PROMPTS.c.failed_by.is_distinct_from(bindparam("claimant")),
    ),
    State.ANSWERED,
)


def _is_in(*states: State) -> Any:
    # Written out: no statement with IN can be run with many rows of values at once.
    return or_(*(PROMPTS.c.state == state for state in states))


def _note(before: Any, **values: Any) -> Update:
    """Return what notes an outcome, if it is of the last claim of its prompt.

    Each may be run again with the same values, as where the connection was lost before the commit was confirmed.
    """
    mine = and_(PROMPTS.c.id == bindparam("of_id"), PROMPTS.c.token == bindparam("of_token"), before)
    return update(PROMPTS).where(mine).values(values)


def _given(*names: str) -> dict[str, Any]:
    return {name: bindparam(f"new_{name}") for name in names}


ANSWERED: Final = _note(
    # An answer may still come to a request that was given up, or is to be repeated and was not yet.
    or_(
        _is_in(State.ASKED, State.UNKNOWN, State.WAITING),
        and_(PROMPTS.c.state == State.ANSWERED, PROMPTS.c.url == bindparam("new_url")),
    ),
    state=State.ANSWERED,
    error=None,
    **_given("worker", "url", "created", "request_id"),
)
FAILED: Final = _note(_is_in(State.ASKED, State.UNKNOWN), worker=None, **_given("state", "error", "request_id"))
NAMED: Final = _note(PROMPTS.c.state == State.ANSWERED, **_given("worker"))
NOT_STORED: Final = _note(PROMPTS.c.state == State.ANSWERED, worker=None, **_given("error", "failed_by"))
STORED: Final = _note(
    _is_in(State.ANSWERED, State.STORED), state=State.STORED, worker=None, error=None, **_given("path")
)
