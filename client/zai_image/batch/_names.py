"""Names of images, made from a template: valid on every system, and another for each try."""

from __future__ import annotations

import string
from typing import Final

from zai_image import _naming
from zai_image.batch._model import Work

NAME: Final = "{id}-{slug}"
"""How images are named where nothing else is asked for."""
_FIELDS: Final = ("id", "n", "model", "size", "slug")


class TemplateError(ValueError):
    """A template of names cannot be used; the message says what would work."""


def check_template(template: str) -> None:
    """Make sure that names can be made from a template.

    Raises:
        TemplateError: They cannot.
    """
    try:
        parsed = [each for each in string.Formatter().parse(template) if each[1] is not None]
        fields = [str(field) for _, field, _, _ in parsed]
        if any("{" in (spec or "") for _, _, spec, _ in parsed):
            raise ValueError("no field stands in another")
    except ValueError as error:
        raise TemplateError(f"write the name as in {NAME!r}: {error}") from None
    if unknown := [field for field in fields if field not in _FIELDS]:
        known = ", ".join(f"{{{field}}}" for field in _FIELDS)
        raise TemplateError(f"use {known} in the name: there is no {{{unknown[0]}}}")
    try:
        name(template, Work("1", 1, "A", {}, 1))
    except Exception as error:
        raise TemplateError(f"write the name as in {NAME!r}: {error}") from None


def name(template: str, work: Work, nth: int = 0) -> str:
    """Return the nth name for an image, from 0, the best; without a suffix."""
    values = {
        "id": _naming.part(work.id) or "image",
        "n": work.number,
        "model": _naming.part(str(work.parameters.get("model") or "default")),
        "size": _naming.part(str(work.parameters.get("size") or "default")),
        "slug": _naming.slug(work.prompt) or "image",
    }
    parts = [_naming.part(part) for part in template.format(**values).split("/")]
    stem = "/".join(part for part in parts if part) or str(work.number)
    return stem + ("" if nth == 0 else f"-{work.number}" if nth == 1 else f"-{work.number}-{nth}")
