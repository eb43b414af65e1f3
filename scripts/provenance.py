"""Reads where the vendored files came from, and proves that they are still what was fetched."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import datetime
from pathlib import Path

from attrs import frozen

from scripts.failure import PipelineError
from scripts.page import document_in


@frozen
class Provenance:
    """Which revision of the page everything is made from (``openapi/provenance.toml``)."""

    address: str
    fetched: datetime
    page_sha256: str
    document_sha256: str


def vendored_document(openapi: Path) -> tuple[bytes, Provenance]:
    """Return the vendored OpenAPI document, after checking it against the page and both against their digests.

    Args:
        openapi: The folder that holds the page, the document and ``provenance.toml``.

    Raises:
        PipelineError: A file is not the one that ``provenance.toml`` describes, or the document is not the page's.
    """
    stated = tomllib.loads((openapi / "provenance.toml").read_text(encoding="utf-8"))
    for part in ("page", "document"):
        file, sha256 = openapi / stated[part]["file"], stated[part]["sha256"]
        actual = hashlib.sha256(file.read_bytes()).hexdigest()
        if actual != sha256:
            raise PipelineError(
                f"openapi/{file.name} is not the file that provenance.toml describes: sha256 {actual}, not {sha256}"
            )
    document = (openapi / stated["document"]["file"]).read_bytes()
    if document != document_in((openapi / stated["page"]["file"]).read_bytes()):
        raise PipelineError(
            f"openapi/{stated['document']['file']} is not, byte for byte, "
            f"what stands in the fenced block of openapi/{stated['page']['file']}"
        )
    return document, Provenance(
        address=stated["page"]["address"],
        fetched=stated["page"]["fetched"],
        page_sha256=stated["page"]["sha256"],
        document_sha256=stated["document"]["sha256"],
    )
