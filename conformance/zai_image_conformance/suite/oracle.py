"""What a right server must do with a generated request: refuse it, make its image, or nobody can tell.

By catalogue and document alone. Nobody can tell of a request that breaks several requirements, or one in a way that the
profile forgives (`not_demanded`).
"""

from __future__ import annotations

import json
import re

from zai_image_conformance.model import Request
from zai_image_conformance.requirements import Profile, catalogue
from zai_image_conformance.schema import PATH, properties
from zai_image_conformance.suite.request_rules import Finding, Heard, findings
from zai_image_conformance.suite.values import is_plain, kind

_NO_PAIR_OF_SIDES = re.compile(r"[0-9]+x?|x[0-9]+|[0-9]+(x[0-9]+){2,}")


def certain_breach(request: Request, profile: Profile) -> Finding | None:
    """Tell which requirement a request breaks, where it breaks one alone and no right server overlooks it."""
    breaches = _breaches(request)
    # What does not print cannot be shown in a report so that it could be sent again.
    if len(breaches) != 1 or not request.content.decode("utf-8", "replace").isprintable():
        return None
    kinds = _kinds(request, breaches[0].requirement)
    return None if any(catalogue().forgives(kind, profile) for kind in kinds) else breaches[0]


def is_certainly_right(request: Request) -> bool:
    """Tell whether every right server makes the image; a size must be named, so that the image can be checked."""
    if _breaches(request):
        return False
    fields = json.loads(request.content)
    texts = (value for value in fields.values() if isinstance(value, str))
    return "size" in fields and fields.keys() <= properties().keys() and all(map(is_plain, texts))


def _breaches(request: Request) -> list[Finding]:
    headers = {"authorization": "Bearer key", "content-type": "application/json"}
    heard = Heard(request.method, PATH, headers, request.content)
    return [finding for finding in findings(heard, PATH) if finding.problem is not None]


def _kinds(request: Request, requirement: str) -> set[str]:
    """What `not_demanded` calls the ways in which a request breaks a requirement; none where one is never forgiven."""
    if requirement == "PROMPT-TEXT":
        return {"half-a-surrogate-pair"}
    fields = json.loads(request.content)
    if not isinstance(fields, dict):
        return set()
    if requirement == "SIZE-FORM":
        return {_kind_of_size(fields["size"])} - {""}
    model = named if isinstance(named := fields.get("model"), str) else None
    found = {
        kind(about, broken, fields[name])
        for name, about in properties().items()
        if name in fields
        for broken in about.broken_by(fields[name], model)
        if broken.requirement == requirement
    }
    return set() if "" in found else found


def _kind_of_size(size: str) -> str:
    if not size.strip():
        return "empty-string"
    is_pair = not _NO_PAIR_OF_SIDES.fullmatch(size) and any(map(str.isnumeric, size))
    return "size-in-another-form" if is_pair else ""
