"""The one error with which a step of the pipeline stops."""

from __future__ import annotations


class PipelineError(Exception):
    """A step could not be done; the message is one line for the person who runs it: what, where, and what to do."""
