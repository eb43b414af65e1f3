"""Wrong servers whose refusals, answers or images are not what is promised."""

from __future__ import annotations

import io
from collections.abc import Callable

from attrs import evolve
from PIL import Image

from tests.conformance.altered import After, Answer
from tests.conformance.wrong.server import wrong
from zai_image_conformance.requirements import catalogue


def _refusals(change: Callable[[Answer], Answer]) -> After:
    return lambda call, answer: change(answer) if answer.status >= 400 else answer


def _answers(change: Callable[[Answer], Answer]) -> After:
    return lambda call, answer: change(answer) if call.method == "POST" and answer.status == 200 else answer


def _saying(**changes: object) -> After:
    return _answers(lambda answer: answer.saying({**answer.document, **changes}))


def _links(change: Callable[[str], str]) -> After:
    return _answers(
        lambda answer: answer.saying({**answer.document, "data": [{"url": change(answer.document["data"][0]["url"])}]})
    )


def _images(change: Callable[[Answer], Answer]) -> After:
    return lambda call, answer: change(answer) if call.path.startswith("/images/") else answer


def _nested(answer: Answer) -> Answer:
    body = answer.document
    return answer.saying({"error": {"code": str(body["code"]), "message": body["message"]}})


def _created(change: Callable[[int], object]) -> After:
    return _answers(lambda answer: answer.saying({**answer.document, "created": change(answer.document["created"])}))


def _errors(change: Callable[[dict[str, object]], object]) -> After:
    return _refusals(lambda answer: answer.saying(change(answer.document)))


def _page(answer: Answer) -> Answer:
    return evolve(answer, status=404, headers={"content-type": "text/html"}, body=b"<h1>Not found</h1>")


def _a_pixel(answer: Answer) -> Answer:
    content = io.BytesIO()
    Image.new("L", (1, 1)).save(content, "PNG")
    return evolve(answer, body=content.getvalue())


_EVERY_REQUEST = " ".join(
    requirement.id
    for requirement in catalogue()
    if requirement.id.startswith("SIZE-") and requirement.id != "SIZE-FORM"
)
_EVERY_REFUSAL = " ".join(
    requirement.id
    for requirement in catalogue()
    if requirement.tested and not requirement.id.startswith(("ERROR-", "ANSWER-", "FILTER-", "IMAGE-", "LINK-"))
)

ANSWERS = [
    wrong(
        "errors in HTML",
        "ERROR-BODY ERROR-MEDIA-TYPE",
        after=_refusals(lambda answer: evolve(answer, headers={"content-type": "text/html"}, body=b"<h1>Bad</h1>")),
    ),
    wrong("500 for bad input", "ERROR-STATUS", after=_refusals(lambda answer: evolve(answer, status=500))),
    wrong("errors under 200", _EVERY_REFUSAL, after=_refusals(lambda answer: evolve(answer, status=200))),
    wrong("the nested error body", "ERROR-BODY", after=_refusals(_nested)),
    wrong("errors without a message", "ERROR-BODY", after=_refusals(lambda answer: answer.saying({"code": 1214}))),
    wrong("created in milliseconds", "ANSWER-CREATED", after=_created(lambda created: created * 1000)),
    wrong("created in local time", "ANSWER-CREATED", after=_created(lambda created: created + 8 * 3600)),
    wrong("created as a string", "ANSWER-CREATED", after=_created(str)),
    wrong(
        "no created", "ANSWER-CREATED", after=_answers(lambda answer: answer.saying({"data": answer.document["data"]}))
    ),
    wrong(
        "two images",
        "ANSWER-COUNT",
        after=_answers(lambda answer: answer.saying({**answer.document, "data": answer.document["data"] * 2})),
    ),
    wrong("no image", "ANSWER-COUNT ANSWER-URL", after=_saying(data=[])),
    wrong("a level beyond the range", "FILTER-FORM", after=_saying(content_filter=[{"role": "user", "level": 4}])),
    wrong("a role that is unknown", "FILTER-FORM", after=_saying(content_filter=[{"role": "system", "level": 3}])),
    wrong("content_filter as an object", "FILTER-FORM", after=_saying(content_filter={"role": "user", "level": 3})),
    wrong(
        "answers as text",
        "ANSWER-MEDIA-TYPE",
        after=_answers(lambda answer: evolve(answer, headers={"content-type": "text/plain"})),
    ),
    wrong("a link without a host", "ANSWER-URL IMAGE-LINK", after=_links(lambda link: link[link.index("/images") :])),
    wrong("a dead link", "IMAGE-LINK", after=_links(lambda link: link.replace("/images/", "/gone/"))),
    wrong("a link to a closed port", "IMAGE-LINK", after=_links(lambda link: "http://127.0.0.1:9/kitten.png")),
    wrong("a truncated image", "IMAGE-LINK", after=_images(lambda answer: evolve(answer, body=answer.body[:-500]))),
    wrong("a page behind the link", "IMAGE-LINK", after=_images(lambda answer: evolve(answer, body=b"<p>soon"))),
    wrong("404 for bad input in HTML", "ERROR-BODY ERROR-MEDIA-TYPE", after=_refusals(_page)),
    wrong(
        "errors announced as text",
        "ERROR-MEDIA-TYPE",
        after=_refusals(lambda answer: evolve(answer, headers={"content-type": "text/plain"})),
    ),
    wrong(
        "errors without a media type", "ERROR-MEDIA-TYPE", after=_refusals(lambda answer: evolve(answer, headers={}))
    ),
    wrong("error code as a string", "ERROR-BODY", after=_errors(lambda body: {**body, "code": str(body["code"])})),
    wrong("error code beyond int32", "ERROR-BODY", after=_errors(lambda body: {**body, "code": 2**31})),
    wrong("error code with a fraction", "ERROR-BODY", after=_errors(lambda body: {**body, "code": 1214.5})),
    wrong("error code as true", "ERROR-BODY", after=_errors(lambda body: {**body, "code": True})),
    wrong("errors without a code", "ERROR-BODY", after=_errors(lambda body: {"message": body["message"]})),
    wrong("error message as a list", "ERROR-BODY", after=_errors(lambda body: {**body, "message": [body["message"]]})),
    wrong("error message null", "ERROR-BODY", after=_errors(lambda body: {**body, "message": None})),
    wrong("errors as a list", "ERROR-BODY", after=_errors(lambda body: [body])),
    wrong(
        "errors of another service",
        "ERROR-BODY",
        after=_errors(lambda body: {"error": {"message": "bad", "type": "invalid_request_error"}}),
    ),
    wrong("an empty body for errors", "ERROR-BODY", after=_refusals(lambda answer: evolve(answer, body=b""))),
    wrong("created in minutes", "ANSWER-CREATED", after=_created(lambda created: created // 60)),
    wrong("created in microseconds", "ANSWER-CREATED", after=_created(lambda created: created * 1_000_000)),
    wrong("created fixed", "ANSWER-CREATED", after=_saying(created=1760335349)),
    wrong("created with a fraction", "ANSWER-CREATED", after=_created(lambda created: created + 0.5)),
    wrong("created as a date", "ANSWER-CREATED", after=_saying(created="2026-01-24T11:22:10Z")),
    wrong("created null", "ANSWER-CREATED", after=_saying(created=None)),
    wrong("created zero", "ANSWER-CREATED", after=_saying(created=0)),
    wrong(
        "data as an object",
        "ANSWER-COUNT ANSWER-URL",
        after=_answers(lambda answer: answer.saying({**answer.document, "data": answer.document["data"][0]})),
    ),
    wrong("data null", "ANSWER-COUNT ANSWER-URL", after=_saying(data=None)),
    wrong(
        "no data",
        "ANSWER-COUNT ANSWER-URL",
        after=_answers(lambda answer: answer.saying({"created": answer.document["created"]})),
    ),
    wrong("an image in the answer instead of a link", "ANSWER-URL", after=_saying(data=[{"b64_json": "iVBORw0KGgo="}])),
    wrong(
        "the link as a string in data",
        "ANSWER-URL",
        after=_answers(lambda answer: answer.saying({**answer.document, "data": [answer.document["data"][0]["url"]]})),
    ),
    wrong("the link null", "ANSWER-URL", after=_saying(data=[{"url": None}])),
    wrong(
        "the image in the link",
        "ANSWER-URL IMAGE-LINK",
        after=_links(lambda link: "data:image/png;base64,iVBORw0KGgo="),
    ),
    wrong("a link without a scheme", "ANSWER-URL IMAGE-LINK", after=_links(lambda link: link.removeprefix("http:"))),
    wrong(
        "answers in another envelope",
        "ANSWER-CREATED ANSWER-COUNT ANSWER-URL",
        after=_answers(lambda answer: answer.saying({"result": answer.document})),
    ),
    wrong(
        "answers that are no JSON",
        "ANSWER-CREATED ANSWER-COUNT ANSWER-URL",
        after=_answers(lambda answer: evolve(answer, body=b"ok")),
    ),
    wrong("a level below the range", "FILTER-FORM", after=_saying(content_filter=[{"role": "user", "level": -1}])),
    wrong("a level as a string", "FILTER-FORM", after=_saying(content_filter=[{"role": "user", "level": "3"}])),
    wrong("a role null", "FILTER-FORM", after=_saying(content_filter=[{"role": None, "level": 3}])),
    wrong("content_filter of strings", "FILTER-FORM", after=_saying(content_filter=["user"])),
    wrong("content_filter null", "FILTER-FORM", after=_saying(content_filter=None)),
    wrong("201 for an image", _EVERY_REQUEST, after=_answers(lambda answer: evolve(answer, status=201))),
    wrong("one image for every request", "SIZE-GLM-DEFAULT SIZE-OTHERS-DEFAULT IMAGE-SIZE", after=_images(_a_pixel)),
    wrong("nothing behind the link", "IMAGE-LINK", after=_images(lambda answer: evolve(answer, body=b""))),
    wrong("an image under 404", "IMAGE-LINK", after=_images(lambda answer: evolve(answer, status=404))),
    wrong(
        "the beginning of an image",
        "IMAGE-LINK",
        after=_images(lambda answer: evolve(answer, body=answer.body[:60])),
    ),
    wrong(
        "an image announced as a page",
        "IMAGE-TYPE",
        after=_images(lambda answer: evolve(answer, headers={"content-type": "text/html"})),
    ),
    wrong(
        "an image announced as JSON",
        "IMAGE-TYPE",
        after=_images(lambda answer: evolve(answer, headers={"content-type": "application/json"})),
    ),
]
