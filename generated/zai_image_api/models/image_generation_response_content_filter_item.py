# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The model ``ImageGenerationResponseContentFilterItem``."""

from __future__ import annotations

import typing as _typing

from .. import model as _model
from .. import types as _types


class ImageGenerationResponseContentFilterItem(_model.Model):
    """`ImageGenerationResponseContentFilterItem`, as the document describes it."""

    role: _typing.Literal["assistant", "user", "history"] | str | _types.Unset = _types.UNSET
    """Safety enforcement stage, including `role = assistant` model inference, `role = user` user input, `role =
    history` historical context.
    """

    level: int | _types.Unset = _types.UNSET
    """Severity level `level 0-3`, `level 0` is most severe, `3` is least severe."""
