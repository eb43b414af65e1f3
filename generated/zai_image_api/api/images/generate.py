# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The operation ``images.generate`` over a client of httpx: nothing is checked, sent again or wrapped."""

from __future__ import annotations

import typing as _typing

from ... import client as _http
from ... import models as _models
from ... import operations as _operations
from ... import sizes as _sizes
from ... import types as _types

if _typing.TYPE_CHECKING:
    import collections.abc as _abc

    import httpx as _httpx


def sync_detailed(
    _client: _http.Client,
    /,
    *,
    prompt: str,
    model: _typing.Literal["glm-image", "cogview-4-250304"] | str = "glm-image",
    quality: _typing.Literal["hd", "standard"] | str | None = None,
    size: _sizes.SizeLike | None = None,
    user_id: str | None = None,
    extra_body: _abc.Mapping[str, _typing.Any] | None = None,
    timeout: _httpx.Timeout | float | _types.Unset | None = _types.UNSET,
) -> _types.Response[_models.ImageGenerationResponse]:
    """Send the request with the client and return the whole answer."""
    _response: _types.Response[_models.ImageGenerationResponse] = _client.send(
        _operations.IMAGES_GENERATE,
        {"prompt": prompt, "model": model, "quality": quality, "size": _sizes.text(size), "user_id": user_id},
        _types.Options(extra_body=extra_body, timeout=timeout),
    )
    return _response


def sync(
    _client: _http.Client,
    /,
    *,
    prompt: str,
    model: _typing.Literal["glm-image", "cogview-4-250304"] | str = "glm-image",
    quality: _typing.Literal["hd", "standard"] | str | None = None,
    size: _sizes.SizeLike | None = None,
    user_id: str | None = None,
    extra_body: _abc.Mapping[str, _typing.Any] | None = None,
    timeout: _httpx.Timeout | float | _types.Unset | None = _types.UNSET,
) -> _models.ImageGenerationResponse:
    """Send the request with the client and return what the answer says."""
    _response: _types.Response[_models.ImageGenerationResponse] = _client.send(
        _operations.IMAGES_GENERATE,
        {"prompt": prompt, "model": model, "quality": quality, "size": _sizes.text(size), "user_id": user_id},
        _types.Options(extra_body=extra_body, timeout=timeout),
    )
    return _response.parsed


async def asyncio_detailed(
    _client: _http.Client,
    /,
    *,
    prompt: str,
    model: _typing.Literal["glm-image", "cogview-4-250304"] | str = "glm-image",
    quality: _typing.Literal["hd", "standard"] | str | None = None,
    size: _sizes.SizeLike | None = None,
    user_id: str | None = None,
    extra_body: _abc.Mapping[str, _typing.Any] | None = None,
    timeout: _httpx.Timeout | float | _types.Unset | None = _types.UNSET,
) -> _types.Response[_models.ImageGenerationResponse]:
    """Send the request with the client and return the whole answer."""
    _response: _types.Response[_models.ImageGenerationResponse] = await _client.send_async(
        _operations.IMAGES_GENERATE,
        {"prompt": prompt, "model": model, "quality": quality, "size": _sizes.text(size), "user_id": user_id},
        _types.Options(extra_body=extra_body, timeout=timeout),
    )
    return _response


async def asyncio(
    _client: _http.Client,
    /,
    *,
    prompt: str,
    model: _typing.Literal["glm-image", "cogview-4-250304"] | str = "glm-image",
    quality: _typing.Literal["hd", "standard"] | str | None = None,
    size: _sizes.SizeLike | None = None,
    user_id: str | None = None,
    extra_body: _abc.Mapping[str, _typing.Any] | None = None,
    timeout: _httpx.Timeout | float | _types.Unset | None = _types.UNSET,
) -> _models.ImageGenerationResponse:
    """Send the request with the client and return what the answer says."""
    _response: _types.Response[_models.ImageGenerationResponse] = await _client.send_async(
        _operations.IMAGES_GENERATE,
        {"prompt": prompt, "model": model, "quality": quality, "size": _sizes.text(size), "user_id": user_id},
        _types.Options(extra_body=extra_body, timeout=timeout),
    )
    return _response.parsed
