"""``zai-image serve``: the embedded server, for developing and testing against."""

from __future__ import annotations

import click

from zai_image.cli._embedded import conformance_extra


def _list_faults(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    with conformance_extra():
        from zai_image_conformance.server import FAULTS
    width = max(len(fault.form) for fault in FAULTS.values())
    for fault in FAULTS.values():
        click.echo(f"{fault.form:{width}}  {fault.target.value:7}  {fault.sentence}")
    context.exit()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free port.")
@click.option("--api-key", help="The key that requests must carry; a random one, told at the start, where left out.")
@click.option(
    "--fault", "faults", metavar="NAME", multiple=True, help="Let this go wrong; may be given more than once."
)
@click.option("--latency", type=click.FloatRange(min=0), metavar="SECONDS", help="Wait before each image is answered.")
@click.option(
    "--validate-clients",
    is_flag=True,
    help="Validate clients: report at the end, and at /client-report, what requirements they keep; exit 1 if not all.",
)
@click.option(
    "--list-faults", is_flag=True, is_eager=True, expose_value=False, callback=_list_faults, help="List the faults."
)
def serve(
    host: str, port: int, api_key: str | None, faults: tuple[str, ...], latency: float | None, validate_clients: bool
) -> int:
    """Serve the documented endpoint on this machine: the same rules and errors, drawn images, no cost."""
    with conformance_extra():
        from zai_image_conformance.client_suite.validator import ClientValidator
        from zai_image_conformance.server import FaultError
        from zai_image_conformance.server import serve as serve_until_interrupted
    if latency:
        faults = (*faults, f"latency={latency}")
    try:
        return serve_until_interrupted(
            host=host,
            port=port,
            api_key=api_key,
            faults=faults,
            validator=ClientValidator if validate_clients else None,
        )
    except FaultError as error:
        raise click.BadParameter(str(error), param_hint="--fault") from None
