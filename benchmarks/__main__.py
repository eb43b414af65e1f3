"""Runs the benchmarks and prints a line for each comparison as it is measured: ``tox -e bench``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from benchmarks import batch, calls, downloads, flight, imports, load, plugin, regeneration, verdict
from benchmarks.pairs import Comparison

BENCHMARKS: Final[Mapping[str, Callable[[], Iterator[Comparison]]]] = {
    "batch": batch.comparisons,
    "calls": calls.comparisons,
    "imports": imports.comparisons,
    "flight": flight.comparisons,
    "downloads": downloads.comparisons,
    "load": load.comparisons,
    "plugin": plugin.comparisons,
    "regeneration": regeneration.comparisons,
    "verdict": verdict.comparisons,
}


def main(names: Sequence[str]) -> int:
    """Run the named benchmarks, all where none is named; return the exit code."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    print(f"{'ours over the other, median of the rounds (and their range)':76}  {'ratio':>6}  {'':16}  {'ours':>9}")
    for name in names or BENCHMARKS:
        for comparison in BENCHMARKS[name]():
            print(comparison, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
