"""``zai-image generate``: pictures from prompts, each stored in a file."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Awaitable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click
from attrs import fields

from zai_image._client import CONNECT_SECONDS, READ_SECONDS, AsyncZaiImage
from zai_image.cli._completion import complete_model, complete_size
from zai_image.cli._destinations import NUMBER, destination
from zai_image.cli._embedded import embedded_server
from zai_image_api.models.create_image_request import CreateImageRequest
from zai_image_api.models.create_image_request_model import CREATE_IMAGE_REQUEST_MODEL_VALUES
from zai_image_api.models.create_image_request_quality import CREATE_IMAGE_REQUEST_QUALITY_VALUES
from zai_image_api.types import UNSET

if TYPE_CHECKING:
    from zai_image._images import AsyncImage
    from zai_image.cli._batch import Made

_FROM_STANDARD_INPUT = "-"


def _finite(_context: click.Context, _parameter: click.Parameter, seconds: float | None) -> float | None:
    if seconds is None or (seconds > 0 and math.isfinite(seconds)):
        return seconds
    raise click.BadParameter(f"{seconds:g} is not a number of seconds above 0, such as 30")


@click.command()
@click.argument("prompts", nargs=-1, required=True, metavar="PROMPT...")
@click.option(
    "-m",
    "--model",
    metavar="MODEL",
    default=fields(CreateImageRequest).model.default,
    show_default=True,
    shell_complete=complete_model,
    help=f"One of {', '.join(CREATE_IMAGE_REQUEST_MODEL_VALUES)}, or another that the server has.",
)
@click.option(
    "-s", "--size", metavar="WxH|W:H", shell_complete=complete_size, help="The size, or a ratio such as 16:9."
)
@click.option(
    "-q",
    "--quality",
    type=click.Choice(CREATE_IMAGE_REQUEST_QUALITY_VALUES),
    help="hd is more detailed, standard is quicker; the model's own where left out.",
)
@click.option("--user-id", help="The end user's id, for the provider's abuse prevention.")
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    help=f"A file, with {NUMBER} in its name for the prompt's number, or a folder, where files are named after the "
    "prompts.  [default: the current folder]",
)
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    metavar="N",
    help="How many pictures may be under way at once.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each picture instead of its path.")
@click.option("--local", is_flag=True, help="Ask an embedded server: no key, no network, no cost.")
@click.option("--api-key", help="The API key; else ZAI_API_KEY of the environment.")
@click.option("--base-url", help="The server; else ZAI_BASE_URL of the environment, else Z.AI's.")
@click.option(
    "--timeout",
    type=float,
    callback=_finite,
    metavar="SECONDS",
    help="Wait this long for each step of an exchange, not for the whole.  "
    f"[default: {CONNECT_SECONDS:g} to connect, {READ_SECONDS:g} for data]",
)
def generate(
    prompts: tuple[str, ...],
    model: str,
    size: str | None,
    quality: str | None,
    user_id: str | None,
    output: str | None,
    concurrency: int,
    as_json: bool,
    local: bool,
    api_key: str | None,
    base_url: str | None,
    timeout: float | None,
) -> int:
    """Make a picture of each PROMPT, store it, and print where it is.

    PROMPT may be - for prompts from standard input, one a line.
    """
    if not local and not api_key and not os.environ.get("ZAI_API_KEY"):
        raise click.UsageError("there is no API key: set ZAI_API_KEY, or pass --api-key; --local needs none")
    wanted = list(_read(prompts))
    if not wanted:
        raise click.UsageError("standard input holds no prompt; write one a line")
    where = destination(output, len(wanted))
    # Brings asyncio, which no other command needs.
    from zai_image.cli._batch import Batch

    def ask(zai: AsyncZaiImage, prompt: str) -> Awaitable[AsyncImage]:
        return zai.images.generate(prompt, model=model, size=size, quality=quality, user_id=user_id)

    with ExitStack() as stack:
        if local:
            server = stack.enter_context(embedded_server())
            api_key, base_url = server.api_key, server.url

        def client() -> AsyncZaiImage:
            return AsyncZaiImage(api_key, base_url=base_url, timeout=UNSET if timeout is None else timeout)

        batch = Batch(wanted, client, ask, where, _as_json if as_json else _as_path)
        return batch.make(concurrency)


def _read(prompts: tuple[str, ...]) -> Iterator[str]:
    """Yield the prompts, with the lines of standard input in place of ``-``."""
    for number, prompt in enumerate(prompts, start=1):
        try:
            if prompt == _FROM_STANDARD_INPUT:
                # Some editors begin a file with a mark, which is no part of the first prompt.
                text = sys.stdin.buffer.read().decode("utf-8-sig")
                yield from filter(None, map(str.strip, text.split("\n")))
            else:
                # Python takes bytes that it cannot decode for halves of surrogate pairs, which no request can carry.
                prompt.encode()
                yield prompt
        except OSError as error:
            raise click.UsageError(f"standard input cannot be read: {error.strerror or error}") from error
        except UnicodeError as error:
            source = "standard input" if prompt == _FROM_STANDARD_INPUT else f"prompt {number}"
            raise click.UsageError(f"{source} is not UTF-8 text") from error


def _as_path(made: Made) -> str:
    return str(made.path)


def _as_json(made: Made) -> str:
    # Escaped to ASCII: whatever reads it, terminals included, takes no character of a prompt for a command.
    return json.dumps(
        {
            "prompt": made.prompt,
            "path": str(made.path),
            "url": made.image.url,
            "created": made.image.created and made.image.created.isoformat(),
            "expires": made.image.expires and made.image.expires.isoformat(),
            "content_filter": [item.to_dict() for item in made.image.content_filter],
        }
    )
