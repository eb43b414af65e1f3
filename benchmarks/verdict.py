"""A full verdict on the embedded server, start to exit, over Schemathesis by itself on the same server."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from typing import Final

from benchmarks.pairs import Comparison, compare
from scripts.regenerate import ROOT
from zai_image_conformance.server import RunningServer, running

# Compiled modules are kept, as they are for those who install.
_ENV: Final = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}


def comparisons() -> Iterator[Comparison]:
    """Measure both as processes of their own; the server of the first is its own as well."""
    with running() as server:
        yield compare(
            "zai-image conform --local, over schemathesis run with the page's document",
            lambda: _timed([sys.executable, "-m", "zai_image", "conform", "--local"]),
            lambda: _timed(_schemathesis(server)),
            rounds=3,
        )


def _schemathesis(server: RunningServer) -> Sequence[str]:
    document = ROOT / "openapi/zai-image.yaml"
    return [
        *(sys.executable, "-m", "schemathesis.cli", "run", str(document), "--url", server.url),
        *("--header", f"Authorization: Bearer {server.api_key}"),
        # To the page's schema any string is a size, so that it takes a rightly refused one for a fault.
        *("--checks", "all", "--exclude-checks", "positive_data_acceptance"),
        *("--phases", "examples,coverage,fuzzing", "--seed", "1", "--generation-database", "none", "--no-color"),
    ]


def _timed(command: Sequence[str]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, env=_ENV, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start
