"""Reads a request body and either accepts it or says everything that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from attrs import frozen

from zai_image_api import sizes
from zai_image_api.checking import Checker
from zai_image_api.constraints import stated
from zai_image_api.operations import IMAGES_GENERATE
from zai_image_api.promises import CONSTRAINTS
from zai_image_conformance.server.refusals import BusinessCode, Refusal

MODELS: tuple[str, ...] = IMAGES_GENERATE.values("model")
QUALITIES: tuple[str, ...] = IMAGES_GENERATE.values("quality")
_BODY = IMAGES_GENERATE.body.place if IMAGES_GENERATE.body is not None else ""

_MOST_DIGITS = 300
SHOWN = 60
"""Characters of a caller's value that a message repeats."""


@frozen
class Accepted:
    """A request that keeps every promise, with the model's own defaults filled in."""

    model: str
    prompt: str
    quality: str
    """Empty where neither the request nor the page names one."""
    size: sizes.Size
    seed: str = ""
    """What the request has under this name, which the page does not document: another makes another placeholder."""


@frozen
class Problem:
    """One thing wrong with one field."""

    code: BusinessCode
    message: str


def read(content_type: str, body: bytes) -> Accepted | Refusal:
    """Decide about the body of a POST to `/paas/v4/images/generations`.

    Args:
        content_type: The header's value, empty when it was not sent.
        body: The bytes as received.

    Returns:
        The request with its defaults filled in, or one error response that names every problem.
    """
    if content_type.partition(";")[0].strip().lower() != "application/json":
        return _malformed("send the body as JSON with the header Content-Type: application/json")
    try:
        # Python refuses to make an int of very many digits, which JSON allows.
        document = json.loads(body.decode("utf-8"), parse_constant=_no_such_number, parse_int=_number)
    except (ValueError, RecursionError):
        return _malformed("the body is not valid JSON (UTF-8)")
    if not isinstance(document, dict):
        return _malformed("the body must be a JSON object with at least model and prompt")
    problems = list(_problems(document))
    if problems:
        code = problems[0].code if len(problems) == 1 else BusinessCode.PARAMETERS_INCORRECT
        return Refusal(400, code, "; ".join(problem.message for problem in problems))
    return _with_defaults(document)


def _malformed(message: str) -> Refusal:
    return Refusal(400, BusinessCode.PARAMETERS_INCORRECT, message)


def _number(digits: str) -> float:
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)


def _no_such_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _problems(document: dict[str, Any]) -> Iterator[Problem]:
    model = document.get("model")
    known = isinstance(model, str) and model in MODELS
    if isinstance(model, str) and not known:
        message = f"model {_shown(model)} does not exist; use one of {', '.join(MODELS)}"
        yield Problem(BusinessCode.MODEL_UNKNOWN, message)
    # Of a model that does not exist, only what holds for every model can be told.
    checker = Checker(IMAGES_GENERATE.rules, model if known else None, {})
    # What schema and sentence say alike is told once.
    found = {violation.message: violation for violation in checker.violations(_BODY, document, "")}
    for violation in found.values():
        code = BusinessCode.FIELD_MISSING if violation.rule == "required" else BusinessCode.FIELD_INVALID
        yield Problem(code, violation.message)


def _with_defaults(document: dict[str, Any]) -> Accepted:
    model = document["model"]
    size = document.get("size")
    return Accepted(
        model=model,
        prompt=document["prompt"],
        quality=document.get("quality") or stated(CONSTRAINTS, "quality", "default", model) or "",
        size=sizes.rule_for(model).default if size is None else sizes.Size.parse(size),
        seed=_seed(document.get("seed")),
    )


def _seed(value: object) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value[:SHOWN] if isinstance(value, str) else f"{value:.17g}" if is_number else ""


def _shown(value: str) -> str:
    return ascii(value if len(value) <= SHOWN else value[:SHOWN] + "...")
