"""Reads a request body and either accepts it or says everything that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, TypeAlias

from attrs import frozen

from zai_image_api import promises, sizes
from zai_image_api.operations import IMAGES_GENERATE
from zai_image_conformance.server.refusals import BusinessCode, Refusal

MODELS: tuple[str, ...] = IMAGES_GENERATE.values("model")
QUALITIES: tuple[str, ...] = IMAGES_GENERATE.values("quality")

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


Check: TypeAlias = Callable[[str, dict[str, Any]], Iterator[Problem]]
"""Looks at one present string field (its value, and the whole body) and yields what is wrong with it."""


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
        # No number counts here, and Python refuses to make an int of very many digits, which JSON allows.
        document = json.loads(body.decode("utf-8"), parse_constant=_no_such_number, parse_int=float)
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


def _no_such_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _problems(document: dict[str, Any]) -> Iterator[Problem]:
    for name in _REQUIRED:
        if name not in document:
            yield Problem(BusinessCode.FIELD_MISSING, f"{name} is required")
    for name, check in _CHECKS.items():
        if name not in document:
            continue
        value = document[name]
        if isinstance(value, str):
            yield from check(value, document)
        else:
            yield Problem(BusinessCode.FIELD_INVALID, f"{name} must be a string, not {_json_type(value)}")


def _check_model(model: str, document: dict[str, Any]) -> Iterator[Problem]:
    if model not in MODELS:
        yield Problem(
            BusinessCode.MODEL_UNKNOWN,
            f"model {_shown(model)} does not exist; use one of {', '.join(MODELS)}",
        )


def _check_prompt(prompt: str, document: dict[str, Any]) -> Iterator[Problem]:
    # The page sets no limit, least or greatest, on a prompt.
    yield from ()


def _check_quality(quality: str, document: dict[str, Any]) -> Iterator[Problem]:
    if quality not in QUALITIES:
        yield Problem(
            BusinessCode.FIELD_INVALID,
            f"quality {_shown(quality)} is unknown; use one of {', '.join(QUALITIES)}",
        )


def _check_size(size: str, document: dict[str, Any]) -> Iterator[Problem]:
    model = document.get("model")
    if isinstance(model, str) and model in MODELS:
        for violation in sizes.check(model, size):
            yield Problem(BusinessCode.FIELD_INVALID, violation.message)


def _check_user_id(user_id: str, document: dict[str, Any]) -> Iterator[Problem]:
    least, most = promises.USER_ID_MIN_LENGTH, promises.USER_ID_MAX_LENGTH
    if not least <= len(user_id) <= most:
        yield Problem(
            BusinessCode.FIELD_INVALID,
            f"user_id has {len(user_id)} characters; it must have {least} to {most}",
        )


_REQUIRED = ("model", "prompt")
_CHECKS: dict[str, Check] = {
    "model": _check_model,
    "prompt": _check_prompt,
    "quality": _check_quality,
    "size": _check_size,
    "user_id": _check_user_id,
}


def _with_defaults(document: dict[str, Any]) -> Accepted:
    model = document["model"]
    size = document.get("size")
    return Accepted(
        model=model,
        prompt=document["prompt"],
        quality=document.get("quality") or promises.default_quality(model) or "",
        size=sizes.rule_for(model).default if size is None else sizes.Size.parse(size),
        seed=_seed(document.get("seed")),
    )


def _seed(value: object) -> str:
    return value[:SHOWN] if isinstance(value, str) else f"{value:.17g}" if isinstance(value, float) else ""


def _shown(value: str) -> str:
    return ascii(value if len(value) <= SHOWN else value[:SHOWN] + "...")


_JSON_TYPES = {bool: "a boolean", int: "a number", float: "a number", list: "an array", dict: "an object"}


def _json_type(value: object) -> str:
    return _JSON_TYPES.get(type(value), "null")
