"""The standard streams, made fit for whatever is read from them and written to them."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_MODES: Final = {"stdin": "r", "stdout": "w", "stderr": "w"}


@contextmanager
def fit_streams() -> Iterator[None]:
    r"""Put an empty stream in place of a closed one, and let output spell out what its encoding lacks (``\u043a``)."""
    for name, mode in _MODES.items():
        # Each gets the lowest number that is free, its own: an image's file with that number would be written into.
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:
                # Python would try once more at its end, and end with a code of its own.
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
