"""What a right server must do with a request that somebody else made up: refuse it, draw it, or nobody can say.

By the catalogue alone. Nobody can say of a request that breaks several promises, or one in a way that servers may
forgive (`not_demanded`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from zai_image_conformance.model import Question
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.suite.request_rules import FIELDS, Finding, Heard, findings
from zai_image_conformance.suite.target import PATH

_NO_PAIR_OF_SIDES = re.compile(r"[0-9]+x?|x[0-9]+|[0-9]+(x[0-9]+){2,}")


def certain_breach(question: Question) -> Finding | None:
    """Tell which promise a request breaks, where it breaks one alone and no right server overlooks it."""
    breaches = _breaches(question)
    # What does not print cannot be shown in a report so that it could be asked again.
    if len(breaches) != 1 or not question.content.isprintable():
        return None
    is_forgivable = _FORGIVABLE.get(breaches[0].requirement)
    if is_forgivable is not None and is_forgivable(json.loads(question.content)):
        return None
    return breaches[0]


def is_certainly_right(question: Question) -> bool:
    """Tell whether every right server draws what is ordered; a size must be, so that the picture can be judged."""
    if _breaches(question):
        return False
    fields = json.loads(question.content)
    return "size" in fields and fields.keys() <= set(FIELDS) and all(map(_is_plain, fields.values()))


def _breaches(question: Question) -> list[Finding]:
    headers = {"authorization": "Bearer key", "content-type": "application/json"}
    heard = Heard(question.method, PATH, headers, question.content.encode())
    return [finding for finding in findings(heard, PATH) if finding.problem is not None]


def _is_plain(text: str) -> bool:
    """Nothing promises that control characters are drawn, that spaces at the ends are kept, or an empty prompt."""
    return text.isprintable() and text == text.strip() != ""


def _is_no_array_or_object(fields: Mapping[str, Any]) -> bool:
    return not any(isinstance(fields.get(name), list | dict) for name in FIELDS)


def _may_name_two_sides(fields: Mapping[str, Any]) -> bool:
    size = fields["size"]
    return not _NO_PAIR_OF_SIDES.fullmatch(size) and (not size.strip() or any(map(str.isnumeric, size)))


def _may_mean_a_known(name: str, requirement: str) -> Callable[[Mapping[str, Any]], bool]:
    def may_mean(fields: Mapping[str, Any]) -> bool:
        return fields[name].strip().casefold() in ("", *catalogue()[requirement].values)

    return may_mean


_FORGIVABLE: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "FIELD-TYPE": _is_no_array_or_object,
    "MODEL-KNOWN": _may_mean_a_known("model", "MODEL-KNOWN"),
    "QUALITY-VALUES": _may_mean_a_known("quality", "QUALITY-VALUES"),
    "SIZE-FORM": _may_name_two_sides,
    "USER-ID-LENGTH": lambda fields: not _is_plain(fields["user_id"]),
    # A server need not read what is no text.
    "PROMPT-TEXT": lambda fields: True,
}
"""By requirement, whether a right server may overlook that a request breaks it."""
