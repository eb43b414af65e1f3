# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The model ``CreateImageRequest``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from .. import wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from ..models.create_image_request_model import CreateImageRequestModel
    from ..models.create_image_request_quality import CreateImageRequestQuality


@define
class CreateImageRequest:
    """``CreateImageRequest``, as the document describes it.

    Attributes:
        model (CreateImageRequestModel): Model code Default: 'glm-image'. Example: glm-image.
        prompt (str): The text description of the image to be generated. Example: A cute little kitten..
        quality (CreateImageRequestQuality | Unset): The quality of the generated image. `glm-image`
            default is `hd`, others model is `standard`. `hd`: Generates a more detailed and rich image with
            higher overall consistency, but takes about `20` seconds. `standard`: Generates an image
            quickly, suitable for scenarios with higher requirements for generation speed, takes about
            `5-10` seconds.
        size (str | Unset): Image size. `glm-image` recommended enum values: `1280x1280` (default),
            `1568x1056`, `1056x1568`, `1472x1088`, `1088x1472`, `1728x960`, `960x1728`. Custom parameter:
            Both width and height must be between `1024px-2048px`, and must be divisible by `32`, and the
            maximum pixel count must not exceed `2^22px`.
            Others model recommended enum values: `1024x1024` (default), `768x1344`, `864x1152`, `1344x768`,
            `1152x864`, `1440x720`, `720x1440`. Custom parameter: Both width and height must be between
            `512px-2048px`, and must be divisible by `16`, and the maximum pixel count must not exceed
            `2^21px`. Example: 1280x1280.
        user_id (str | Unset): Unique ID of the end user, helping the platform intervene in illegal
            activities, inappropriate content generation, or other abuses. ID length: 6 to 128 characters.
        additional_properties (dict[str, Any]): What the document does not name, kept as it came.
    """

    prompt: str
    model: CreateImageRequestModel = "glm-image"
    quality: CreateImageRequestQuality | Unset = UNSET
    size: str | Unset = UNSET
    user_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict, kw_only=True)

    def to_dict(self) -> dict[str, Any]:
        """Return the properties that are set, as plain JSON values."""
        return wire.to_dict(
            self.additional_properties,
            {
                "model": self.model,
                "prompt": self.prompt,
                "quality": self.quality,
                "size": self.size,
                "user_id": self.user_id,
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
            model=wire.required(source, "model", wire.text),
            prompt=wire.required(source, "prompt", wire.text),
            quality=wire.optional(source, "quality", wire.text),
            size=wire.optional(source, "size", wire.text),
            user_id=wire.optional(source, "user_id", wire.text),
            # Evaluated last: what the readers above did not take out.
            additional_properties=source,
        )
