# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The model ``ImageGenerationResponseContentFilterItem``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from .. import wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from ..models.image_generation_response_content_filter_item_role import (
        ImageGenerationResponseContentFilterItemRole,
    )


@define
class ImageGenerationResponseContentFilterItem:
    """``ImageGenerationResponseContentFilterItem``, as the document describes it.

    Attributes:
        role (ImageGenerationResponseContentFilterItemRole | Unset): Safety enforcement stage, including
            `role = assistant` model inference, `role = user` user input, `role = history` historical
            context.
        level (int | Unset): Severity level `level 0-3`, `level 0` is most severe, `3` is least severe.
        additional_properties (dict[str, Any]): What the document does not name, kept as it came.
    """

    role: ImageGenerationResponseContentFilterItemRole | Unset = UNSET
    level: int | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict, kw_only=True)

    def to_dict(self) -> dict[str, Any]:
        """Return the properties that are set, as plain JSON values."""
        return wire.to_dict(
            self.additional_properties,
            {
                "role": self.role,
                "level": self.level,
            },
        )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read a parsed JSON object.

        Raises:
            InvalidData: It is not of the promised shape; properties that the document does not name are kept.
        """
        source = wire.fields(src_dict)
        return cls(
            role=wire.optional(source, "role", wire.text),
            level=wire.optional(source, "level", wire.integer),
            # Evaluated last: what the readers above did not take out.
            additional_properties=source,
        )
