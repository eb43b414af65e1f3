# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The models of requests and answers."""

from .create_image_request import CreateImageRequest
from .create_image_request_model import CreateImageRequestModel
from .create_image_request_quality import CreateImageRequestQuality
from .error import Error
from .image_generation_response import ImageGenerationResponse
from .image_generation_response_content_filter_item import ImageGenerationResponseContentFilterItem
from .image_generation_response_content_filter_item_role import ImageGenerationResponseContentFilterItemRole
from .image_generation_response_data_item import ImageGenerationResponseDataItem

__all__ = (
    "CreateImageRequest",
    "CreateImageRequestModel",
    "CreateImageRequestQuality",
    "Error",
    "ImageGenerationResponse",
    "ImageGenerationResponseContentFilterItem",
    "ImageGenerationResponseContentFilterItemRole",
    "ImageGenerationResponseDataItem",
)
