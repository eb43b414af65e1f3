"""Holds a document against the OpenAPI Specification, as openapi-python-client has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.source.failure import PipelineError
from scripts.source.quoting import shown


def validate(document: Mapping[str, Any]) -> None:
    """Let a document pass whose parts are what the specification says.

    Raises:
        PipelineError: One is not; it is named.
    """
    # Its import takes as long as all that regeneration does.
    from openapi_python_client.schema import OpenAPI

    try:
        OpenAPI.model_validate(document)
    except ValueError as error:
        # Pydantic's own kind has a list of what is wrong; its text quotes what it cannot read, and that may be all.
        first = next(iter(getattr(error, "errors", list)()), {"loc": (), "msg": "it cannot be read"})
        where = shown(".".join(str(step) for step in first["loc"]), 200)
        raise PipelineError(f"the document is not OpenAPI 3 at {where}: {shown(first['msg'], 200)}") from error
