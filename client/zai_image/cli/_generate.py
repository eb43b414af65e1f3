"""``zai-image generate``: images from prompts, each stored in a file."""

from __future__ import annotations

import json
import logging
import math
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import click

from zai_image._client import AsyncZaiImage
from zai_image._settings import CONNECT_SECONDS, READ_SECONDS
from zai_image.cli._completion import complete_model, complete_size
from zai_image.cli._destinations import NUMBER, STANDARD_OUTPUT, destination
from zai_image.cli._embedded import embedded_server
from zai_image.cli._messages import tell
from zai_image_api.operations import IMAGES_GENERATE
from zai_image_api.types import UNSET

_FROM_STANDARD_INPUT = "-"


def _finite(_context: click.Context, _parameter: click.Parameter, seconds: float | None) -> float | None:
    if seconds is None or (seconds > 0 and math.isfinite(seconds)):
        return seconds
    raise click.BadParameter(f"{seconds:g} is not a number of seconds above 0, such as 30")


def _parameters(context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, Any]:
    """Read each `NAME=JSON`."""
    options = {parameter.name for parameter in context.command.params}
    read = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise click.BadParameter(f"write NAME=JSON, such as seed=7 or style='\"vivid\"': {text!r} has no name")
        if name in options:
            raise click.BadParameter(f"give {name} by its own argument or option, not by --param")
        try:
            read[name] = json.loads(value)
        except ValueError:
            raise click.BadParameter(f"write {name}={json.dumps(value)!r} for a text: {value!r} is not JSON") from None
    return read


@click.command()
@click.argument("prompts", nargs=-1, required=True, metavar="PROMPT...")
@click.option(
    "-m",
    "--model",
    metavar="MODEL",
    default=IMAGES_GENERATE.default("model"),
    show_default=True,
    shell_complete=complete_model,
    help=f"One of {', '.join(IMAGES_GENERATE.values('model'))}, or another that the server has.",
)
@click.option(
    "-s", "--size", metavar="WxH|W:H", shell_complete=complete_size, help="The size, or a ratio such as 16:9."
)
@click.option(
    "-q",
    "--quality",
    type=click.Choice(IMAGES_GENERATE.values("quality")),
    help="hd is more detailed, standard is quicker; the model's own where left out.",
)
@click.option("--user-id", help="The end user's id, for the provider's abuse prevention.")
@click.option(
    "--param",
    "extra_body",
    metavar="NAME=JSON",
    multiple=True,
    callback=_parameters,
    help="Send a property that the page does not name, such as seed=7; repeatable.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(allow_dash=True),
    help=f"A file, with {NUMBER} in its name for the prompt's number; a folder, where files are named after the "
    "prompts; or - for standard output.  [default: the current folder]",
)
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    metavar="N",
    help="How many images may be under way at once.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each prompt, failed ones included.")
@click.option("--quiet", is_flag=True, help="Tell results and errors, and nothing else.")
@click.option("--verbose", is_flag=True, help="Tell each attempt in a line.")
@click.option("--dry-run", is_flag=True, help="Print what would be sent, and send nothing; needs no key.")
@click.option("--local", is_flag=True, help="Use an embedded server: no key, no network, no cost.")
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
    extra_body: dict[str, Any],
    output: str | None,
    concurrency: int,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    dry_run: bool,
    local: bool,
    api_key: str | None,
    base_url: str | None,
    timeout: float | None,
) -> int:
    """Make an image of each PROMPT, store it, and print where it is.

    PROMPT may be - for prompts from standard input, one a line.
    """
    if not local and not dry_run and not api_key and not os.environ.get("ZAI_API_KEY"):
        raise click.UsageError("set ZAI_API_KEY, or pass --api-key: there is no API key; --local needs none")
    if quiet and verbose:
        raise click.UsageError("leave out --quiet or --verbose: each says the opposite of the other")
    if output == STANDARD_OUTPUT and as_json:
        raise click.UsageError("leave out --json, or give a file: standard output takes the image or JSON, not both")
    wanted = list(_read(prompts))
    if not wanted:
        raise click.UsageError("write one prompt a line: standard input holds none")
    parameters = {"model": model, "size": size, "quality": quality, "user_id": user_id}
    parameters = {name: value for name, value in parameters.items() if value is not None}
    if quiet:
        warnings.simplefilter("ignore")
    settings: dict[str, Any] = {"base_url": base_url, "timeout": UNSET if timeout is None else timeout}
    if dry_run:
        from zai_image.cli._dry_run import dry_run as show

        return show(wanted, {**parameters, "extra_body": extra_body}, settings)
    where = destination(output, len(wanted))
    # Brings asyncio, which no other command needs.
    from zai_image.cli._generation import Generation
    from zai_image.cli._results import write_json, write_path

    with ExitStack() as stack:
        if verbose:
            stack.enter_context(_attempts_told())
        if local:
            server = stack.enter_context(embedded_server())
            api_key, settings["base_url"] = server.api_key, server.url
        client = partial(AsyncZaiImage, api_key, **settings)
        generation = Generation(
            wanted,
            {**parameters, "extra_body": extra_body} if extra_body else parameters,
            client,
            where,
            write_json if as_json else write_path,
            quiet=quiet,
        )
        return generation.make(concurrency)


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
                if not prompt.strip():
                    raise click.UsageError(f"describe an image: prompt {number} is empty")
                yield prompt
        except OSError as error:
            raise click.UsageError(f"standard input cannot be read: {error.strerror or error}") from error
        except UnicodeError as error:
            source = "standard input" if prompt == _FROM_STANDARD_INPUT else f"prompt {number}"
            raise click.UsageError(f"{source} is not UTF-8 text") from error


@contextmanager
def _attempts_told() -> Iterator[None]:
    logger = logging.getLogger("zai_image")
    handler = logging.Handler()
    handler.emit = lambda record: tell(record.getMessage())  # type: ignore[method-assign]
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
