"""Outcomes that are noted together come to the same as those that are noted one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from tests.batch.databases import Database
from zai_image.batch import Journal, Limits, Prompt, State
from zai_image.batch._model import Answered, Failed, Named, NotStored, Outcome, Stored, Wish, Work
from zai_image.batch._tables import NAMES, PROMPTS, TOTALS, WORKERS

SIX = 6
BEFORE: list[Callable[[Work], Outcome]] = [
    lambda work: Answered(work, "url", None, None, partial(named, "before")),
    lambda work: Failed(work, State.UNKNOWN, "?"),
    lambda work: Failed(work, State.REFUSED, "no"),
    lambda work: Failed(work, State.WAITING, "later"),
]


def named(stem: str, nth: int) -> str:
    return stem + "-more" * nth


# Few names, so that many are wanted twice, and two that some systems take for one.
STEMS = st.sampled_from(["fox", "FOX", "hen", "before"]).map(lambda stem: partial(named, stem))
OUTCOMES: st.SearchStrategy[Callable[[Work], Outcome]] = st.one_of(
    STEMS.map(lambda name: lambda work: Answered(work, "url", 1.0, "id", name)),
    STEMS.map(lambda name: lambda work: Named(work, name, 1)),
    st.sampled_from(State).map(lambda state: lambda work: Failed(work, state, "no")),
    st.just(lambda work: Stored(work, "fox.png")),
    st.just(lambda work: NotStored(work, "no")),
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def journal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    """A journal in each kind of database."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            address = str(tmp_path_factory.mktemp("journal") / "journal")
        else:
            address = stack.enter_context(Database.fresh(request.getfixturevalue("postgresql"))).address
        journal = Journal.open(address)
        stack.callback(journal.close)
        yield journal


def claimed(journal: Journal, before: list[Callable[[Work], Outcome] | None]) -> list[Work]:
    """Forget everything, take prompts in, claim all, and note what some come to."""
    with journal._begin() as connection:
        for table in (PROMPTS, NAMES, WORKERS):
            connection.execute(delete(table))
        connection.execute(update(TOTALS).values(paid=0, next_at=0, input=None))
    journal.take_in("digest", [Prompt(str(number), number, "A fox", {}) for number in range(1, len(before) + 1)])
    work = journal.turn("worker", [], Wish(len(before), Limits(len(before)), "digest"))[1].work
    made = [make(work[index]) for index, make in enumerate(before) if make is not None]
    journal.turn("worker", made, Wish(0, Limits(), "digest"))
    return list(work)


def noted(journal: Journal, groups: list[list[Outcome]]) -> object:
    """Note groups of outcomes in turn; return what comes of each, and all that the journal says then."""
    results = [result for group in groups for result in journal.turn("worker", group, Wish(0, Limits(), "digest"))[0]]
    return results, [tuple(row) for row in journal.rows()], journal.paid()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(st.none() | st.sampled_from(BEFORE), min_size=SIX, max_size=SIX),
    outcomes=st.lists(OUTCOMES, min_size=SIX, max_size=SIX),
    stale=st.sets(st.integers(0, SIX - 1), max_size=2),
    order=st.permutations(range(SIX)),
)
def test_outcomes_noted_together_come_to_the_same_as_one_by_one(
    journal: Journal,
    before: list[Callable[[Work], Outcome] | None],
    outcomes: list[Callable[[Work], Outcome]],
    stale: set[int],
    order: list[int],
) -> None:
    def now() -> list[Outcome]:
        work = claimed(journal, before)
        return [outcomes[index](evolve(work[index], token=work[index].token - (index in stale))) for index in order]

    together = noted(journal, [now()])
    assert together == noted(journal, [[outcome] for outcome in now()])


def test_each_name_is_reserved_for_one_prompt(journal: Journal) -> None:
    work = claimed(journal, [None] * SIX)
    groups: list[list[Outcome]] = [
        [Answered(each, "url", None, None, partial(named, "fox")) for each in some] for some in (work[:1], work[1:])
    ]
    names = [result for group in groups for result in journal.turn("worker", group, Wish(0, Limits(), "digest"))[0]]
    assert len(set(names)) == SIX
