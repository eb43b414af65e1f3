"""The one error with which a step of the pipeline stops, and the words for every other."""

from __future__ import annotations

import re

from scripts.source.quoting import shown

# Where a run makes what it tries: a folder that is gone when the reason is read.
_TEMPORARY = re.compile(r"[^\s'\"(]*zai-image-[\w-]+/(?:tree/|made/)?")
_OBJECT = re.compile(r"<[^<>]* at 0x[0-9A-Fa-f]+>")


class PipelineError(Exception):
    """A step could not be done; the message is one line for the person who runs it: what, where, and what to do."""

    def __init__(self, message: str, output: str = "") -> None:
        """Args: the message, and what a tool said that was run; it is shown to those who ask for it."""
        super().__init__(message)
        self.output = output


def without_traces(text: str) -> str:
    """Return a message without the paths of temporary files and the addresses of objects."""
    return _OBJECT.sub("an object", _TEMPORARY.sub("", text))


def explained(error: BaseException) -> str:
    """Return in one line what an error of any other class says."""
    if isinstance(error, RecursionError):
        return "RecursionError: something is nested without end, or refers to itself"
    if isinstance(error, OSError) and error.strerror:
        text = " ".join(filter(None, [error.strerror, str(error.filename or "")]))
    else:
        text = " ".join(str(error).split())
    return shown(without_traces(f"{type(error).__name__}: {text}" if text else type(error).__name__), 300)
