"""Right servers that differ from the embedded one in what the page leaves open."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Callable
from typing import Any

from attrs import evolve, frozen
from PIL import Image

from tests.conformance.altered import After, Answer, Before, Call, as_it_came, unchanged


@frozen
class RightServer:
    """One liberty that the page gives."""

    name: str
    after: After = as_it_came
    before: Before = unchanged


def _refusals(change: Callable[[Answer], Answer]) -> After:
    return lambda call, answer: change(answer) if answer.status >= 400 else answer


def _answers(change: Callable[[Any], Any]) -> After:
    def after(call: Call, answer: Answer) -> Answer:
        ordered = call.method == "POST" and answer.status == 200
        return answer.saying(change(answer.document)) if ordered else answer

    return after


def _pictures(picture_format: str, mode: str = "RGB", **options: Any) -> After:
    def after(call: Call, answer: Answer) -> Answer:
        if not call.path.startswith("/pictures/"):
            return answer
        # Only the size is judged: a flat picture of the same sides is quicker to make than one that looks alike.
        with Image.open(io.BytesIO(answer.body)) as drawn:
            flat = Image.new(mode, drawn.size)
        content = io.BytesIO()
        flat.save(content, picture_format, **options)
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


def _without_media_type(call: Call, answer: Answer) -> Answer:
    return evolve(answer, headers={}) if call.path.startswith("/pictures/") else answer


def _both_errors(answer: Answer) -> Answer:
    body = answer.document
    return answer.saying({**body, "error": {"code": str(body["code"]), "message": body["message"]}})


def _indented(call: Call, answer: Answer) -> Answer:
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return answer
    return evolve(answer, body=json.dumps(answer.document, indent=4).encode())


def _as_problem(answer: Answer) -> Answer:
    return evolve(answer, headers={**answer.headers, "content-type": "application/problem+json"})


def _unknown_methods(call: Call, answer: Answer) -> Answer:
    page = Answer(501, {"content-type": "text/html"}, b"<h1>Unsupported method</h1>")
    return page if answer.status == 405 else answer


def _refusing_empty_prompts(call: Call) -> Call:
    return call.ordering(prompt=None) if call.fields.get("prompt") == "" else call


def _refusing_unknown_fields(call: Call) -> Call:
    unknown = call.fields.keys() - {"model", "prompt", "quality", "size", "user_id"}
    return call.ordering(prompt=None) if unknown else call


def _size_read_as(read: Callable[[str], str]) -> Before:
    def before(call: Call) -> Call:
        size = call.fields.get("size")
        return call.ordering(size=read(size)) if isinstance(size, str) else call

    return before


_stripping_sizes = _size_read_as(lambda size: size.replace(" ", "").strip())
_reading_other_signs = _size_read_as(lambda size: size.replace("X", "x").replace("*", "x").replace("\u00d7", "x"))


def _reading_scalars(call: Call) -> Call:
    scalars = {name: value for name, value in call.fields.items() if value is None or isinstance(value, int | float)}
    read = {name: None if value is None else str(value) for name, value in scalars.items()}
    return call.ordering(**read) if read else call


def _with_the_picture_in_it(document: Any) -> Any:
    # As long as a photograph of the largest documented size in base64.
    return {**document, "data": [{**document["data"][0], "b64_json": "A" * 12_000_000}]}


def _queried(document: Any) -> Any:
    return {**document, "data": [{"url": document["data"][0]["url"] + "?signature=a%2Fb&expires=1#picture"}]}


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
    RightServer("GIF pictures", _pictures("GIF", "L")),
    RightServer("progressive JPEG pictures", _pictures("JPEG", "RGB", progressive=True)),
    RightServer("BMP pictures", _pictures("BMP", "L")),
    RightServer("pictures without a media type", _without_media_type),
    RightServer("400 for a wrong key", _refusals(lambda answer: evolve(answer, status=400))),
    RightServer("messages in Chinese", _refusals(lambda answer: answer.saying({"code": 1214, "message": "参数错误"}))),
    RightServer("codes written with a point", _refusals(lambda answer: answer.saying({"code": 1214.0, "message": ""}))),
    RightServer("the nested error beside the documented one", _refusals(_both_errors)),
    RightServer("JSON with spaces and line breaks", _indented),
    RightServer("a problem's media type", _refusals(_as_problem)),
    RightServer("501 for methods it does not know", _unknown_methods),
    RightServer("empty prompts refused", before=_refusing_empty_prompts),
    RightServer("unknown fields refused", before=_refusing_unknown_fields),
    RightServer("spaces around a size forgiven", before=_stripping_sizes),
    RightServer("upper-case X and stars forgiven", before=_reading_other_signs),
    RightServer("null and numbers taken as they are meant", before=_reading_scalars),
    RightServer(
        "a filter with roles alone", _answers(lambda document: {**document, "content_filter": [{"role": "history"}]})
    ),
    RightServer(
        "a clock half an hour ahead", _answers(lambda document: {**document, "created": document["created"] + 1800})
    ),
    RightServer(
        "created written with a point", _answers(lambda document: {**document, "created": float(document["created"])})
    ),
    RightServer("links with a query and a fragment", _answers(_queried)),
    RightServer("the picture in the answer as well", _answers(_with_the_picture_in_it)),
]
