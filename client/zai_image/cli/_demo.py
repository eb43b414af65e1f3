"""``zai-image demo``: the whole product at work on this machine, in one command."""

from __future__ import annotations

import click

from zai_image.cli._embedded import conformance_extra, embedded_server
from zai_image.cli._generate import save

_PROMPT = "A cute little kitten."


@click.command()
def demo() -> int:
    """Make a picture with the embedded server, then judge that server: no key, no network, no cost."""
    with conformance_extra():
        from zai_image_conformance.verdict import judge
    from zai_image import ZaiImage

    with embedded_server() as server:
        with ZaiImage(server.api_key, base_url=server.url) as zai:
            path = save(zai.images.generate(_PROMPT), _PROMPT, None)
        click.echo(path.resolve())
        verdict = judge(server.url, api_key=server.api_key)
    click.echo(verdict.text())
    return verdict.exit_code
