"""``zai-image serve``: the embedded server, for developing and testing against."""

from __future__ import annotations

import click

from zai_image.cli._embedded import conformance_extra


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free port.")
@click.option("--api-key", help="The key that requests must carry; a random one, told at the start, where left out.")
@click.option(
    "--latency", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS", help="Wait before each answer."
)
@click.option(
    "--referee",
    is_flag=True,
    help="Judge the clients: say at the end, and at /referee/report, which promises they kept; exit with 1 if not all.",
)
def serve(host: str, port: int, api_key: str | None, latency: float, referee: bool) -> int:
    """Serve the documented endpoint on this machine: the same rules and errors, drawn pictures, no cost."""
    with conformance_extra():
        from zai_image_conformance.server import serve as serve_until_interrupted
    return serve_until_interrupted(host=host, port=port, api_key=api_key, latency=latency, referee=referee)
