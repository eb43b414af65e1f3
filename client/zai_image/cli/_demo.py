"""``zai-image demo``: the whole product at work on this machine, in one command."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from zai_image._client import AsyncZaiImage
from zai_image.cli._destinations import NewFiles
from zai_image.cli._embedded import conformance_extra, embedded_server

_PROMPT = "A cute little kitten."


@click.command()
def demo() -> int:
    """Make an image with the embedded server, then judge that server: no key, no network, no cost."""
    with conformance_extra():
        from zai_image_conformance import report
        from zai_image_conformance.suite.runner import judge
    from zai_image.cli._generation import Generation
    from zai_image.cli._results import Result, Stored

    def write(result: Result) -> None:
        if isinstance(result, Stored):
            click.echo(str(result.path.resolve()))

    with embedded_server() as server:
        client = partial(AsyncZaiImage, server.api_key, base_url=server.url)
        generation = Generation([_PROMPT], {}, client, NewFiles(Path()), write)
        if exit_code := generation.make():
            return exit_code
        verdict = judge(server.url, api_key=server.api_key)
    click.echo(report.text(verdict), nl=False)
    return verdict.exit_code
