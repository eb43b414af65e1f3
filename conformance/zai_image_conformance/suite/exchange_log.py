"""Writes down every exchange of a session, fit for a report."""

from __future__ import annotations

import json
from collections.abc import Mapping

from zai_image_conformance.model import Exchange, LoggedExchange, LoggedImage, Request, printable
from zai_image_conformance.redaction import redacted
from zai_image_conformance.suite.case import Case
from zai_image_conformance.suite.credentials import authorization
from zai_image_conformance.suite.images import View, Viewer
from zai_image_conformance.suite.session import Session

_SHOWN = 2048
"""Characters of a body that a report repeats."""
_ANY = Case("", "is the server there?", Request())


def exchange_log(about: Mapping[Request, Case], session: Session, viewer: Viewer) -> tuple[LoggedExchange, ...]:
    """The exchanges in the order in which the requests were sent.

    Args:
        about: The test case of each request.
        session: What sent them.
        viewer: What looked behind the URLs.
    """
    return tuple(
        _logged(exchange, about.get(exchange.request, _ANY), session, viewer) for exchange in session.exchanges
    )


def _logged(exchange: Exchange, case: Case, session: Session, viewer: Viewer) -> LoggedExchange:
    request, key = exchange.request, session.target.api_key
    shown = authorization(request.credential, key)
    view = viewer.recall(exchange.image_url) if exchange.image_url is not None else None
    body = exchange.content.decode("utf-8", "replace") if exchange.answered else exchange.summary
    beginning, complete = redacted(body, key, _SHOWN)
    return LoggedExchange(
        request=request,
        authorization=None if shown is None else session.shown(shown),
        model=case.model,
        name=case.name,
        size=_size(request),
        expected_size=None if case.sides is None else str(case.sides),
        status=exchange.status or None,
        media_type=session.shown(exchange.media_type),
        body=printable(beginning, kept="\n"),
        complete=complete,
        # The clock may have been set back meanwhile.
        seconds=max(0.0, exchange.came_at - exchange.sent_at),
        image=None if view is None else _image(view),
    )


def _image(view: View) -> LoggedImage:
    width, height = view.sides or (None, None)
    return LoggedImage(width, height, view.media_type, view.fault, view.thumbnail)


def _size(request: Request) -> str | None:
    try:
        fields = json.loads(request.content)
    except (ValueError, RecursionError):
        return None
    size = fields.get("size") if isinstance(fields, dict) else None
    return printable(size[:_SHOWN]) if isinstance(size, str) else None
