"""Holds a document against the OpenAPI Specification, as openapi-python-client has it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scripts.source.failure import PipelineError
from scripts.source.quoting import shown
from scripts.source.references import MISSING, at, below


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
        first = next(iter(getattr(error, "errors", list)()), {"loc": (), "msg": "it cannot be read", "type": ""})
        place, left = _place(document, first["loc"])
        says = str(first["msg"]).removeprefix("Value error, ").replace("Input should be", "it must be")
        says = re.sub(r"a valid dictionary( or instance of \w+)?", "a mapping", says)
        if first["type"] == "missing" and left:
            says = f"it has no {shown(str(left[-1]), 60)}"
        raise PipelineError(f"the document is not OpenAPI 3 at #{shown(place, 200)}: {shown(says, 200)}") from error


def _place(document: Any, steps: Sequence[str | int]) -> tuple[str, list[str | int]]:
    """Return the innermost place of the document on a way through it, and the steps that lead nowhere.

    Between the keys of the document stand the names that a model gives to its alternatives.
    """
    node, place, left = document, "", list[str | int]()
    for step in steps:
        if (found := at(node, below("", step))) is MISSING:
            left.append(step)
        else:
            node, place, left = found, below(place, step), []
    return place, left
