"""The time of an import statement, measured inside a fresh process, over that of `import httpx` in another."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Final

from benchmarks.pairs import Comparison, compare
from benchmarks.rivals import interpreter, rivals

# Compiled modules are kept, as they are for those who install; the first round makes them.
_ENV: Final = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
_PROGRAM: Final = "import time; start = time.perf_counter(); import {module}; print(time.perf_counter() - start)"


def comparisons() -> Iterator[Comparison]:
    """Measure our import, the start of our command line, and the imports of the other SDKs."""
    yield compare("import zai_image, over import httpx", _importing("zai_image"), _importing("httpx"), rounds=15)
    yield compare(
        "process `zai-image --version`, over process `import httpx`",
        _process("-m", "zai_image", "--version"),
        _process("-c", "import httpx"),
    )
    for rival in rivals():
        other = interpreter()
        yield compare(
            f"import {rival.module}, over import httpx",
            _importing(rival.module, python=other),
            _importing("httpx", python=other),
        )


def _importing(module: str, *, python: str = sys.executable) -> Callable[[], float]:
    def measured() -> float:
        program = _PROGRAM.format(module=module)
        return float(subprocess.run([python, "-c", program], check=True, stdout=subprocess.PIPE, env=_ENV).stdout)

    return measured


def _process(*arguments: str) -> Callable[[], float]:
    def measured() -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=_ENV)
        return time.perf_counter() - start

    return measured
