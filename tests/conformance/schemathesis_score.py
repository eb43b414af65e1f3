"""Lets Schemathesis judge servers by a document, to see what difference the document makes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from attrs import frozen
from click.testing import CliRunner
from schemathesis.cli import schemathesis

from scripts.regenerate import ROOT
from tests.conformance.altered import KEY, Altered
from tests.conformance.wrong_servers import WrongServer
from zai_image_conformance.server import application, listening


@frozen
class Document:
    """A document, and the checks that condemn right servers by it."""

    path: Path
    unfair: tuple[str, ...] = ()


# To the page's schema any string is a size, so that it takes a rightly refused one for a fault.
PAGE = Document(ROOT / "openapi/zai-image.yaml", ("positive_data_acceptance",))
STRICT = Document(ROOT / "openapi/zai-image.strict.yaml")


@frozen
class Judgement:
    """What Schemathesis says of a server."""

    found_faults: bool
    report: str


def judged(document: Document, url: str, key: str, folder: Path) -> Judgement:
    """Run Schemathesis with every check that is fair.

    In this process, where it keeps what it made of the document: every further server takes a tenth of the time.

    Args:
        document: What the server is judged by.
        url: The server, as a client is pointed at it.
        key: Its key.
        folder: Where to run, since Schemathesis leaves files behind.
    """
    arguments = [
        *("run", str(document.path), "--url", url, "--header", f"Authorization: Bearer {key}", "--checks", "all"),
        *(argument for check in document.unfair for argument in ("--exclude-checks", check)),
        *("--phases", "examples,coverage,fuzzing", "--max-examples", "5", "--max-failures", "1"),
        *("--seed", "1", "--generation-database", "none", "--no-color"),
    ]
    with contextlib.chdir(folder):
        ran = CliRunner().invoke(schemathesis, arguments)
    # An error of its own would end in 1 as well.
    found_faults = "FAILURES" in ran.output
    if ran.exit_code != found_faults:
        raise RuntimeError(f"Schemathesis could not judge: {ran.output}")
    return Judgement(found_faults, ran.output)


def found(document: Document, servers: Iterable[WrongServer], folder: Path) -> set[str]:
    """Return the names of the wrong servers that are found out."""
    names = set()
    for wrong in servers:
        with listening(Altered(application(api_key=KEY), wrong.before, wrong.after)) as origin:
            if judged(document, f"{origin}/api", KEY, folder).found_faults:
                names.add(wrong.name)
    return names
