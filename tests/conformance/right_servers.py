"""Right servers that differ from the embedded one in what the page leaves open."""

from __future__ import annotations

import io
import itertools
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

from attrs import evolve, frozen
from PIL import Image

from tests.conformance.altered import After, Answer, Before, Call, as_it_came, unchanged
from tests.conformance.in_process import InProcess, flat
from tests.conformance.wrong.by_moment import rows


@frozen
class RightServer:
    """One liberty that the page gives."""

    name: str
    after: After = as_it_came
    before: Before = unchanged
    change: Callable[[InProcess], InProcess] = lambda server: server

    def make(self) -> InProcess:
        """The server anew."""
        return self.change(InProcess(self.before, self.after))


def _refusals(change: Callable[[Answer], Answer]) -> After:
    return lambda call, answer: change(answer) if answer.status >= 400 else answer


def _answers(change: Callable[[Any], Any]) -> After:
    def after(call: Call, answer: Answer) -> Answer:
        ordered = call.method == "POST" and answer.status == 200
        return answer.saying(change(answer.document)) if ordered else answer

    return after


def _images(kind: str, mode: str = "RGB", **options: Any) -> After:
    def after(call: Call, answer: Answer) -> Answer:
        if not call.path.startswith("/images/"):
            return answer
        with Image.open(io.BytesIO(answer.body)) as image:
            sides = image.size
        content = flat(*sides, shade=1, kind=kind, mode=mode, **options)
        return Answer(200, {"content-type": "application/octet-stream"}, content)

    return after


def _with_much_text(call: Call, answer: Answer) -> Answer:
    if not call.path.startswith("/images/"):
        return answer
    # More, once it is decompressed, than Pillow takes.
    text = zlib.compress(b"a painting of a kitten, " * 100_000)
    chunk = b"zTXt" + b"parameters\0\0" + text
    length, checksum = struct.pack(">I", len(chunk) - 4), struct.pack(">I", zlib.crc32(chunk))
    return evolve(answer, body=answer.body[:33] + length + chunk + checksum + answer.body[33:])


def _encoded_anew() -> After:
    """A network that makes images smaller for whoever comes back."""
    seen: set[str] = set()

    def after(call: Call, answer: Answer) -> Answer:
        if not call.path.startswith("/images/"):
            return answer
        again = call.path in seen
        seen.add(call.path)
        if not again:
            return answer
        with Image.open(io.BytesIO(answer.body)) as image:
            content = io.BytesIO()
            image.convert("RGB").save(content, "JPEG", quality=70)
        return Answer(200, {"content-type": "image/jpeg"}, content.getvalue())

    return after


def _limiting(every: int, is_meant: Callable[[Call], bool], headers: dict[str, str]) -> After:
    calls = itertools.count()

    def after(call: Call, answer: Answer) -> Answer:
        if not is_meant(call) or next(calls) % every:
            return answer
        return Answer(429, {"content-type": "application/json", **headers}, b'{"code": 1302, "message": "too many"}')

    return after


def _hundred_a_minute(server: InProcess) -> InProcess:
    """A window of a minute, and not a word of when it ends."""
    clock, sent = server.server.clock, [0.0, 0.0]

    def after(call: Call, answer: Answer) -> Answer:
        if call.method != "POST":
            return answer
        minute = clock.now() // 60
        sent[:] = [minute, sent[1] + 1] if sent[0] == minute else [minute, 1]
        if sent[1] <= 100:
            return answer
        return Answer(429, {"content-type": "application/json"}, b'{"code": 1303, "message": "too many"}')

    return evolve(server, after=after)


def _warming_up(call_headers: dict[str, str]) -> After:
    """Says of the first requests for an image that it is not ready yet, and when it will be."""
    calls = itertools.count()

    def after(call: Call, answer: Answer) -> Answer:
        if call.method != "POST" or answer.status != 200 or next(calls) > 1:
            return answer
        return Answer(
            503, {"content-type": "application/json", **call_headers}, b'{"code": 1230, "message": "loading"}'
        )

    return after


def _slow(seconds: float) -> Callable[[InProcess], InProcess]:
    """Takes its time for each image, by the clock that the suite reads."""

    def make(server: InProcess) -> InProcess:
        def after(call: Call, answer: Answer) -> Answer:
            if call.method == "POST" and answer.status == 200:
                server.server.clock.sleep(seconds)
            return answer

        return evolve(server, after=after)

    return make


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
    return evolve(answer, headers={}) if call.path.startswith("/images/") else answer


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
    return call.with_fields(prompt=None) if call.fields.get("prompt") == "" else call


def _refusing_unknown_fields(call: Call) -> Call:
    unknown = call.fields.keys() - {"model", "prompt", "quality", "size", "user_id"}
    return call.with_fields(prompt=None) if unknown else call


def _size_read_as(read: Callable[[str], str]) -> Before:
    def before(call: Call) -> Call:
        size = call.fields.get("size")
        return call.with_fields(size=read(size)) if isinstance(size, str) else call

    return before


_stripping_sizes = _size_read_as(lambda size: size.replace(" ", "").strip())
_reading_other_signs = _size_read_as(lambda size: size.replace("X", "x").replace("*", "x").replace("\u00d7", "x"))


def _reading_scalars(call: Call) -> Call:
    known = {name: call.fields.get(name, "") for name in ("model", "prompt", "quality", "size", "user_id")}
    scalars = {name: value for name, value in known.items() if value is None or isinstance(value, int | float)}
    read = {name: None if value is None else str(value) for name, value in scalars.items()}
    return call.with_fields(**read) if read else call


def _with_the_image_in_it(document: Any) -> Any:
    # As long as a photograph of the largest documented size in base64.
    return {**document, "data": [{**document["data"][0], "b64_json": "A" * 12_000_000}]}


def _queried(document: Any) -> Any:
    return {**document, "data": [{"url": document["data"][0]["url"] + "?signature=a%2Fb&expires=1#image"}]}


def _interlaced(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as image:
        return rows(*image.size, 7, interlaced=True)


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
                "usage": {"images": 1},
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
    RightServer(
        "levels written with a point",
        _answers(lambda document: {**document, "content_filter": [{"role": "user", "level": 3.0}]}),
    ),
    RightServer("images of inks", _images("JPEG", "CMYK")),
    RightServer("PNG with a palette", _images("PNG", "P")),
    RightServer("PNG of 16 bits", _images("PNG", "I;16")),
    RightServer("JPEG images", _images("JPEG")),
    RightServer("WebP images", _images("WEBP")),
    RightServer("PNG with transparency", _images("PNG", "RGBA")),
    RightServer("images on another host", _answers(_other_host)),
    RightServer("a link that redirects", _redirecting),
    RightServer("a rate limit that passes", _limiting_the_rate()),
    RightServer("GIF images", _images("GIF", "L")),
    RightServer("progressive JPEG images", _images("JPEG", "RGB", progressive=True)),
    RightServer("BMP images", _images("BMP", "L")),
    RightServer("images without a media type", _without_media_type),
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
    RightServer("the image in the answer as well", _answers(_with_the_image_in_it)),
    RightServer("PNG with much compressed text", _with_much_text),
    RightServer(
        "interlaced PNG",
        lambda call, answer: (
            evolve(answer, body=_interlaced(answer.body)) if call.path.startswith("/images/") else answer
        ),
    ),
    RightServer("JPEG with restart markers", _images("JPEG", restart_marker_blocks=4)),
    RightServer("JPEG of greys", _images("JPEG", "L")),
    RightServer("lossless WebP", _images("WEBP", lossless=True)),
    RightServer("TIFF images", _images("TIFF")),
    RightServer("images encoded anew later", _encoded_anew()),
    RightServer("a rate limit at the link's host", _limiting(3, lambda call: "/images/" in call.path, {})),
    RightServer(
        "a rate limit that names a date",
        _limiting(20, lambda call: call.method == "POST", {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}),
    ),
    RightServer("a rate limit without a time", _limiting(20, lambda call: call.method == "POST", {})),
    RightServer("a hundred requests a minute", change=_hundred_a_minute),
    RightServer("not ready at first, with a time", _warming_up({"retry-after": "2"})),
    RightServer("images after 2 seconds", change=_slow(2)),
    RightServer("images after 130 seconds", change=_slow(130)),
]
