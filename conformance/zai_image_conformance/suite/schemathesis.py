"""Schemathesis, driven by the strict document: the requests it generates, and what its checks find in a response.

Importing Schemathesis takes most of a second, so that only `--thorough` asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import httpx

from zai_image_conformance.model import Exchange, Request
from zai_image_conformance.schema import PATH, document
from zai_image_conformance.suite.examples import draw

if TYPE_CHECKING:
    from schemathesis import Case
    from schemathesis.core.failures import Failure
    from schemathesis.schemas import APIOperation

Mode: TypeAlias = Literal["positive", "negative"]

_FUZZED = 50


@cache
def generated(mode: Mode, seed: int) -> tuple[Request, ...]:
    """Let Schemathesis generate requests.

    Args:
        mode: `positive`: what it takes for valid by the strict document. `negative`: for invalid.
        seed: The same seed generates the same requests.

    Returns:
        What its phases `coverage` (the boundaries of each keyword) and `fuzzing` generate; each once, where it is JSON.
    """
    from schemathesis import GenerationMode

    operation = _operation()
    generation_mode = GenerationMode(mode)
    covered = operation.schema.iter_coverage_cases(
        operation, generation_modes=[generation_mode], generation_config=operation.schema.config.generation
    )
    bodies = [case.body for case in covered if case.method == "POST"]
    bodies += draw(operation.as_strategy(generation_mode=generation_mode).map(_body), _FUZZED, seed)
    return tuple(dict.fromkeys(filter(None, map(_request, bodies))))


def broken_by(exchange: Exchange) -> frozenset[str]:
    """Let Schemathesis hold a response against what the strict document says of it.

    Returns:
        The ids of the requirements that its failures break. It looks for a 5xx, and for a body that has not the
        described form; not at the media type, where it accepts less than the catalogue does.
    """
    from schemathesis.checks import not_a_server_error
    from schemathesis.core.failures import FailureGroup
    from schemathesis.specs.openapi.checks import response_schema_conformance

    try:
        _any_case().validate_response(_response(exchange), checks=[not_a_server_error, response_schema_conformance])
    except FailureGroup as group:
        return frozenset(each for failure in group.exceptions for each in _broken_by(failure, exchange))
    return frozenset()


@cache
def _operation() -> APIOperation[Any, Any, Any, Any]:
    import schemathesis
    from schemathesis.config import SchemathesisConfig

    strict = deepcopy(document())
    # Keys are the session's, and the examples are requests that the suite sends anyway.
    del strict["security"]
    for media_type in strict["paths"][PATH]["post"]["requestBody"]["content"].values():
        media_type.pop("examples", None)
    # Without a configuration it would look for one of the caller's.
    return schemathesis.openapi.from_dict(strict, config=SchemathesisConfig())[PATH]["POST"]


@cache
def _any_case() -> Case[Any]:
    return _operation().Case(body={}, media_type="application/json")


def _body(case: Case[Any]) -> Any:
    return case.body


def _request(body: Any) -> Request | None:
    try:
        json.dumps(body, allow_nan=False)
    except (TypeError, ValueError):
        return None
    return Request.of(body)


def _response(exchange: Exchange) -> httpx.Response:
    response = httpx.Response(
        exchange.status,
        headers={"Content-Type": "application/json"},
        content=_normalised(exchange),
        request=httpx.Request(exchange.request.method, "http://server.test"),
    )
    response.elapsed = timedelta()
    return response


def _normalised(exchange: Exchange) -> str:
    """The body, with whole numbers written without a point: JSON does not tell 3.0 from 3, OpenAPI 3.0 does."""
    try:
        return json.dumps(json.loads(exchange.content.decode("utf-8", "replace"), parse_float=_number))
    except (ValueError, RecursionError):
        return exchange.content.decode("utf-8", "replace")


def _number(text: str) -> float:
    number = float(text)
    return int(number) if number.is_integer() else number


_PLACES: Mapping[tuple[str, ...], str] = {
    ("properties", "created"): "ANSWER-CREATED",
    ("properties", "data", "items"): "ANSWER-URL",
    ("properties", "data"): "ANSWER-COUNT",
    ("properties", "content_filter"): "FILTER-FORM",
}
"""By a place in the schema of an answer, the most exact first, the requirement that it states."""


def _broken_by(failure: Failure, exchange: Exchange) -> Iterator[str]:
    """Map a failure of Schemathesis's to requirements."""
    from schemathesis.core.failures import ServerError

    place = tuple(getattr(failure, "schema_path", ()))
    if isinstance(failure, ServerError):
        yield "ERROR-STATUS"
    elif not exchange.succeeded:
        yield "ERROR-BODY"
    elif stated := [_PLACES[start] for start in _PLACES if place[: len(start)] == start]:
        yield stated[0]
    else:
        yield from (_PLACES["properties", name] for name in ("created", "data") if name not in exchange.fields)
