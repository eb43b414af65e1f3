# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The models: what requests and answers hold, an object of JSON each."""

from __future__ import annotations

import typing as _typing

from . import model as _model
from . import models as _models
from . import types as _types
from . import wire as _wire


class ImageGenerationResponse(_model.Model):
    """`ImageGenerationResponse`, as the document describes it."""

    created: int | _types.Unset = _types.UNSET
    """Request creation time, in `Unix` timestamp format, unit is seconds."""

    data: list[_models.ImageGenerationResponseDataItem] | _types.Unset = _types.UNSET
    """Array, containing the generated image `URL`. Currently, the array only contains one image."""

    content_filter: list[_models.ImageGenerationResponseContentFilterItem] | _types.Unset = _types.UNSET
    """Array, containing content safety related information."""


class ImageGenerationResponseDataItem(_model.Model):
    """`ImageGenerationResponseDataItem`, as the document describes it."""

    url: str
    """Image link. The temporary link expires after `30` days, please store it promptly."""


class ImageGenerationResponseContentFilterItem(_model.Model):
    """`ImageGenerationResponseContentFilterItem`, as the document describes it."""

    role: _typing.Literal["assistant", "user", "history"] | str | _types.Unset = _types.UNSET
    """Safety enforcement stage, including `role = assistant` model inference, `role = user` user input, `role =
    history` historical context.
    """

    level: int | _types.Unset = _types.UNSET
    """Severity level `level 0-3`, `level 0` is most severe, `3` is least severe."""


class Error(_model.Model):
    """The request has failed."""

    code: int
    """Error code."""

    message: str
    """Error message."""


ImageGenerationResponse._properties = (
    _model.Property("created", "created", False, _wire.integer),
    _model.Property("data", "data", False, _wire.items(_models.ImageGenerationResponseDataItem.from_dict)),
    _model.Property(
        "content_filter",
        "content_filter",
        False,
        _wire.items(_models.ImageGenerationResponseContentFilterItem.from_dict),
    ),
)
ImageGenerationResponseDataItem._properties = (_model.Property("url", "url", True, _wire.text),)
ImageGenerationResponseContentFilterItem._properties = (
    _model.Property("role", "role", False, _wire.text),
    _model.Property("level", "level", False, _wire.integer),
)
Error._properties = (
    _model.Property("code", "code", True, _wire.integer),
    _model.Property("message", "message", True, _wire.text),
)
