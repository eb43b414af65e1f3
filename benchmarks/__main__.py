"""Runs the benchmarks and prints a table: ``tox -e bench``."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
from openapi_python_client import generate as generate_stock
from openapi_python_client.config import Config, ConfigFile, MetaType

from benchmarks.pairs import Comparison, compare
from scripts.regenerate import ROOT, derive
from zai_image import ZaiImage
from zai_image_api.document import SERVER_URL

_CALLS = 300
_PATH = "/paas/v4/images/generations"


def calls() -> Iterator[Comparison]:
    """CPU of a call, on a transport that answers at once: what the layers above httpx add."""
    answer = b'{"created": 1760335349, "data": [{"url": "https://pictures.example/1.png"}]}'
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=answer))
    with ZaiImage("a-key", transport=transport) as zai, httpx.Client(transport=transport) as raw:
        headers = {"Authorization": "Bearer a-key"}
        body = {"model": "glm-image", "prompt": "kitten", "size": "1280x1280"}

        def ours() -> None:
            zai.images.generate("kitten", size="1280x1280")

        def other() -> None:
            raw.post(SERVER_URL + _PATH, json=body, headers=headers).json()

        yield compare("CPU of a checked call, over httpx.Client.post(json=)", _cpu_of(ours), _cpu_of(other))


def imports() -> Iterator[Comparison]:
    """The time of a process that imports, over that of one that imports httpx."""
    yield compare("import zai_image, over import httpx", _importing("zai_image"), _importing("httpx"))
    yield compare(
        "zai-image --version, over import httpx", _running("-m", "zai_image", "--version"), _importing("httpx")
    )


def regenerations() -> Iterator[Comparison]:
    """Everything derived, over what openapi-python-client makes of the same document by itself."""
    yield compare("regenerate, over openapi-python-client as it is", _regenerate, _generate_stock, rounds=3)


def _cpu_of(act: Callable[[], None]) -> Callable[[], float]:
    def measured() -> float:
        start = time.process_time()
        for _ in range(_CALLS):
            act()
        return (time.process_time() - start) / _CALLS

    return measured


def _importing(module: str) -> Callable[[], float]:
    return _running("-c", f"import {module}")


def _running(*arguments: str) -> Callable[[], float]:
    def measured() -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start

    return measured


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


def main() -> None:
    """Print one line for each comparison as it is measured."""
    print(f"{'ours over the other, median of the rounds (and their range)':72}   ratio                    ours")
    for group in (calls, imports, regenerations):
        for comparison in group():
            print(comparison, flush=True)


if __name__ == "__main__":
    main()
