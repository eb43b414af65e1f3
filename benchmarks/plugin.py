"""What our pytest plugin costs a run of pytest that does not use it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from benchmarks.pairs import Comparison, compare

_PLUGIN: Final = "zai_image_conformance.pytest_options"
# Compiled modules are kept, as they are for those who install; other plugins of this environment are left out.
_ENV: Final = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def comparisons() -> Iterator[Comparison]:
    """Measure a run of one empty test with the plugin and without."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "test_nothing.py").write_text("def test_nothing():\n    pass\n", "utf-8")
        with_it, without = _running(folder, "-p", _PLUGIN), _running(folder)
        yield compare("pytest of an empty test with our plugin, over without", with_it, without, rounds=15)


def _running(folder: str, *options: str) -> Callable[[], float]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]

    def measured() -> float:
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, env=_ENV, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start

    return measured
