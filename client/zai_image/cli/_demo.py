"""``zai-image demo``: the whole product at work on this machine, in one command."""

from __future__ import annotations

import shutil
import sys
from functools import partial
from itertools import count
from pathlib import Path

import click

from zai_image._client import AsyncZaiImage, ZaiImage
from zai_image._errors import InvalidRequestError
from zai_image.cli._destinations import NewFiles
from zai_image.cli._embedded import conformance_extra, embedded_server

_PROMPT = "A cute little kitten."
_WRONG_SIZE = "1000x1000"


@click.command()
def demo() -> int:
    """Show an image, a refused size and a verdict with its report: no key, no network, no cost."""
    with conformance_extra():
        from zai_image_conformance import report
        from zai_image_conformance.report.summary import summary
        from zai_image_conformance.suite.runner import judge
    from zai_image.cli._generation import Generation
    from zai_image.cli._results import Result, Stored

    def write(result: Result) -> None:
        if isinstance(result, Stored):
            click.echo(f"  {result.path.resolve()}")

    with embedded_server() as server:
        click.echo("An image. The embedded server draws a placeholder; the real API paints a kitten:")
        client = partial(AsyncZaiImage, server.api_key, base_url=server.url)
        generation = Generation([_PROMPT], {}, client, NewFiles(Path()), write)
        if exit_code := generation.make():
            return exit_code
        click.echo(f"\nThe size {_WRONG_SIZE}, refused before anything is sent or paid for:")
        with ZaiImage(server.api_key, base_url=server.url) as zai:
            try:
                zai.images.generate(_PROMPT, size=_WRONG_SIZE)
            except InvalidRequestError as error:
                click.echo(f"  {error}")
        click.echo("\nA verdict on that server, and its report:")
        verdict = judge(server.url, api_key=server.api_key, local=True)
    click.echo(f"  {summary(verdict)}\n  {_write_new(report.page(verdict)).resolve()}")
    # As it was called, where the shell would not find it by its name.
    program = "zai-image" if shutil.which("zai-image") else sys.argv[0]
    click.echo("\nNext:")
    click.echo(f'  {program} generate "{_PROMPT}"      an image of the real API, with your key in ZAI_API_KEY')
    click.echo(f"  {program} serve --port 8000                     the embedded server, to develop and test with")
    click.echo(f"  {program} conform URL                           a verdict on any server")
    return verdict.exit_code


def _write_new(page: str) -> Path:
    """Write the report into this folder, under a name that nothing has."""
    for number in count(1):
        file = Path("verdict.html" if number == 1 else f"verdict-{number}.html")
        try:
            with file.open("x", encoding="utf-8") as stream:
                stream.write(page)
        except FileExistsError:
            continue
        return file
    raise AssertionError("numbers do not end")
