"""A test case: a request, what must come of it, and the requirements that its response settles."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

from zai_image_conformance.model import Request
from zai_image_conformance.sizes import Sides
from zai_image_conformance.suite.values import body


@frozen
class Feature:
    """Something valid that a request for an image may have beside its model and size."""

    requirement: str
    name: str
    fields: Mapping[str, Any] = field(factory=dict)
    write: Callable[[Mapping[str, Any]], Request] | None = None
    """Writes the fields down in a form of its own; None for the usual one."""


@frozen
class Case:
    """One request and what a right server does with it."""

    requirement: str
    """What the decision to refuse or to accept settles, but for the features."""
    name: str
    """A few words for reports."""
    request: Request
    model: str | None = None
    sides: Sides | None = None
    """The size that the image must have; None where the request must be refused."""
    features: tuple[Feature, ...] = ()
    kind: str = ""
    """What `not_demanded` in the catalogue calls it; empty where every profile demands it."""
    forced_form: bool = True
    """Whether the body of an error response has the documented form: the document describes POST alone."""
    strict_document: bool = False
    """Whether Schemathesis checks the response by the strict document as well."""
    priority: int = 0
    """Which are left out first where there are more than a verdict may take: those with the greatest number."""

    @property
    def paid(self) -> bool:
        """Whether a right server makes an image."""
        return self.sides is not None


def image_case(
    requirement: str, name: str, model: str, sides: Sides, *features: Feature, size: bool = True, priority: int = 0
) -> Case:
    """A request that every right server answers with an image.

    Args:
        requirement: What accepting it settles.
        name: The test case in a few words.
        model: The model.
        sides: The size that the image must have.
        features: What the request has beside.
        size: Whether the request names its size.
        priority: As for `Case`.
    """
    fields = body(model, **({"size": str(sides)} if size else {}))
    write: Callable[[Mapping[str, Any]], Request] = lambda fields: Request.of(dict(fields))  # noqa: E731
    for feature in features:
        fields |= feature.fields
        write = feature.write or write
    return Case(requirement, name, write(fields), model, sides, features, priority=priority)


def written(
    change: Callable[[str], str | bytes], *, ascii_only: bool = False, **options: Any
) -> Callable[[Any], Request]:
    """How a body is written in another form of JSON."""

    def write(fields: Mapping[str, Any]) -> Request:
        text = change(json.dumps(dict(fields), ensure_ascii=ascii_only, **options))
        return Request(content=text if isinstance(text, bytes) else text.encode())

    return write
