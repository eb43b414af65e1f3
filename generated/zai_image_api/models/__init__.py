# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The models: what requests and answers hold, an object of JSON each."""

from __future__ import annotations

from .. import model as _model
from .. import wire as _wire
from .error import Error
from .image_generation_response import ImageGenerationResponse
from .image_generation_response_content_filter_item import ImageGenerationResponseContentFilterItem
from .image_generation_response_data_item import ImageGenerationResponseDataItem

__all__ = (
    "Error",
    "ImageGenerationResponse",
    "ImageGenerationResponseContentFilterItem",
    "ImageGenerationResponseDataItem",
)

ImageGenerationResponse._properties = (
    _model.Property("created", "created", False, _wire.integer),
    _model.Property("data", "data", False, _wire.items(ImageGenerationResponseDataItem.from_dict)),
    _model.Property(
        "content_filter", "content_filter", False, _wire.items(ImageGenerationResponseContentFilterItem.from_dict)
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
