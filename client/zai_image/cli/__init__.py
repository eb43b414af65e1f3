"""The command line: one module for each command, this one for what they share with the shell."""

from __future__ import annotations

import warnings
from contextlib import suppress
from importlib.metadata import version
from typing import TextIO

import click

from zai_image._errors import SuffixWarning, UnknownModelWarning, ZaiImageError
from zai_image.cli._batch import batch
from zai_image.cli._conform import conform
from zai_image.cli._demo import demo
from zai_image.cli._exits import COULD_NOT_ASK, exit_code
from zai_image.cli._generate import generate
from zai_image.cli._messages import explained, tell
from zai_image.cli._serve import serve
from zai_image.cli._sizes import sizes
from zai_image.cli._streams import fit_streams


def _print_version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"zai-image {version('zai-image')}")
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version.",
)
def cli() -> None:
    """Images from Z.AI's image generation API, and verdicts on servers that offer it.

    Exit codes: 0 fine; 1 the answer is no; 2 usage or connection error.
    """


for command in (generate, batch, sizes, serve, conform, demo):
    # All of the first sentence: click would cut it.
    command.short_help = " ".join((command.help or "").partition("\n\n")[0].split())
    cli.add_command(command)


def run() -> int:
    """Run the command line with the process's arguments and return its exit code."""
    with warnings.catch_warnings(), fit_streams():
        # Whatever the environment wants of warnings: raised, one could cost an image. Once for each model or file.
        for ours in (UnknownModelWarning, SuffixWarning):
            warnings.simplefilter("default", ours)
        warnings.showwarning = _show_warning
        try:
            # What the command returns is its exit code; click's own ends (--help, bad usage) are exceptions or codes.
            return int(cli.main(prog_name="zai-image", standalone_mode=False) or 0)
        except click.ClickException as error:
            with suppress(OSError):
                error.show()
            return error.exit_code
        except (click.Abort, KeyboardInterrupt):
            tell("interrupted")
            return COULD_NOT_ASK
        except ZaiImageError as error:
            tell(explained(error))
            return exit_code(error)
        except ModuleNotFoundError as error:
            # Other extras bring click as well, but not rich.
            if (error.name or "").partition(".")[0] != "rich":
                raise
            tell("this needs the extra `cli` (rich is missing): pip install 'zai-image[cli]'")
            return COULD_NOT_ASK
        except OSError as error:
            # Standard output has no file name; whatever else fails with none is caught where it is done.
            if error.filename is not None:
                raise
            tell(f"cannot write to standard output: {error.strerror or error}")
            return COULD_NOT_ASK


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    tell(f"warning: {message}")
