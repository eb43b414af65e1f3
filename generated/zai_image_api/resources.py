# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The resources: the operations of each tag as methods, sync and async, over whatever sends them."""

from __future__ import annotations

import collections.abc as _abc
import typing as _typing

from . import operation as _operation
from . import operations as _operations
from . import sizes as _sizes
from . import types as _types

if _typing.TYPE_CHECKING:
    import httpx as _httpx

_ImageT = _typing.TypeVar("_ImageT")
_Send = _abc.Callable[[_operation.Operation[_typing.Any], _abc.Mapping[str, _typing.Any], _types.Options], _typing.Any]
"""Takes an operation, its arguments and the options of the call; returns what a successful answer says, or awaits it."""


class Images(_typing.Generic[_ImageT]):
    """The operations of the tag `images`."""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def generate(
        self,
        prompt: str,
        *,
        model: _typing.Literal["glm-image", "cogview-4-250304"] | str = "glm-image",
        quality: _typing.Literal["hd", "standard"] | str | None = None,
        size: _sizes.SizeLike | None = None,
        user_id: str | None = None,
        extra_body: _abc.Mapping[str, _typing.Any] | None = None,
        timeout: _httpx.Timeout | float | _types.Unset | None = _types.UNSET,
        deadline: float | _types.Unset | None = _types.UNSET,
        extra_headers: _abc.Mapping[str, str] | None = None,
    ) -> _ImageT:
        """Generate Image

        Use [GLM-Image](/guides/image/glm-image) series models to generate high-quality images from text
        prompts. Through quick and accurate understanding of user text descriptions, `AI` image expression
        becomes more precise and personalized.

        Args:
            prompt: The text description of the image to be generated.
            model: Model code
            quality: The quality of the generated image. `glm-image` default is `hd`, others model is
                `standard`. `hd`: Generates a more detailed and rich image with higher overall consistency,
                but takes about `20` seconds. `standard`: Generates an image quickly, suitable for scenarios
                with higher requirements for generation speed, takes about `5-10` seconds.
            size: Image size. `glm-image` recommended enum values: `1280x1280` (default), `1568x1056`,
                `1056x1568`, `1472x1088`, `1088x1472`, `1728x960`, `960x1728`. Custom parameter: Both width
                and height must be between `1024px-2048px`, and must be divisible by `32`, and the maximum
                pixel count must not exceed `2^22px`. Others model recommended enum values: `1024x1024`
                (default), `768x1344`, `864x1152`, `1344x768`, `1152x864`, `1440x720`, `720x1440`. Custom
                parameter: Both width and height must be between `512px-2048px`, and must be divisible by
                `16`, and the maximum pixel count must not exceed `2^21px`.
            user_id: Unique ID of the end user, helping the platform intervene in illegal activities,
                inappropriate content generation, or other abuses. ID length: 6 to 128 characters.
            extra_body: Further properties of the body, for what the document does not name.
            timeout: Seconds to wait for each step of the exchange, or an ``httpx.Timeout``; the client's own
                where left out.
            deadline: Seconds for the whole call, retries and body included; the client's own where left out,
                None for no end.
            extra_headers: Header fields of this request, over the client's own.

        Returns:
            The image: save it with `save(path)` or get its bytes with `download()`, before its link expires.

        Raises:
            zai_image.InvalidRequestError: The request breaks a documented rule; it was not sent, and nothing
                was charged.
            zai_image.APIError: The server refused it; subclasses tell a wrong key, a rate limit, an empty
                account, blocked content and a failing server.
            zai_image.InvalidResponseError: The answer is not what the page promises; `body` keeps it.
            zai_image.ConnectionError: No answer came; `outcome_unknown` tells whether it may have been
                charged all the same.
            zai_image.TimeoutError: No answer came in time; likewise.
        """
        _result: _ImageT = self._send(
            _operations.IMAGES_GENERATE,
            {"prompt": prompt, "model": model, "quality": quality, "size": _sizes.text(size), "user_id": user_id},
            _types.Options(extra_body=extra_body, timeout=timeout, deadline=deadline, extra_headers=extra_headers),
        )
        return _result


class AsyncImages(_typing.Generic[_ImageT]):
    """The operations of the tag `images`, each awaited."""

    def __init__(self, send: _Send) -> None:
        self._send = send

    async def generate(
        self,
        prompt: str,
        *,
        model: _typing.Literal["glm-image", "cogview-4-250304"] | str = "glm-image",
        quality: _typing.Literal["hd", "standard"] | str | None = None,
        size: _sizes.SizeLike | None = None,
        user_id: str | None = None,
        extra_body: _abc.Mapping[str, _typing.Any] | None = None,
        timeout: _httpx.Timeout | float | _types.Unset | None = _types.UNSET,
        deadline: float | _types.Unset | None = _types.UNSET,
        extra_headers: _abc.Mapping[str, str] | None = None,
    ) -> _ImageT:
        """Generate Image

        Use [GLM-Image](/guides/image/glm-image) series models to generate high-quality images from text
        prompts. Through quick and accurate understanding of user text descriptions, `AI` image expression
        becomes more precise and personalized.

        Args:
            prompt: The text description of the image to be generated.
            model: Model code
            quality: The quality of the generated image. `glm-image` default is `hd`, others model is
                `standard`. `hd`: Generates a more detailed and rich image with higher overall consistency,
                but takes about `20` seconds. `standard`: Generates an image quickly, suitable for scenarios
                with higher requirements for generation speed, takes about `5-10` seconds.
            size: Image size. `glm-image` recommended enum values: `1280x1280` (default), `1568x1056`,
                `1056x1568`, `1472x1088`, `1088x1472`, `1728x960`, `960x1728`. Custom parameter: Both width
                and height must be between `1024px-2048px`, and must be divisible by `32`, and the maximum
                pixel count must not exceed `2^22px`. Others model recommended enum values: `1024x1024`
                (default), `768x1344`, `864x1152`, `1344x768`, `1152x864`, `1440x720`, `720x1440`. Custom
                parameter: Both width and height must be between `512px-2048px`, and must be divisible by
                `16`, and the maximum pixel count must not exceed `2^21px`.
            user_id: Unique ID of the end user, helping the platform intervene in illegal activities,
                inappropriate content generation, or other abuses. ID length: 6 to 128 characters.
            extra_body: Further properties of the body, for what the document does not name.
            timeout: Seconds to wait for each step of the exchange, or an ``httpx.Timeout``; the client's own
                where left out.
            deadline: Seconds for the whole call, retries and body included; the client's own where left out,
                None for no end.
            extra_headers: Header fields of this request, over the client's own.

        Returns:
            The image: save it with `save(path)` or get its bytes with `download()`, before its link expires.

        Raises:
            zai_image.InvalidRequestError: The request breaks a documented rule; it was not sent, and nothing
                was charged.
            zai_image.APIError: The server refused it; subclasses tell a wrong key, a rate limit, an empty
                account, blocked content and a failing server.
            zai_image.InvalidResponseError: The answer is not what the page promises; `body` keeps it.
            zai_image.ConnectionError: No answer came; `outcome_unknown` tells whether it may have been
                charged all the same.
            zai_image.TimeoutError: No answer came in time; likewise.
        """
        _result: _ImageT = await self._send(
            _operations.IMAGES_GENERATE,
            {"prompt": prompt, "model": model, "quality": quality, "size": _sizes.text(size), "user_id": user_id},
            _types.Options(extra_body=extra_body, timeout=timeout, deadline=deadline, extra_headers=extra_headers),
        )
        return _result


class Resources(_typing.Generic[_ImageT]):
    """All resources over one callable; ``_ImageT`` is what it makes of an image answer."""

    def __init__(self, send: _Send) -> None:
        self.images: Images[_ImageT] = Images(send)


class AsyncResources(_typing.Generic[_ImageT]):
    """All resources over one callable, whose results are awaited; ``_ImageT`` is what it makes of an image answer."""

    def __init__(self, send: _Send) -> None:
        self.images: AsyncImages[_ImageT] = AsyncImages(send)
