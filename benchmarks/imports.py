"""The time of an import, and of making a first client, inside a fresh process, over that of httpx in another."""

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
_PROGRAM: Final = "import time; start = time.perf_counter(); {statements}; print(time.perf_counter() - start)"


def comparisons() -> Iterator[Comparison]:
    """Measure our import, the first client, the start of our command line, and the imports of the other SDKs."""
    httpx, client = _running("import httpx"), _running("import httpx; httpx.Client()")
    for statements, theirs, over in (
        ("import zai_image", httpx, "import httpx"),
        ("from zai_image import ZaiImage, ZaiImageError", httpx, "import httpx"),
        ("import zai_image; zai_image.ZaiImage('a-key')", httpx, "import httpx"),
        ("import zai_image; zai_image.ZaiImage('a-key')._connections.lease()", client, "the same of httpx"),
    ):
        yield compare(f"{statements}, over {over}", _running(statements), theirs, rounds=9)
    yield compare(
        "process `zai-image --version`, over process `import httpx`",
        _process("-m", "zai_image", "--version"),
        _process("-c", "import httpx"),
    )
    for rival in rivals():
        other = interpreter()
        yield compare(
            f"import {rival.module}, over import httpx",
            _running(f"import {rival.module}", python=other),
            _running("import httpx", python=other),
        )


def _running(statements: str, *, python: str = sys.executable) -> Callable[[], float]:
    def measured() -> float:
        program = _PROGRAM.format(statements=statements)
        return float(subprocess.run([python, "-c", program], check=True, stdout=subprocess.PIPE, env=_ENV).stdout)

    return measured


def _process(*arguments: str) -> Callable[[], float]:
    def measured() -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=_ENV)
        return time.perf_counter() - start

    return measured
