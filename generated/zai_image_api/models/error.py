# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The model ``Error``."""

from __future__ import annotations

from .. import model as _model


class Error(_model.Model):
    """The request has failed."""

    code: int
    """Error code."""

    message: str
    """Error message."""
