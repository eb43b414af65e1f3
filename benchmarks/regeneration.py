"""Making everything derived, over what openapi-python-client makes of the same document by itself."""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from openapi_python_client import generate as generate_stock
from openapi_python_client.config import Config, ConfigFile, MetaType

from benchmarks.pairs import Comparison, compare
from scripts.regenerate import ROOT, derive


def comparisons() -> Iterator[Comparison]:
    """Measure both, which run the same formatter in processes of their own."""
    yield compare("regenerate, over openapi-python-client as it is", _regenerate, _generate_stock, rounds=3)


def _regenerate() -> float:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        derive(ROOT, Path(folder))
        return time.perf_counter() - start


def _generate_stock() -> float:
    with tempfile.TemporaryDirectory() as folder:
        # The hooks it runs by itself, found where this interpreter finds them.
        hooks = [f'"{sys.executable}" -m ruff {hook}' for hook in ("check . --fix-only --extend-select=I", "format .")]
        config = Config.from_sources(
            ConfigFile(post_hooks=hooks),
            MetaType.NONE,
            document_source=ROOT / "openapi/zai-image.yaml",
            file_encoding="utf-8",
            overwrite=True,
            output_path=Path(folder) / "stock",
        )
        start = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            generate_stock(config=config)
        return time.perf_counter() - start
