"""``zai-image generate``: a picture from a prompt, stored in a file."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from pathlib import Path

import click
from attrs import fields

from zai_image._images import Image
from zai_image.cli._embedded import embedded_server
from zai_image.cli._naming import reserved_name
from zai_image_api.models.create_image_request import CreateImageRequest
from zai_image_api.models.create_image_request_model import CREATE_IMAGE_REQUEST_MODEL_VALUES
from zai_image_api.models.create_image_request_quality import CREATE_IMAGE_REQUEST_QUALITY_VALUES
from zai_image_api.types import UNSET


@click.command()
@click.argument("prompt")
@click.option(
    "-m",
    "--model",
    metavar="MODEL",
    default=fields(CreateImageRequest).model.default,
    show_default=True,
    help=f"One of {', '.join(CREATE_IMAGE_REQUEST_MODEL_VALUES)}, or another that the server has.",
)
@click.option("-s", "--size", metavar="WxH|W:H", help="The size, or a ratio such as 16:9.")
@click.option("-q", "--quality", type=click.Choice(CREATE_IMAGE_REQUEST_QUALITY_VALUES))
@click.option("--user-id", help="The end user's id, for the provider's abuse prevention.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; a new name made from the prompt where left out.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of the path.")
@click.option("--local", is_flag=True, help="Ask an embedded server: no key, no network, no cost.")
@click.option("--api-key", help="The API key; else ZAI_API_KEY of the environment.")
@click.option("--base-url", help="The server; else ZAI_BASE_URL of the environment, else Z.AI's.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Give up after this.")
def generate(
    prompt: str,
    model: str,
    size: str | None,
    quality: str | None,
    user_id: str | None,
    output: Path | None,
    as_json: bool,
    local: bool,
    api_key: str | None,
    base_url: str | None,
    timeout: float | None,
) -> None:
    """Make a picture of PROMPT, store it, and print where it is."""
    if not local and not api_key and not os.environ.get("ZAI_API_KEY"):
        raise click.UsageError("there is no API key: set ZAI_API_KEY, or pass --api-key; --local needs none")
    if output is not None and not output.parent.is_dir():
        raise click.UsageError(f"there is no folder {output.parent} to write {output.name} to")
    from zai_image import ZaiImage

    with ExitStack() as stack:
        if local:
            server = stack.enter_context(embedded_server())
            api_key, base_url = server.api_key, server.url
        zai = stack.enter_context(ZaiImage(api_key, base_url=base_url, timeout=UNSET if timeout is None else timeout))
        image = zai.images.generate(prompt, model=model, size=size, quality=quality, user_id=user_id)
        path = save(image, prompt, output)
    click.echo(_as_json(path, image) if as_json else path)


def save(image: Image, prompt: str, output: Path | None) -> Path:
    """Store the picture in the file asked for, or under a new name made from the prompt."""
    if output is not None:
        return image.save(output)
    with reserved_name(prompt) as path:
        return image.save(path)


def _as_json(path: Path, image: Image) -> str:
    return json.dumps(
        {
            "path": str(path),
            "url": image.url,
            "created": image.created.isoformat(),
            "expires": image.expires.isoformat(),
            "content_filter": [item.to_dict() for item in image.content_filter],
        },
        ensure_ascii=False,
    )
