"""Reaches the embedded server and the suite, which only the extra ``conformance`` brings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from zai_image_conformance.server import RunningServer

# What the extra installs and a plain installation lacks.
_FROM_THE_EXTRA = frozenset(
    {"hypothesis", "jinja2", "jsonschema_rs", "PIL", "pytest", "schemathesis", "starlette", "uvicorn", "yaml"}
)


@contextmanager
def conformance_extra() -> Iterator[None]:
    """Say which extra to install where importing ``zai_image_conformance`` fails for want of it."""
    # Tables that Hypothesis makes once: without them a verdict takes half as long again, and here nobody wants them.
    with suppress(RuntimeError):
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(caches / "zai-image" / "hypothesis"))
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _FROM_THE_EXTRA:
            raise
        message = f"this needs the extra `conformance` ({error.name} is missing): pip install 'zai-image[conformance]'"
        # A ClickException would end with 1; not being able to ask is 2.
        raise click.UsageError(message) from error


@contextmanager
def embedded_server() -> Iterator[RunningServer]:
    """Run the embedded server on a free port of this machine."""
    with conformance_extra():
        from zai_image_conformance.server import running
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running())
        except OSError as error:
            raise click.UsageError(f"the embedded server cannot be started: {error.strerror or error}") from error
        yield server
