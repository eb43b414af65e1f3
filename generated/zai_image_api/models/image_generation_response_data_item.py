# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The model ``ImageGenerationResponseDataItem``."""

from __future__ import annotations

from .. import model as _model


class ImageGenerationResponseDataItem(_model.Model):
    """`ImageGenerationResponseDataItem`, as the document describes it."""

    url: str
    """Image link. The temporary link expires after `30` days, please store it promptly."""
