"""Says where the vendored files came from, and proves that they are still what was fetched."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from attrs import frozen

from scripts.source.failure import PipelineError
from scripts.source.merging import assemble
from scripts.source.quoting import shown

DOCUMENT = "zai-image.yaml"
"""The document that everything is made from, in ``openapi/``."""
STATED = "provenance.toml"

_HEADER = "# Where the vendored files came from. The digests are of the files as they stand here, byte for byte.\n"
_WANTED = "\n# The operations that are wanted, and with them the components that they lead to. Written by hand.\n"


@frozen
class Page:
    """One published file: a documentation page, or a bare OpenAPI document."""

    file: str
    """Its name in ``openapi/``."""
    address: str | None
    """Where it is published, and fetched from again; None for one that was given as a file."""
    fetched: datetime
    sha256: str


@frozen
class Provenance:
    """Which revision of the pages everything is made from (``openapi/provenance.toml``)."""

    pages: tuple[Page, ...]
    document_sha256: str
    operations: tuple[str, ...] = ()
    """The operations that are wanted, such as ``GET /models``; all that the pages have where there is none."""

    def to_toml(self) -> str:
        """Return the text of ``openapi/provenance.toml``."""
        operations = "".join(f"  {_quoted(operation)},\n" for operation in self.operations)
        pages = [
            "".join(
                [
                    f"\n[[page]]\nfile = {_quoted(page.file)}\n",
                    f"address = {_quoted(page.address)}\n" if page.address else "",
                    f"fetched = {page.fetched.isoformat()}\nsha256 = {_quoted(page.sha256)}\n",
                ]
            )
            for page in self.pages
        ]
        document = f"\n[document]\nfile = {_quoted(DOCUMENT)}\nsha256 = {_quoted(self.document_sha256)}\n"
        wanted = f"{_WANTED}operations = [\n{operations}]\n" if operations else ""
        return "".join([_HEADER, wanted, *pages, document])


def stated(openapi: Path) -> Provenance:
    """Read ``provenance.toml`` in the folder ``openapi``.

    Raises:
        PipelineError: It is not TOML, or a line of it is missing or unknown.
    """
    try:
        table = tomllib.loads((openapi / STATED).read_text(encoding="utf-8"))
        pages = tuple(Page(**{"address": None, **page}) for page in table["page"])
        operations = table.get("operations", [])
        if not isinstance(operations, list) or not all(isinstance(operation, str) for operation in operations):
            raise TypeError("operations must be a list of text")
        return Provenance(pages, table["document"]["sha256"], tuple(operations))
    except (ValueError, KeyError, TypeError) as error:
        raise PipelineError(f"openapi/{STATED} cannot be read: {shown(str(error), 200)}") from error


def vendored_document(openapi: Path) -> tuple[bytes, Provenance]:
    """Return the vendored OpenAPI document, after checking it against the pages and all against their digests.

    Args:
        openapi: The folder that holds the pages, the document and ``provenance.toml``.

    Raises:
        PipelineError: A file is not the one that ``provenance.toml`` describes, or the document is not the pages'.
    """
    provenance = stated(openapi)
    digests = [(page.file, page.sha256) for page in provenance.pages] + [(DOCUMENT, provenance.document_sha256)]
    contents = [(openapi / file).read_bytes() for file, _ in digests]
    for (file, sha256), content in zip(digests, contents, strict=True):
        if (actual := digest(content)) != sha256:
            raise PipelineError(
                f"openapi/{file} is not the file that {STATED} describes: sha256 {actual}, not {sha256}"
            )
    *pages, document = contents
    if document != assemble(
        [(page.file, content) for page, content in zip(provenance.pages, pages, strict=True)], provenance.operations
    ):
        raise PipelineError(f"openapi/{DOCUMENT} is not, byte for byte, {_origin(provenance.pages)}")
    return document, provenance


def digest(content: bytes) -> str:
    """Return the SHA-256 of the content, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _origin(pages: Sequence[Page]) -> str:
    files = " and ".join(f"openapi/{page.file}" for page in pages)
    return f"what stands in {files}" if len(pages) == 1 else f"what merging {files} gives"


def _quoted(text: str) -> str:
    # A TOML basic string escapes as JSON does, DEL apart, which no file name or address here has.
    return json.dumps(text)
