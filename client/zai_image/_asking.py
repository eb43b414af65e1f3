"""Checks a request before it is sent, so that a bad one costs nothing."""

from __future__ import annotations

import warnings

from attrs import evolve, fields

from zai_image import sizes
from zai_image._errors import InvalidRequestError, UnknownModelWarning
from zai_image._settings import check_timeout
from zai_image_api import promises
from zai_image_api.call import Call
from zai_image_api.models.create_image_request import CreateImageRequest
from zai_image_api.models.create_image_request_model import CREATE_IMAGE_REQUEST_MODEL_VALUES
from zai_image_api.models.create_image_request_quality import CREATE_IMAGE_REQUEST_QUALITY_VALUES
from zai_image_api.types import UNSET


def prepare(call: Call, *, validate: bool, caller: int) -> Call:
    """Return the call as it is to be sent: a ratio given as size becomes the size that fits the model best.

    Args:
        call: What the resource method built.
        validate: Whether to refuse a request that breaks a documented rule.
        caller: How many frames up the user's code is, for warnings to point at.

    Raises:
        InvalidRequestError: It breaks one; every broken rule is named, and the nearest valid size where the size is
            wrong. Or no server could be asked so: the ratio, the time-out or the extra body is none.
    """
    check_timeout(call.timeout)
    body = call.arguments.get("body")
    if not isinstance(body, CreateImageRequest):
        return call
    if not isinstance(body.additional_properties, dict):
        given = type(body.additional_properties).__name__
        raise InvalidRequestError([f"extra_body must be a mapping such as {{'seed': 7}}, not {given}"])
    if validate:
        _check_types(body)
    # Without validation, what is no string is left to the server, too.
    if isinstance(body.model, str) and isinstance(body.size, str) and ":" in body.size:
        try:
            size = sizes.for_aspect(body.model, body.size)
        except ValueError as error:
            raise InvalidRequestError([f"size: {error}"]) from error
        body = evolve(body, size=str(size))
        call = evolve(call, arguments={**call.arguments, "body": body})
    if validate:
        _check(body, caller + 1)
    return call


def _check(body: CreateImageRequest, caller: int) -> None:
    problems = [
        f"{name} is given in extra_body; pass {name}=..."
        for name in _documented(body)
        if name in body.additional_properties
    ]
    violations: list[sizes.Violation] = []
    nearest: sizes.Size | None = None
    if body.model not in CREATE_IMAGE_REQUEST_MODEL_VALUES:
        warnings.warn(
            f"the documentation names no model {body.model!r} ({_alternatives(CREATE_IMAGE_REQUEST_MODEL_VALUES)})",
            UnknownModelWarning,
            stacklevel=caller + 1,
        )
    if body.size is not UNSET:
        violations = sizes.check(body.model, body.size)
        problems += [violation.message for violation in violations]
        if violations and (asked := _sides(body.size)) is not None:
            nearest = sizes.nearest(body.model, *asked)
    if body.quality is not UNSET and body.quality not in CREATE_IMAGE_REQUEST_QUALITY_VALUES:
        problems.append(f"quality {body.quality!r} is not one of {_alternatives(CREATE_IMAGE_REQUEST_QUALITY_VALUES)}")
    shortest, longest = promises.USER_ID_MIN_LENGTH, promises.USER_ID_MAX_LENGTH
    if body.user_id is not UNSET and not shortest <= len(body.user_id) <= longest:
        problems.append(f"user_id has {len(body.user_id)} characters; it must have {shortest} to {longest}")
    if problems:
        raise InvalidRequestError(problems, violations=violations, nearest=nearest)


def _check_types(body: CreateImageRequest) -> None:
    """Refuse values that are not strings, which all documented properties are, before anything looks into them."""
    problems = [
        f"{name} must be a string, not {type(value).__name__}"
        for name, value in _documented(body).items()
        if value is not UNSET and not isinstance(value, str)
    ]
    if problems:
        raise InvalidRequestError(problems)


def _documented(body: CreateImageRequest) -> dict[str, object]:
    """Return the documented properties with the values that they have in a body."""
    given = {field.name: getattr(body, field.name) for field in fields(CreateImageRequest)}
    del given["additional_properties"]
    return given


def _sides(size: str) -> tuple[int, int] | None:
    try:
        return sizes.Size.parse(size)
    except ValueError:
        return None


def _alternatives(values: tuple[str, ...]) -> str:
    return " or ".join(repr(value) for value in values)
