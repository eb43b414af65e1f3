# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The model ``ImageGenerationResponse``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from .. import wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from ..models.image_generation_response_content_filter_item import ImageGenerationResponseContentFilterItem
    from ..models.image_generation_response_data_item import ImageGenerationResponseDataItem


@define
class ImageGenerationResponse:
    """``ImageGenerationResponse``, as the document describes it.

    Attributes:
        created (int | Unset): Request creation time, in `Unix` timestamp format, unit is seconds.
            Example: 1760335349.
        data (list[ImageGenerationResponseDataItem] | Unset): Array, containing the generated image
            `URL`. Currently, the array only contains one image.
        content_filter (list[ImageGenerationResponseContentFilterItem] | Unset): Array, containing
            content safety related information.
        additional_properties (dict[str, Any]): What the document does not name, kept as it came.
    """

    created: int | Unset = UNSET
    data: list[ImageGenerationResponseDataItem] | Unset = UNSET
    content_filter: list[ImageGenerationResponseContentFilterItem] | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict, kw_only=True)

    def to_dict(self) -> dict[str, Any]:
        """Return the properties that are set, as plain JSON values."""
        return wire.to_dict(
            self.additional_properties,
            {
                "created": self.created,
                "data": self.data,
                "content_filter": self.content_filter,
            },
        )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read a parsed JSON object.

        Raises:
            InvalidData: It is not of the promised shape; properties that the document does not name are kept.
        """
        from ..models.image_generation_response_content_filter_item import ImageGenerationResponseContentFilterItem
        from ..models.image_generation_response_data_item import ImageGenerationResponseDataItem

        source = wire.fields(src_dict)
        return cls(
            created=wire.optional(source, "created", wire.integer),
            data=wire.optional(source, "data", wire.items(ImageGenerationResponseDataItem.from_dict)),
            content_filter=wire.optional(
                source, "content_filter", wire.items(ImageGenerationResponseContentFilterItem.from_dict)
            ),
            # Evaluated last: what the readers above did not take out.
            additional_properties=source,
        )
