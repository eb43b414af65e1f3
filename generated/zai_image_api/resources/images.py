# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The operations of the tag ``images``, as typed methods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .. import sizes
from ..api.images import generate as _generate
from ..call import Call
from ..models.create_image_request import CreateImageRequest
from ..types import UNSET, Unset

if TYPE_CHECKING:
    import httpx

    from ..models.create_image_request_model import CreateImageRequestModel
    from ..models.create_image_request_quality import CreateImageRequestQuality

R = TypeVar("R")


class Images(Generic[R]):
    """The operations of the tag ``images``."""

    def __init__(self, send: Callable[[Call], R]) -> None:
        """Hand every call to ``send``."""
        self._send = send

    def generate(
        self,
        prompt: str,
        *,
        model: CreateImageRequestModel = "glm-image",
        quality: CreateImageRequestQuality | None = None,
        size: sizes.SizeLike | None = None,
        user_id: str | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: httpx.Timeout | float | None | Unset = UNSET,
    ) -> R:
        """Generate Image

        Use [GLM-Image](/guides/image/glm-image) series models to generate high-quality images from text
        prompts. Through quick and accurate understanding of user text descriptions, `AI` image expression
        becomes more precise and personalized.

        Args:
            prompt: The text description of the image to be generated.
            model: Model code
            quality: The quality of the generated image. `glm-image` default is `hd`, others model is
                `standard`. `hd`: Generates a more detailed and rich image with higher overall
                consistency, but takes about `20` seconds. `standard`: Generates an image quickly,
                suitable for scenarios with higher requirements for generation speed, takes about `5-10`
                seconds.
            size: Image size. `glm-image` recommended enum values: `1280x1280` (default), `1568x1056`,
                `1056x1568`, `1472x1088`, `1088x1472`, `1728x960`, `960x1728`. Custom parameter: Both
                width and height must be between `1024px-2048px`, and must be divisible by `32`, and the
                maximum pixel count must not exceed `2^22px`.
                Others model recommended enum values: `1024x1024` (default), `768x1344`, `864x1152`,
                `1344x768`, `1152x864`, `1440x720`, `720x1440`. Custom parameter: Both width and height
                must be between `512px-2048px`, and must be divisible by `16`, and the maximum pixel count
                must not exceed `2^21px`.
            user_id: Unique ID of the end user, helping the platform intervene in illegal activities,
                inappropriate content generation, or other abuses. ID length: 6 to 128 characters.
            extra_body: Further properties of the body, for what the document does not name.
            timeout: Seconds to wait for each step of the exchange, or an ``httpx.Timeout``; the client's own where left out.

        Returns:
            What the callable given to the resource makes of the call.
        """
        return self._send(
            Call(
                operation="images.generate",
                request="POST /paas/v4/images/generations",
                arguments={
                    "body": CreateImageRequest(
                        prompt=prompt,
                        model=model,
                        quality=UNSET if quality is None else quality,
                        size=UNSET if size is None else sizes.text(size),
                        user_id=UNSET if user_id is None else user_id,
                        # What is no mapping is handed on as it is, for whoever sends the call to judge.
                        additional_properties=dict(extra_body) if isinstance(extra_body, Mapping) else extra_body or {},
                    ),
                },
                timeout=timeout,
                sync_detailed=_generate.sync_detailed,
                asyncio_detailed=_generate.asyncio_detailed,
            )
        )
