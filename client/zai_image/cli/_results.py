"""What `generate` writes for each prompt on standard output: a path, or a JSON object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import click
from attrs import frozen

from zai_image._errors import APIError, DownloadError, ZaiImageError
from zai_image._images import AsyncImage
from zai_image.cli._destinations import STANDARD_OUTPUT


@frozen
class Stored:
    """An image that is stored."""

    number: int
    prompt: str
    parameters: Mapping[str, Any]
    image: AsyncImage
    path: Path


@frozen
class Failed:
    """A prompt without a stored image; the image itself where there is one."""

    number: int
    prompt: str
    parameters: Mapping[str, Any]
    error: ZaiImageError
    image: AsyncImage | None
    may_be_charged: bool


Result: TypeAlias = Stored | Failed


def write_path(result: Result) -> None:
    """Write the path of a stored image."""
    if isinstance(result, Stored) and str(result.path) != STANDARD_OUTPUT:
        click.echo(str(result.path))


def write_json(result: Result) -> None:
    """Write a JSON object for a prompt, whatever came of it."""
    # Escaped to ASCII: whatever reads it, terminals included, takes no character of a prompt for a command.
    click.echo(json.dumps(_described(result)))


def _described(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = {
        "number": result.number,
        "prompt": result.prompt,
        "model": result.parameters.get("model"),
        "size": result.parameters.get("size"),
    }
    image = result.image
    if image is not None:
        told |= {
            "url": image.url,
            "created": image.created.isoformat() if image.created else None,
            "expires": image.expires.isoformat() if image.expires else None,
            "content_filter": [item.to_dict() for item in image.content_filter],
        }
    if isinstance(result, Stored):
        return told | {"request_id": getattr(image, "request_id", None), "path": str(result.path)}
    error = result.error
    url = error.url if isinstance(error, DownloadError) else None
    return (
        ({"url": url} if url else {})
        | told
        | {
            "request_id": error.request_id,
            "error": str(error),
            "kind": type(error).__name__,
            "status": getattr(error, "status", None),
            "code": error.code if isinstance(error, APIError) else None,
            "may_be_charged": result.may_be_charged,
        }
    )
