"""Lets Schemathesis judge servers by a document, to see what difference the document makes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from attrs import frozen

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

    Args:
        document: What the server is judged by.
        url: The server, as a client is pointed at it.
        key: Its key.
        folder: Where to run, since Schemathesis leaves files behind.
    """
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(document.path), "--url", url),
            *("--header", f"Authorization: Bearer {key}", "--checks", "all"),
            *(argument for check in document.unfair for argument in ("--exclude-checks", check)),
            *("--phases", "examples,coverage,fuzzing", "--max-examples", "5", "--max-failures", "1"),
            *("--seed", "1", "--generation-database", "none", "--no-color"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    report = ran.stdout + ran.stderr
    # Failures; an error of its own would end in 1 as well.
    found_faults = "FAILURES" in report
    if ran.returncode != found_faults:
        raise RuntimeError(f"Schemathesis could not judge: {report}")
    return Judgement(found_faults, report)


def found(document: Document, servers: Iterable[WrongServer], folder: Path) -> set[str]:
    """Return the names of the wrong servers that are found out."""

    def is_found(wrong: WrongServer) -> bool:
        with listening(Altered(application(api_key=KEY), wrong.before, wrong.after)) as origin:
            return judged(document, f"{origin}/api", KEY, folder).found_faults

    servers = list(servers)
    with ThreadPoolExecutor(2) as pool:
        return {wrong.name for wrong, is_wrong in zip(servers, pool.map(is_found, servers), strict=True) if is_wrong}
