# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The operation ``generate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import wire
from ...models.error import Error
from ...models.image_generation_response import ImageGenerationResponse
from ...types import UNSET, Response, Unset

if TYPE_CHECKING:
    import httpx

    from ...client import Client
    from ...models.create_image_request import CreateImageRequest


def _request(
    *,
    body: CreateImageRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    request: dict[str, Any] = {
        "method": "post",
        "url": "/paas/v4/images/generations",
    }
    request["content"] = wire.encode(body.to_dict())
    headers["Content-Type"] = "application/json"
    request["headers"] = headers
    return request


def _read(response: Response[None]) -> Response[Error | ImageGenerationResponse]:
    if response.status_code == 200:
        return wire.read(response, ImageGenerationResponse.from_dict)
    return wire.read(response, Error.from_dict)


def sync_detailed(
    *,
    client: Client,
    body: CreateImageRequest,
    timeout: httpx.Timeout | float | None | Unset = UNSET,
) -> Response[Error | ImageGenerationResponse]:
    """Generate Image

    Use [GLM-Image](/guides/image/glm-image) series models to generate high-quality images from text
    prompts. Through quick and accurate understanding of user text descriptions, `AI` image expression
    becomes more precise and personalized.

    Args:
        client: Where to send it, and with which key.
        body (CreateImageRequest):
        timeout: Seconds to wait for each step of the exchange, or an ``httpx.Timeout``; the client's own where left out.

    Returns:
        The answer with its status, header fields and body.

    Raises:
        InvalidResponse: The answer is not JSON, or not of the shape promised for its status.
        InvalidData: The request cannot be sent as JSON.
        httpx.HTTPError: No answer came.
    """
    request = _request(
        body=body,
    )
    return _read(client.request(timeout=timeout, **request))


def sync(
    *,
    client: Client,
    body: CreateImageRequest,
    timeout: httpx.Timeout | float | None | Unset = UNSET,
) -> Error | ImageGenerationResponse:
    """Generate Image

    Use [GLM-Image](/guides/image/glm-image) series models to generate high-quality images from text
    prompts. Through quick and accurate understanding of user text descriptions, `AI` image expression
    becomes more precise and personalized.

    Args:
        client: Where to send it, and with which key.
        body (CreateImageRequest):
        timeout: Seconds to wait for each step of the exchange, or an ``httpx.Timeout``; the client's own where left out.

    Returns:
        What the answer says.

    Raises:
        InvalidResponse: The answer is not JSON, or not of the shape promised for its status.
        InvalidData: The request cannot be sent as JSON.
        httpx.HTTPError: No answer came.
    """
    return sync_detailed(client=client, body=body, timeout=timeout).parsed


async def asyncio_detailed(
    *,
    client: Client,
    body: CreateImageRequest,
    timeout: httpx.Timeout | float | None | Unset = UNSET,
) -> Response[Error | ImageGenerationResponse]:
    """Generate Image

    Use [GLM-Image](/guides/image/glm-image) series models to generate high-quality images from text
    prompts. Through quick and accurate understanding of user text descriptions, `AI` image expression
    becomes more precise and personalized.

    Args:
        client: Where to send it, and with which key.
        body (CreateImageRequest):
        timeout: Seconds to wait for each step of the exchange, or an ``httpx.Timeout``; the client's own where left out.

    Returns:
        The answer with its status, header fields and body.

    Raises:
        InvalidResponse: The answer is not JSON, or not of the shape promised for its status.
        InvalidData: The request cannot be sent as JSON.
        httpx.HTTPError: No answer came.
    """
    request = _request(
        body=body,
    )
    return _read(await client.request_async(timeout=timeout, **request))


async def asyncio(
    *,
    client: Client,
    body: CreateImageRequest,
    timeout: httpx.Timeout | float | None | Unset = UNSET,
) -> Error | ImageGenerationResponse:
    """Generate Image

    Use [GLM-Image](/guides/image/glm-image) series models to generate high-quality images from text
    prompts. Through quick and accurate understanding of user text descriptions, `AI` image expression
    becomes more precise and personalized.

    Args:
        client: Where to send it, and with which key.
        body (CreateImageRequest):
        timeout: Seconds to wait for each step of the exchange, or an ``httpx.Timeout``; the client's own where left out.

    Returns:
        What the answer says.

    Raises:
        InvalidResponse: The answer is not JSON, or not of the shape promised for its status.
        InvalidData: The request cannot be sent as JSON.
        httpx.HTTPError: No answer came.
    """
    return (await asyncio_detailed(client=client, body=body, timeout=timeout)).parsed
