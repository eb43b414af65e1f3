"""Checks a request before it is sent, so that a bad one costs nothing."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from zai_image import sizes
from zai_image._errors import InvalidRequestError, UnknownModelWarning
from zai_image_api.operation import Operation
from zai_image_api.types import Options


def prepare(
    operation: Operation[Any], arguments: Mapping[str, Any], options: Options, *, validate: bool, caller: int
) -> Mapping[str, Any]:
    """Return the arguments as they are to be sent: a ratio given as size becomes the size that fits the model best.

    Args:
        operation: What is asked for.
        arguments: With what, by names in Python.
        options: How.
        validate: Whether to refuse a request that breaks a documented rule.
        caller: How many frames up the user's code is, for warnings to point at.

    Raises:
        InvalidRequestError: It breaks one; every broken rule is named, and the nearest valid size where the size is
            wrong. Or no server could be asked so: the ratio, the time-out or the extra body is none.
    """
    if options.extra_body is not None and not isinstance(options.extra_body, Mapping):
        given = type(options.extra_body).__name__
        raise InvalidRequestError([f"extra_body must be a mapping such as {{'seed': 7}}, not {given}"])
    model = arguments.get(operation.chooser) if operation.chooser else None
    for argument in operation.sized:
        size = arguments.get(argument)
        if isinstance(model, str) and isinstance(size, str) and ":" in size:
            try:
                arguments = {**arguments, argument: str(sizes.for_aspect(model, size))}
            except ValueError as error:
                nearest = error.closest if isinstance(error, sizes.OutOfReach) else None
                raise InvalidRequestError([f"{argument}: {error}"], nearest=nearest) from error
    if validate:
        violations = operation.check(arguments, options.extra_body)
        if violations:
            problems = [violation.message for violation in violations]
            raise InvalidRequestError(problems, violations=violations, nearest=_nearest(operation, arguments, model))
        for unnamed in operation.unnamed(arguments):
            warnings.warn(unnamed, UnknownModelWarning, stacklevel=caller)
    return arguments


def _nearest(operation: Operation[Any], arguments: Mapping[str, Any], model: object) -> sizes.Size | None:
    """Return the valid size nearest to one that is not; None where no size is wrong, or none can be told."""
    for argument in operation.sized:
        size = arguments.get(argument)
        if isinstance(model, str) and isinstance(size, str) and sizes.check(model, size):
            try:
                return sizes.nearest(model, *sizes.Size.parse(size))
            except ValueError:
                return None
    return None
