"""What a right server must do with a generated request: refuse it, make its image, or nobody can tell.

By the catalogue alone. Nobody can tell of a request that breaks several requirements, or one in a way that the profile
forgives (`not_demanded`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from zai_image_conformance.model import Request
from zai_image_conformance.requirements import Profile, catalogue
from zai_image_conformance.suite.request_rules import FIELDS, REQUIRED, Finding, Heard, findings
from zai_image_conformance.suite.target import PATH

_NO_PAIR_OF_SIDES = re.compile(r"[0-9]+x?|x[0-9]+|[0-9]+(x[0-9]+){2,}")


def certain_breach(request: Request, profile: Profile) -> Finding | None:
    """Tell which requirement a request breaks, where it breaks one alone and no right server overlooks it."""
    breaches = _breaches(request)
    # What does not print cannot be shown in a report so that it could be sent again.
    if len(breaches) != 1 or not request.content.decode("utf-8", "replace").isprintable():
        return None
    name_kinds = _KINDS.get(breaches[0].requirement)
    kinds = set() if name_kinds is None else name_kinds(json.loads(request.content))
    return None if any(catalogue().forgives(kind, profile) for kind in kinds) else breaches[0]


def is_certainly_right(request: Request) -> bool:
    """Tell whether every right server makes the image; a size must be named, so that the image can be checked."""
    if _breaches(request):
        return False
    fields = json.loads(request.content)
    return "size" in fields and fields.keys() <= set(FIELDS) and all(map(_is_plain, fields.values()))


def _breaches(request: Request) -> list[Finding]:
    headers = {"authorization": "Bearer key", "content-type": "application/json"}
    heard = Heard(request.method, PATH, headers, request.content)
    return [finding for finding in findings(heard, PATH) if finding.problem is not None]


def _is_plain(text: str) -> bool:
    """Nothing states that control characters are kept, or spaces at the ends, or that a prompt may be empty."""
    return text.isprintable() and text == text.strip() != ""


def _kinds_of_types(fields: Mapping[str, Any]) -> set[str]:
    wrong = {name: fields[name] for name in FIELDS if name in fields and not isinstance(fields[name], str)}
    if any(isinstance(value, list | dict) for value in wrong.values()):
        return set()
    # Null in the place of what is required is not left out without harm.
    if any(value is None and name in REQUIRED for name, value in wrong.items()):
        return set()
    return {"null-for-optional" if value is None else "scalar-for-string" for value in wrong.values()}


def _kinds_of_size(fields: Mapping[str, Any]) -> set[str]:
    size = fields["size"]
    if not size.strip():
        return {"empty-string"}
    return (
        {"size-in-another-form"} if not _NO_PAIR_OF_SIDES.fullmatch(size) and any(map(str.isnumeric, size)) else set()
    )


def _kinds_of_text(name: str) -> Callable[[Mapping[str, Any]], set[str]]:
    def kinds(fields: Mapping[str, Any]) -> set[str]:
        text = fields[name]
        if not text.strip():
            return {"empty-string"}
        return set() if _is_plain(text) else {"spaces-and-control-characters"}

    return kinds


_KINDS: Mapping[str, Callable[[Mapping[str, Any]], set[str]]] = {
    "FIELD-TYPE": _kinds_of_types,
    "MODEL-KNOWN": _kinds_of_text("model"),
    "QUALITY-VALUES": _kinds_of_text("quality"),
    "SIZE-FORM": _kinds_of_size,
    "USER-ID-LENGTH": _kinds_of_text("user_id"),
    "PROMPT-TEXT": lambda fields: {"half-a-surrogate-pair"},
}
"""By requirement, what `not_demanded` calls the way in which a request breaks it."""
