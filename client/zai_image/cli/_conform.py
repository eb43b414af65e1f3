"""``zai-image conform``: a verdict on a server."""

from __future__ import annotations

import os
from contextlib import ExitStack

import click

from zai_image.cli._completion import complete_model
from zai_image.cli._embedded import conformance_extra, embedded_server


@click.command()
@click.argument("url", required=False)
@click.option("--local", is_flag=True, help="Judge the embedded server.")
@click.option("--api-key", help="The API key; else ZAI_API_KEY of the environment.")
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="MODEL",
    shell_complete=complete_model,
    help="Repeatable; all that the page names if left out.",
)
@click.option("--requirement", "requirements", multiple=True, metavar="ID", help="Repeatable; all where left out.")
def conform(
    url: str | None, local: bool, api_key: str | None, models: tuple[str, ...], requirements: tuple[str, ...]
) -> int:
    """Judge the server at URL (the part of its address before /paas/v4): does it keep the documented promises?"""
    if local == (url is not None):
        raise click.UsageError("give the URL of the server to judge, or --local for the embedded one")
    with conformance_extra():
        from zai_image_conformance.verdict import judge
    with ExitStack() as stack:
        if local:
            server = stack.enter_context(embedded_server())
            url, api_key = server.url, server.api_key
        verdict = judge(
            url or "", api_key=api_key or os.environ.get("ZAI_API_KEY"), models=models, requirements=requirements
        )
    click.echo(verdict.text())
    return verdict.exit_code
