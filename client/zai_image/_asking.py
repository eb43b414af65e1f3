"""Checks a request before it is sent, so that a bad one costs nothing."""

from __future__ import annotations

import warnings

from zai_image_api import promises
from zai_image_api.call import Call
from zai_image_api.models.create_image_request import CreateImageRequest
from zai_image_api.models.create_image_request_model import CREATE_IMAGE_REQUEST_MODEL_VALUES
from zai_image_api.models.create_image_request_quality import CREATE_IMAGE_REQUEST_QUALITY_VALUES
from zai_image_api.types import UNSET

from zai_image import sizes
from zai_image._errors import InvalidRequestError, UnknownModelWarning


def check(call: Call) -> None:
    """Refuse a call whose request breaks a documented rule.

    Raises:
        InvalidRequestError: It does; every broken rule is named, and the nearest valid size where the size is wrong.
    """
    body = call.arguments.get("body")
    if isinstance(body, CreateImageRequest):
        _check_image_request(body)


def _check_image_request(body: CreateImageRequest) -> None:
    problems: list[str] = []
    violations: list[sizes.Violation] = []
    nearest: sizes.Size | None = None
    if body.model not in CREATE_IMAGE_REQUEST_MODEL_VALUES:
        warnings.warn(
            f"the documentation names no model {body.model!r} ({_alternatives(CREATE_IMAGE_REQUEST_MODEL_VALUES)})",
            UnknownModelWarning,
            stacklevel=6,
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


def _sides(size: str) -> tuple[int, int] | None:
    try:
        return sizes.Size.parse(size)
    except ValueError:
        return None


def _alternatives(values: tuple[str, ...]) -> str:
    return " or ".join(repr(value) for value in values)
