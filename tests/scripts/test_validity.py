"""A document that is not OpenAPI, or whose schemas tell nothing, is refused by the place and the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scripts.emit.constraints import constraints
from scripts.emit.validity import validate
from scripts.source.failure import PipelineError
from tests.scripts.prose_documents import vendored

OPERATION = "/paths/~1paas~1v4~1images~1generations/post"
BODY = "/components/schemas/CreateImageRequest"


def operation(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/paas/v4/images/generations"]["post"]
    return found


def body(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"]["CreateImageRequest"]
    return found


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda it: operation(it)["responses"]["200"].pop("description"), f"{OPERATION}/responses/200: it has no desc"),
        (lambda it: operation(it).pop("responses"), f"{OPERATION}: it has no responses"),
        (lambda it: operation(it).update(parameters=[{"in": "header"}]), f"{OPERATION}/parameters/0: it has no name"),
        (lambda it: body(it)["properties"].update(size=5), f"{BODY}/properties/size: it must be a mapping"),
        (lambda it: body(it)["properties"]["size"].update(minLength="x"), f"{BODY}/properties/size/minLength: it must"),
        (lambda it: body(it)["properties"]["size"].update(type="strin"), f"{BODY}/properties/size/type: it must be 's"),
        (lambda it: it.pop("info"), "#: it has no info"),
        (lambda it: it.update(openapi="2.0"), "#/openapi: Invalid OpenAPI version 2.0"),
    ],
)
def test_what_is_not_openapi_is_told_by_its_place_in_the_document(spoil: Callable[[Any], Any], told: str) -> None:
    document = vendored()
    spoil(document)
    with pytest.raises(PipelineError, match=r"^the document is not OpenAPI 3 at #.*$") as caught:
        validate(document)
    assert told in str(caught.value)


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf", "not"])
@pytest.mark.parametrize("steps", [0, 1])
def test_a_schema_that_depends_on_itself_is_refused_by_its_place(keyword: str, steps: int) -> None:
    document = vendored()
    place = f"{BODY}/properties/size"
    there = {"$ref": f"#{place}"}
    within = {"anyOf": [{"type": "string"}, there]} if steps else there
    body(document)["properties"]["size"] = {keyword: within if keyword == "not" else [within]}
    with pytest.raises(PipelineError, match=f"the schema at #{place}.* refers to itself"):
        constraints(document, [place])


@pytest.mark.parametrize(
    "schema",
    [{"type": "array", "items": {"$ref": f"#{BODY}/properties/size"}}, {"properties": {"a": {"$ref": f"#{BODY}"}}}],
)
def test_a_schema_whose_parts_are_as_itself_is_no_circle(schema: dict[str, Any]) -> None:
    document = vendored()
    body(document)["properties"]["size"] = schema
    assert constraints(document, [f"{BODY}/properties/size"])
