"""Outcomes that are noted together come to the same as those that are noted one by one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from zai_image.batch import Journal, Limits, Prompt, State
from zai_image.batch._model import Answered, Failed, Named, NotStored, Outcome, Stored, Wish, Work

PROMPTS = 6
BEFORE: list[Callable[[Work], Outcome]] = [
    lambda work: Answered(work, "url", None, None, partial(named, "before")),
    lambda work: Failed(work, State.UNKNOWN, "?"),
    lambda work: Failed(work, State.REFUSED, "no"),
    lambda work: Failed(work, State.WAITING, "later"),
]


def named(stem: str, nth: int) -> str:
    return stem + "-more" * nth


# Few names, so that many are wanted twice, and two that some systems take for one.
NAMES = st.sampled_from(["fox", "FOX", "hen", "before"]).map(lambda stem: partial(named, stem))
OUTCOMES: st.SearchStrategy[Callable[[Work], Outcome]] = st.one_of(
    NAMES.map(lambda name: lambda work: Answered(work, "url", 1.0, "id", name)),
    NAMES.map(lambda name: lambda work: Named(work, name, 1)),
    st.sampled_from(State).map(lambda state: lambda work: Failed(work, state, "no")),
    st.just(lambda work: Stored(work, "fox.png")),
    st.just(lambda work: NotStored(work, "no")),
)


def noted(path: Path, worker: str, groups: list[list[Outcome]]) -> object:
    """Note groups of outcomes in turn; return what came of each, and all that the journal says then."""
    journal = Journal.open(str(path))
    wish = Wish(0, Limits(), "digest")
    try:
        results = [result for group in groups for result in journal.turn(worker, group, wish)[0]]
        return results, [tuple(row) for row in journal.rows()], journal.paid()
    finally:
        journal.close()


@settings(max_examples=150, deadline=None)
@given(
    before=st.lists(st.none() | st.sampled_from(BEFORE), min_size=PROMPTS, max_size=PROMPTS),
    outcomes=st.lists(OUTCOMES, min_size=PROMPTS, max_size=PROMPTS),
    stale=st.sets(st.integers(0, PROMPTS - 1), max_size=2),
    order=st.permutations(range(PROMPTS)),
)
def test_outcomes_noted_together_come_to_the_same_as_one_by_one(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[Callable[[Work], Outcome] | None],
    outcomes: list[Callable[[Work], Outcome]],
    stale: set[int],
    order: list[int],
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    journal = Journal.open(str(folder / "together"))
    try:
        journal.take_in("digest", [Prompt(str(number), number, "A fox", {}) for number in range(1, PROMPTS + 1)])
        worker = journal.begin()
        work = journal.turn(worker, [], Wish(PROMPTS, Limits(PROMPTS), "digest"))[1].work
        made = [make(work[index]) for index, make in enumerate(before) if make is not None]
        journal.turn(worker, made, Wish(0, Limits(), "digest"))
    finally:
        journal.close()
    shutil.copy(folder / "together", folder / "one by one")
    now = [outcomes[index](evolve(work[index], token=work[index].token - (index in stale))) for index in order]
    one_by_one = [[outcome] for outcome in now]
    assert noted(folder / "together", worker, [now]) == noted(folder / "one by one", worker, one_by_one)
