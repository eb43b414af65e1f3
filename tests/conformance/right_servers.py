"""Right servers that differ from the embedded one in what the page leaves open."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from typing import Any

from attrs import evolve, frozen
from PIL import Image

from tests.conformance.altered import After, Answer, Call, as_it_came


@frozen
class RightServer:
    """One liberty that the page gives."""

    name: str
    after: After = as_it_came


def _refusals(change: Callable[[Answer], Answer]) -> After:
    return lambda call, answer: change(answer) if answer.status >= 400 else answer


def _answers(change: Callable[[Any], Any]) -> After:
    def after(call: Call, answer: Answer) -> Answer:
        ordered = call.method == "POST" and answer.status == 200
        return answer.saying(change(answer.document)) if ordered else answer

    return after


def _pictures(picture_format: str, mode: str = "RGB") -> After:
    def after(call: Call, answer: Answer) -> Answer:
        if not call.path.startswith("/pictures/"):
            return answer
        # Only the size is judged: a flat picture of the same sides is quicker to make than one that looks alike.
        with Image.open(io.BytesIO(answer.body)) as drawn:
            flat = Image.new(mode, drawn.size)
        content = io.BytesIO()
        flat.save(content, picture_format)
        return Answer(200, {"content-type": "application/octet-stream"}, content.getvalue())

    return after


def _other_host(document: Any) -> Any:
    link = document["data"][0]["url"].replace("//127.0.0.1:", "//localhost:")
    return {**document, "data": [{"url": link}]}


def _redirecting(call: Call, answer: Answer) -> Answer:
    if call.method == "POST" and answer.status == 200:
        link = answer.document["data"][0]["url"]
        return answer.saying({**answer.document, "data": [{"url": f"{link}?moved"}]})
    if call.query == "moved":
        return Answer(302, {"location": call.path}, b"")
    return answer


def _limiting_the_rate() -> After:
    calls = itertools.count()

    def after(call: Call, answer: Answer) -> Answer:
        limited = call.method == "POST" and next(calls) % 3 == 0
        if not limited:
            return answer
        refusal = answer.saying({"code": 1302, "message": "too many at once"})
        return evolve(refusal, status=429, headers={**answer.headers, "retry-after": "0"})

    return after


RIGHT_SERVERS = [
    RightServer("as it is"),
    RightServer(
        "other codes, words and more fields in refusals",
        _refusals(lambda answer: answer.saying({"code": -1, "message": "", "details": [{"at": "size"}]})),
    ),
    RightServer("422 for every refusal", _refusals(lambda answer: evolve(answer, status=422))),
    RightServer(
        "a charset beside the media type",
        lambda call, answer: (
            evolve(answer, headers={**answer.headers, "content-type": "application/json;charset=UTF-8"})
            if answer.headers.get("content-type") == "application/json"
            else answer
        ),
    ),
    RightServer(
        "more fields in answers",
        _answers(
            lambda document: {
                **document,
                "id": "7",
                "usage": {"pictures": 1},
                "data": [{**document["data"][0], "seed": 1}],
            }
        ),
    ),
    RightServer("no content_filter", _answers(lambda document: {**document, "content_filter": []})),
    RightServer("content_filter left out", _answers(lambda document: {k: document[k] for k in ("created", "data")})),
    RightServer(
        "a clock half an hour off",
        _answers(lambda document: {**document, "created": document["created"] - 1800}),
    ),
    RightServer("JPEG pictures", _pictures("JPEG")),
    RightServer("WebP pictures", _pictures("WEBP")),
    RightServer("PNG with transparency", _pictures("PNG", "RGBA")),
    RightServer("pictures on another host", _answers(_other_host)),
    RightServer("a link that redirects", _redirecting),
    RightServer("a rate limit that passes", _limiting_the_rate()),
]
