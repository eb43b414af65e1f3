"""What is told of mutants is what mutmut made, and what docs/quality.md lists is still there to be mutated."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from scripts.regenerate import ROOT
from tests.mutation.__main__ import DOCUMENT, LAID_OUT, report
from tests.mutation.mutants import Mutant, listed, made, source

MUTATED = '''
def x_double__mutmut_orig(number: int) -> int:
    """Return twice the number."""
    return number * 2


def x_double__mutmut_1(number: int) -> int:
    """Return twice the number."""
    return number / 2


class Counter:
    async def xǁCounterǁadd__mutmut_orig(self, by=1) -> None:
        self.count += by
        self.told = True

    async def xǁCounterǁadd__mutmut_1(self, by=2) -> None:
        self.count += by
        self.told = True

    async def xǁCounterǁadd__mutmut_12(self, by=1) -> None:
        self.count += by
        self.told = None
'''
DOUBLE = Mutant("a.b", "double", ["return number * 2"], ["return number / 2"])
ADD = Mutant("a.b", "Counter.add", ["self.told = True"], ["self.told = None"])
LISTED = list(listed(DOCUMENT.read_text(encoding="utf-8")))


def test_a_mutant_is_told_by_the_lines_that_changed() -> None:
    assert made(MUTATED, "a.b") == {
        "a.b.x_double__mutmut_1": DOUBLE,
        "a.b.xǁCounterǁadd__mutmut_1": Mutant(
            "a.b",
            "Counter.add",
            ["async def add(self, by=1) -> None:"],
            ["async def add(self, by=2) -> None:"],
        ),
        "a.b.xǁCounterǁadd__mutmut_12": ADD,
    }


def test_a_mutant_is_listed_as_it_is_printed() -> None:
    assert list(listed(f"Text.\n\n```diff\n{DOUBLE}\n{ADD}\n```\n\nMore.\n\n```diff\n{ADD}\n```\n")) == [
        DOUBLE,
        ADD,
        ADD,
    ]


def test_no_mutant_is_listed_twice() -> None:
    assert len(LISTED) == len(set(LISTED))


@pytest.mark.parametrize("mutant", LISTED, ids=lambda mutant: f"{mutant.module}.{mutant.function}")
def test_what_a_listed_mutant_changes_is_there(mutant: Mutant) -> None:
    folder = "client" if mutant.module.startswith("zai_image.") else "generated"
    lines = [line.strip() for line in source(ROOT / folder, mutant.module).read_text("utf-8").splitlines()]
    assert [line for line in mutant.gone if line not in lines] == []


@pytest.mark.parametrize(
    ("outcomes", "expected", "code"),
    [
        ([(DOUBLE, "killed")] * 10, set(), 0),
        ([(DOUBLE, "killed")] * 8 + [(DOUBLE, "timeout"), (ADD, "survived")], {ADD}, 0),
        ([(DOUBLE, "killed")] * 8 + [(DOUBLE, "timeout"), (ADD, "survived")], set(), 1),
        ([(DOUBLE, "killed")] * 8 + [(ADD, "no tests")], {ADD}, 1),
        ([(DOUBLE, "killed")] * 10, {ADD}, 1),
    ],
)
def test_too_low_a_score_and_a_wrong_list_fail(
    outcomes: list[tuple[Mutant, str]], expected: set[Mutant], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(outcomes, expected) == code
    assert f"of {len(outcomes)} mutants noticed" in capsys.readouterr().out


def test_all_that_mutmut_is_told_of_is_laid_out() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    assert {*told["source_paths"], *told["also_copy"]} <= LAID_OUT.keys()
    assert all(Path(ROOT, target).exists() for target in LAID_OUT.values())
