# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The model ``ImageGenerationResponse``."""

from __future__ import annotations

import typing as _typing

from .. import model as _model
from .. import types as _types

if _typing.TYPE_CHECKING:
    from .. import models as _models


class ImageGenerationResponse(_model.Model):
    """`ImageGenerationResponse`, as the document describes it."""

    created: int | _types.Unset = _types.UNSET
    """Request creation time, in `Unix` timestamp format, unit is seconds."""

    data: list[_models.ImageGenerationResponseDataItem] | _types.Unset = _types.UNSET
    """Array, containing the generated image `URL`. Currently, the array only contains one image."""

    content_filter: list[_models.ImageGenerationResponseContentFilterItem] | _types.Unset = _types.UNSET
    """Array, containing content safety related information."""
