"""Tries what was made before it is put in place: import, types, calls of each operation, command line, suite."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path

from attrs import frozen

from scripts.change.calls import plan_of
from scripts.source.failure import PipelineError, without_traces
from scripts.source.quoting import shown

PACKAGES = {
    "zai_image_api": "generated",
    "zai_image": "client",
    "zai_image_conformance": "conformance",
}
"""Each package and the folder it is in."""

_IMPORT_ALL = """
import importlib, pkgutil, zai_image_api
for module in pkgutil.walk_packages(zai_image_api.__path__, "zai_image_api."):
    importlib.import_module(module.name)
"""
_RAISED = re.compile(r"[A-Za-z_.]*(?:Error|Exception|Warning|Exit)\b")
_TELLING = re.compile(r"error:|Error|FAIL|could not|no module", re.IGNORECASE)


@frozen
class Trial:
    """One thing to try."""

    name: str
    arguments: Sequence[str]
    """What Python is to run."""
    seconds: float
    """When to give up."""
    reads: Callable[[Path], str] | None = None
    """What stands on its standard input, made from the tree."""


# What the type checker knows of other people's packages is nine tenths of its work, and the same in the next run.
_CACHE = Path(__file__).parents[2] / ".mypy_cache/trial"
_EACH_PACKAGE = [word for name in PACKAGES for word in ("-p", name)]
# Two cores are common; the type checker takes as long as all others together.
_AT_ONCE = 2
TRIALS = (
    Trial(
        "the type checker",
        ["-m", "mypy", f"--cache-dir={_CACHE}", *(word for name in PACKAGES for word in ("-p", name))],
        600,
    ),
    Trial("importing the generated package", ["-c", _IMPORT_ALL], 60),
    Trial("a call of each operation", ["-P", str(Path(__file__).with_name("calling.py"))], 120, plan_of),
    Trial("the command line", ["-m", "zai_image", "generate", "A kitten.", "--local", "-o", "-"], 60),
    Trial("the suite against the embedded server", ["-m", "zai_image", "conform", "--local"], 300),
)


def try_out(tree: Path, trials: Sequence[Trial] = TRIALS) -> None:
    """Run every trial in the tree, with its packages in place of those that are installed.

    Args:
        tree: A checkout's sources with everything derived made anew.
        trials: What to run.

    Raises:
        PipelineError: One of them fails, or does not come to an end; its own words are quoted.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZAI_", "PYTEST_", "MYPY"))}
    path = os.pathsep.join(str(tree / folder) for folder in PACKAGES.values())
    environment = {**kept, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    with ExitStack() as running, ThreadPoolExecutor(_AT_ONCE) as threads:
        done = [threads.submit(_run, trial, tree, environment, running) for trial in trials]
        try:
            for one in as_completed(done):
                one.result()
        except PipelineError:
            threads.shutdown(wait=False, cancel_futures=True)
            running.close()
            raise


def _run(trial: Trial, tree: Path, environment: Mapping[str, str], running: ExitStack) -> None:
    try:
        given = "" if trial.reads is None else trial.reads(tree)
    except PipelineError:
        raise
    except Exception as error:
        # The document is untrusted: whatever it does to this step, what is left of it is one line.
        told = shown(f"{type(error).__name__}: {error}", 200)
        raise PipelineError(f"{trial.name} cannot be made of the document: {told}") from error
    process = subprocess.Popen(
        [sys.executable, *trial.arguments],
        cwd=tree,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    running.callback(process.kill)
    try:
        output, _ = process.communicate(given, timeout=trial.seconds)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.communicate()
        raise PipelineError(f"{trial.name} did not come to an end within {trial.seconds:g} seconds") from error
    if process.returncode:
        raise PipelineError(f"{trial.name} fails with what was made: {_telling(output)}", output)


def _telling(output: str) -> str:
    """Return the line that tells most, without the ways of the tool that wrote it: of a traceback the last."""
    lines = [" ".join(line.split()) for line in output.splitlines() if line.strip()]
    raised = [line for line in lines if _RAISED.match(line)][-1:] if any("Traceback" in line for line in lines) else []
    telling = raised or [line for line in lines if _TELLING.search(line)] or lines[-1:] or ["it says nothing"]
    more = f" (and {len(telling) - 1} more; --verbose shows them)" if len(telling) > 1 else ""
    return f"{shown(without_traces(telling[0]), 200)}{more}"
