"""Making everything derived, over what openapi-python-client makes of the same document by itself."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.pairs import Comparison, compare
from scripts.regenerate import ROOT


def comparisons() -> Iterator[Comparison]:
    """Measure both commands from start to exit; each runs the same formatter in processes of its own."""
    yield compare("regenerate, over openapi-python-client as it is", _regenerate, _generate_stock, rounds=5)


def _regenerate() -> float:
    return _seconds(["-m", "scripts.regenerate", "--check"])


def _generate_stock() -> float:
    with tempfile.TemporaryDirectory() as folder:
        # The hooks it runs by itself, found where this interpreter finds them.
        hooks = [f'"{sys.executable}" -m ruff {hook}' for hook in ("check . --fix-only --extend-select=I", "format .")]
        settings = Path(folder) / "settings.json"
        settings.write_text(json.dumps({"post_hooks": hooks}), encoding="utf-8")
        document, made = ROOT / "openapi/zai-image.yaml", Path(folder) / "stock"
        words = ["generate", "--path", str(document), "--config", str(settings), "--output-path", str(made)]
        return _seconds(["-m", "openapi_python_client", *words])


def _seconds(arguments: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, check=True)
    return time.perf_counter() - start
