"""Writes down every exchange of a hearing, fit for a report."""

from __future__ import annotations

import json
from collections.abc import Sequence

from attrs import evolve

from zai_image_conformance.model import Asked, Exchange, Picture, Question, authorization, printable
from zai_image_conformance.redaction import redacted
from zai_image_conformance.suite.cases import Case
from zai_image_conformance.suite.images import View, Viewer
from zai_image_conformance.suite.session import Asker

_SHOWN = 2048
"""Characters of a body that a report repeats."""
_FIRST = Case("", "is the key taken?", Question())


def minutes(cases: Sequence[Case], asker: Asker, viewer: Viewer) -> tuple[Asked, ...]:
    """The exchanges in the order in which the questions were asked.

    Args:
        cases: What the questions were asked for.
        asker: Who asked them.
        viewer: Who looked behind the links.
    """
    about: dict[Question, Case] = {}
    for case in cases:
        about.setdefault(case.question, case)
    for case in cases:
        if case.plain is not None:
            about.setdefault(case.plain, evolve(case, name=str(case.sides)))
    return tuple(_asked(exchange, about.get(exchange.question, _FIRST), asker, viewer) for exchange in asker.exchanges)


def _asked(exchange: Exchange, case: Case, asker: Asker, viewer: Viewer) -> Asked:
    question, key = exchange.question, asker.target.api_key
    shown = authorization(question.credential, key)
    view = viewer.recall(exchange.link) if exchange.link is not None else None
    answer = exchange.text if exchange.answered else exchange.summary
    beginning, complete = redacted(answer, key, _SHOWN)
    return Asked(
        question=question,
        authorization=None if shown is None else asker.shown(shown),
        model=case.model,
        name=case.name,
        size=_size(question),
        promised=str(case.sides) if case.paid and case.sides is not None else None,
        status=exchange.status or None,
        media_type=asker.shown(exchange.media_type),
        answer=printable(beginning, kept="\n"),
        complete=complete,
        # The clock may have been set back meanwhile.
        seconds=max(0.0, exchange.came_at - exchange.sent_at),
        picture=None if view is None else _picture(view),
    )


def _picture(view: View) -> Picture:
    width, height = view.sides or (None, None)
    return Picture(width=width, height=height, media_type=view.media_type, fault=view.fault, thumbnail=view.thumbnail)


def _size(question: Question) -> str | None:
    try:
        fields = json.loads(question.content)
    except (ValueError, RecursionError):
        return None
    size = fields.get("size") if isinstance(fields, dict) else None
    return printable(size[:_SHOWN]) if isinstance(size, str) else None
