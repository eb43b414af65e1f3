"""The vendored document, and others of its kind with descriptions of one's choice."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from attrs import evolve
from ruamel.yaml import YAML

from scripts.rules.assembly import read_pages
from scripts.rules.constraint import Constraint
from scripts.rules.rulebook import Rules

OPENAPI = Path(__file__).parents[2] / "openapi"


@cache
def _parsed(name: str) -> Any:
    return YAML(typ="safe").load((OPENAPI / name).read_bytes())


def vendored() -> dict[str, Any]:
    """The document of the page, to be changed at will."""
    found: dict[str, Any] = copy.deepcopy(_parsed("zai-image.yaml"))
    return found


def read(document: Mapping[str, Any] | None = None) -> Rules:
    """The rules of a document; those of the page where none is given."""
    return read_pages(vendored() if document is None else document).rules


def with_value(rules: Rules, constraint: Constraint, value: object) -> Rules:
    """The same rules with another value of one constraint; without it where that is None."""
    found = [each if each is not constraint else evolve(each, value=value) for each in rules.constraints]
    return Rules(tuple(each for each in found if each.value is not None))


def described(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The six schemas of the vendored document whose descriptions hold rules, by the kind of description."""
    schemas = document["components"]["schemas"]
    request, answer = (schemas[name]["properties"] for name in ("CreateImageRequest", "ImageGenerationResponse"))
    return {
        "size": request["size"],
        "quality": request["quality"],
        "user_id": request["user_id"],
        "images": answer["data"],
        "link": answer["data"]["items"]["properties"]["url"],
        "severity": answer["content_filter"]["items"]["properties"]["level"],
    }


def request(
    *, path: str = "/paas/v4/images/generations", models: tuple[str, ...] = ("painter",), **properties: dict[str, Any]
) -> dict[str, Any]:
    """A document with one operation that takes these properties."""
    body = {"type": "object", "properties": {"model": {"type": "string", "enum": list(models)}, **properties}}
    content = {"application/json": {"schema": body}}
    return {"openapi": "3.0.1", "paths": {path: {"post": {"requestBody": {"content": content}, "responses": {}}}}}


def size_of(subject: str, values: str, limits: str) -> str:
    """The two sentences on one group of models, in today's wording: ``("`m`", "1x1 2x2", "1-2 1 4")``."""
    first, *rest = values.split()
    sides, step, pixels = limits.split()
    listed = ", ".join([f"`{first}` (default)", *(f"`{size}`" for size in rest)])
    return (
        f"{subject} recommended enum values: {listed}. Custom parameter: Both width and height must be between "
        f"`{sides}`, and must be divisible by `{step}`, and the maximum pixel count must not exceed `{pixels}`."
    )


# The wording of an older revision of the page, which knew one model, and of the page on the asynchronous operation.

OLDER_SIZE = (
    "Image size, default is `1024x1024`, recommended enum values: `1024x1024` (default), `768x1344`, `864x1152`, "
    "`1344x768`, `1152x864`, `1440x720`, `720x1440`.\nCustom parameter: Both width and height must be between "
    "`512px-2048px`, and must be divisible by `16`, and the maximum pixel count must not exceed `2^21px`."
)
OLDER_QUALITY = (
    "The quality of the generated image. Default is `standard`. `hd`: Generates a more detailed and rich image with "
    "higher overall consistency, but takes about `20` seconds. `standard`: Generates an image quickly, suitable for "
    "scenarios with higher requirements for generation speed, takes about `5-10` seconds. This parameter is only "
    "supported for `cogview-4-250304`."
)
ASYNCHRONOUS_SIZE = (
    "Image size, recommended enum values: `1280x1280` (default), `1568x1056`, `1056x1568`, `1472x1088`, `1088x1472`, "
    "`1728x960`, `960x1728`.\n\nCustom parameter: Both width and height must be between `1024px-2048px`, and must be "
    "divisible by `32`, and the maximum pixel count must not exceed `2^22px`."
)
ASYNCHRONOUS_QUALITY = (
    "The quality of the generated image. `hd`: Generates a more detailed and rich image with higher overall "
    "consistency, takes about `20` seconds."
)
