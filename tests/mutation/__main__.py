"""Changes the client and the checker in thousands of ways, and tells which changes no test notices.

::

    python -m tests.mutation FOLDER                  # everything
    python -m tests.mutation FOLDER _answers sizes   # two modules

mutmut does the work, in the folder, by ``[tool.mutmut]`` in pyproject.toml. This fails where fewer than nine in ten
mutants are noticed, and where docs/quality.md does not list exactly those that are not.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE
from typing import Any, Final

from scripts.regenerate import ROOT
from tests.mutation.mutants import Mutant, listed, made, source

LEAST: Final = 0.9
DOCUMENT: Final = ROOT / "docs/quality.md"
# mutmut takes a module's name from its path, and knows one folder that does not count in it, `src`. Links do.
LAID_OUT: Final = {
    "src/zai_image": "client/zai_image",
    "src/zai_image_api": "generated/zai_image_api",
    "src/zai_image_conformance": "conformance/zai_image_conformance",
    **{name: name for name in ("docs", "openapi", "pyproject.toml", "scripts", "tests")},
}
# A loop without end may also end in a crash of Python, when what it chained together is let go.
NOTICED: Final = {"killed", "timeout", "segfault"}


def main(folder: Path, modules: list[str]) -> int:
    """Mutate and judge; return 0 where the score is good and the list true, 2 where nothing could be judged."""

    def chosen(mutant: Mutant) -> bool:
        return not modules or mutant.module.rpartition(".")[2] in modules

    lay_out(folder)
    print(f"mutmut is at work in {folder}; for everything it takes about half an hour", flush=True)
    command = ["run", "--max-children", "2", *(f"*.{module}.*" for module in modules)]
    with (folder / "mutmut.log").open("w") as log:
        ran = mutmut(folder, *command, stdout=log, stderr=subprocess.STDOUT)
    if ran.returncode:
        print((folder / "mutmut.log").read_text().replace("\r", "\n")[-8000:])
        return 2
    outcomes = [(mutant, outcome) for mutant, outcome in judged(folder) if chosen(mutant)]
    return report(outcomes, {mutant for mutant in listed(DOCUMENT.read_text("utf-8")) if chosen(mutant)})


def lay_out(folder: Path) -> None:
    """Make the folder anew, with links to what mutmut needs."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, target in LAID_OUT.items():
        link = folder / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(ROOT / target)


def mutmut(folder: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run mutmut in the folder."""
    # It passes sets of tests to pytest: let them have the same order each time.
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    program = Path(sys.executable).with_name("mutmut")
    return subprocess.run([program, *arguments], cwd=folder, env=environment, text=True, check=False, **options)


def judged(folder: Path) -> Iterator[tuple[Mutant, str]]:
    """Yield each mutant with what mutmut says of it, such as ``survived``."""
    results = mutmut(folder, "results", "--all", "true", stdout=PIPE).stdout
    outcomes = dict(re.findall(r"^ +(\S+): (.+)$", results, re.MULTILINE))
    mutants: dict[str, Mutant] = {}
    for module in {name.rpartition(".")[0] for name in outcomes}:
        mutants |= made(source(folder / "mutants/src", module).read_text("utf-8"), module)
    yield from ((mutants[name], outcome) for name, outcome in outcomes.items())


def report(outcomes: list[tuple[Mutant, str]], expected: set[Mutant]) -> int:
    """Print where the list is wrong, and the score; return the exit code."""
    missed = {mutant: outcome for mutant, outcome in outcomes if outcome not in NOTICED}
    for mutant in sorted(missed.keys() - expected, key=str):
        print(f"{missed[mutant]}, and not listed in {DOCUMENT.name}:\n{mutant}\n")
    for mutant in sorted(expected - missed.keys(), key=str):
        print(f"listed in {DOCUMENT.name}, but killed, or not made:\n{mutant}\n")
    counts = Counter(outcome for _, outcome in outcomes)
    score = sum(counts[outcome] for outcome in NOTICED) / max(1, len(outcomes))
    told = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
    print(f"{score:.1%} of {len(outcomes)} mutants noticed: {told}")
    return 0 if score >= LEAST and missed.keys() == expected else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
