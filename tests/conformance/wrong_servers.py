"""Wrong servers, each the embedded one with a single promise broken, and the requirements that must convict it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from attrs import evolve, frozen

from tests.conformance.altered import KEY, After, Answer, Before, Call, as_it_came, unchanged
from zai_image_conformance.catalogue import catalogue

GLM = "glm-image"
COGVIEW = "cogview-4-250304"


@frozen
class WrongServer:
    """One broken promise."""

    name: str
    convicted_by: frozenset[str]
    """Exactly the requirements that fail."""
    before: Before = unchanged
    after: After = as_it_came
    model: str = GLM
    """The model that is judged, to keep the tests quick."""


def _wrong(
    name: str,
    convicted_by: str,
    *,
    before: Before = unchanged,
    after: After = as_it_came,
    model: str = GLM,
) -> WrongServer:
    return WrongServer(name, frozenset(convicted_by.split()), before, after, model)


# Sizes


def _sides(call: Call) -> tuple[int, int] | None:
    found = re.fullmatch(r"(\d+)x(\d+)", str(call.fields.get("size")))
    return (int(found[1]), int(found[2])) if found else None


def _drawing(wrongly: Callable[[int, int], bool]) -> Before:
    """Draw something where these sizes should be refused."""

    def before(call: Call) -> Call:
        sides = _sides(call)
        return call.ordering(size="1280x1280") if sides and wrongly(*sides) else call

    return before


def _refusing(wrongly: Callable[[int, int], bool]) -> Before:
    """Refuse these sizes where something should be drawn."""

    def before(call: Call) -> Call:
        sides = _sides(call)
        return call.ordering(size="1x1") if sides and wrongly(*sides) else call

    return before


def _resized(resize: Callable[[int, int], tuple[int, int]]) -> Before:
    def before(call: Call) -> Call:
        sides = _sides(call)
        return call.ordering(size="{}x{}".format(*resize(*sides))) if sides else call

    return before


def _with_default_size(size: str) -> Before:
    return lambda call: call if "size" in call.fields else call.ordering(size=size)


def _first_two_sides(call: Call) -> Call:
    found = re.match(r"\d+x\d+", str(call.fields.get("size")))
    return call.ordering(size=found[0]) if found else call


SIZES = [
    _wrong("no least width", "SIZE-GLM-RANGE", before=_drawing(lambda w, h: w == 992)),
    _wrong("no least height", "SIZE-GLM-RANGE", before=_drawing(lambda w, h: h == 992)),
    _wrong("no greatest width", "SIZE-GLM-RANGE", before=_drawing(lambda w, h: w > 2048)),
    _wrong("no greatest height", "SIZE-GLM-RANGE", before=_drawing(lambda w, h: h > 2048)),
    _wrong("least side excluded", "SIZE-GLM-RANGE", before=_refusing(lambda w, h: min(w, h) == 1024)),
    _wrong(
        "greatest side excluded",
        "SIZE-GLM-RANGE SIZE-GLM-PIXELS",
        before=_refusing(lambda w, h: max(w, h) == 2048),
    ),
    _wrong("width off the grid", "SIZE-GLM-STEP", before=_drawing(lambda w, h: w % 32 > 0 and h % 32 == 0)),
    _wrong("height off the grid", "SIZE-GLM-STEP", before=_drawing(lambda w, h: h % 32 > 0 and w % 32 == 0)),
    _wrong("step of 16", "SIZE-GLM-STEP", before=_drawing(lambda w, h: w % 32 == 16 or h % 32 == 16)),
    _wrong(
        "off the grid rounded up", "SIZE-GLM-STEP", before=_resized(lambda w, h: (-(-w // 32) * 32, -(-h // 32) * 32))
    ),
    _wrong(
        "clamped to the range",
        "SIZE-GLM-RANGE PICTURE-SIZE",
        before=_resized(lambda w, h: (min(max(w, 1024), 2048), min(max(h, 1024), 2048))),
    ),
    _wrong(
        "recommended sizes held to the range",
        "SIZE-GLM-RECOMMENDED",
        before=_refusing(lambda w, h: min(w, h) == 960),
    ),
    _wrong("another default size", "SIZE-GLM-DEFAULT", before=_with_default_size("1024x1024")),
    _wrong("sides swapped", "PICTURE-SIZE", before=_resized(lambda w, h: (h, w))),
    _wrong(
        "size ignored",
        "SIZE-GLM-RANGE SIZE-GLM-STEP SIZE-FORM FIELD-TYPE PICTURE-SIZE",
        before=lambda call: call.ordering(size=None) if call.fields else call,
    ),
    _wrong("pattern without an end", "SIZE-FORM", before=_first_two_sides),
    _wrong(
        "no pixel limit",
        "SIZE-OTHERS-PIXELS",
        before=_drawing(lambda w, h: max(w, h) <= 2048 and w * h > 2**21),
        model=COGVIEW,
    ),
    _wrong(
        "pixel limit excluded",
        "SIZE-OTHERS-PIXELS SIZE-OTHERS-RANGE",
        before=_refusing(lambda w, h: w * h == 2**21),
        model=COGVIEW,
    ),
    _wrong(
        "step of 32 for every model",
        "SIZE-OTHERS-STEP SIZE-OTHERS-RECOMMENDED",
        before=_refusing(lambda w, h: w % 32 > 0 or h % 32 > 0),
        model=COGVIEW,
    ),
    _wrong(
        "glm-image's default for every model",
        "SIZE-OTHERS-DEFAULT",
        before=_with_default_size("1280x1280"),
        model=COGVIEW,
    ),
]


# Other fields


def _counting_bytes(call: Call) -> Call:
    user_id = call.fields.get("user_id")
    if not isinstance(user_id, str):
        return call
    return call.ordering(user_id="u" * len(user_id.encode()))


def _forgiving(name: str, value: object) -> Before:
    """Put something right in the place of whatever was sent in a field."""
    return lambda call: call.ordering(**{name: value}) if call.fields else call


def _refusing_prompts_outside_ascii(call: Call) -> Call:
    return call if str(call.fields.get("prompt")).isascii() else call.ordering(prompt=None)


def _refusing_standard(call: Call) -> Call:
    return call.ordering(quality="none") if call.fields.get("quality") == "standard" else call


def _model_taken_for(call: Call) -> Call:
    known = call.fields.get("model") in (GLM, COGVIEW) or not isinstance(call.fields.get("model"), str)
    return call if known else call.ordering(model=GLM)


FIELDS = [
    _wrong("user_id counted in bytes", "USER-ID-LENGTH", before=_counting_bytes),
    _wrong("user_id not looked at", "USER-ID-LENGTH FIELD-TYPE", before=_forgiving("user_id", None)),
    _wrong("quality not looked at", "QUALITY-VALUES FIELD-TYPE", before=_forgiving("quality", None)),
    _wrong("standard not offered", "QUALITY-VALUES", before=_refusing_standard),
    _wrong("any model taken for glm-image", "MODEL-KNOWN", before=_model_taken_for),
    _wrong(
        "prompt made up",
        "PROMPT-REQUIRED FIELD-TYPE",
        before=lambda call: (
            call if isinstance(call.fields.get("prompt"), str) or not call.fields else call.ordering(prompt="made up")
        ),
    ),
    _wrong("prompts in ASCII alone", "PROMPT-TEXT", before=_refusing_prompts_outside_ascii),
    _wrong(
        "whatever is not an order drawn anyway",
        "BODY-JSON BODY-OBJECT",
        before=lambda call: (
            call
            if call.fields or call.method == "GET"
            else evolve(call, body=json.dumps({"model": GLM, "prompt": "made up"}).encode())
        ),
    ),
]


# Keys and methods


def _showing_the_key(*schemes: str) -> Before:
    def before(call: Call) -> Call:
        scheme = call.headers.get("authorization", "none").partition(" ")[0].lower()
        wrong = call.headers.get("authorization") != f"Bearer {KEY}"
        if wrong and scheme in schemes:
            return evolve(call, headers={**call.headers, "authorization": f"Bearer {KEY}"})
        return call

    return before


KEYS = [
    _wrong(
        "open to everyone", "AUTH-MISSING AUTH-WRONG AUTH-SCHEME", before=_showing_the_key("none", "bearer", "basic")
    ),
    _wrong("a missing key let through", "AUTH-MISSING", before=_showing_the_key("none")),
    _wrong("any key let through", "AUTH-WRONG", before=_showing_the_key("bearer")),
    _wrong("any scheme let through", "AUTH-SCHEME", before=_showing_the_key("basic")),
    _wrong(
        "an answer to GET",
        "METHOD-POST",
        after=lambda call, answer: (
            evolve(answer, status=200) if call.method == "GET" and answer.status == 405 else answer
        ),
    ),
]


# Refusals and answers


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


def _pictures(change: Callable[[Answer], Answer]) -> After:
    return lambda call, answer: change(answer) if call.path.startswith("/pictures/") else answer


def _nested(answer: Answer) -> Answer:
    body = answer.document
    return answer.saying({"error": {"code": str(body["code"]), "message": body["message"]}})


def _created(change: Callable[[int], object]) -> After:
    return _answers(lambda answer: answer.saying({**answer.document, "created": change(answer.document["created"])}))


_EVERY_FREE_REQUIREMENT = " ".join(
    requirement.id
    for requirement in catalogue()
    if requirement.cost.free and not requirement.id.startswith(("ERROR-", "SIZE-OTHERS"))
)

ANSWERS = [
    _wrong(
        "errors in HTML",
        "ERROR-BODY ERROR-MEDIA-TYPE",
        after=_refusals(lambda answer: evolve(answer, headers={"content-type": "text/html"}, body=b"<h1>Bad</h1>")),
    ),
    _wrong("500 for bad input", "ERROR-STATUS", after=_refusals(lambda answer: evolve(answer, status=500))),
    _wrong("errors under 200", _EVERY_FREE_REQUIREMENT, after=_refusals(lambda answer: evolve(answer, status=200))),
    _wrong("the nested error body", "ERROR-BODY", after=_refusals(_nested)),
    _wrong("errors without a message", "ERROR-BODY", after=_refusals(lambda answer: answer.saying({"code": 1214}))),
    _wrong("created in milliseconds", "ANSWER-CREATED", after=_created(lambda created: created * 1000)),
    _wrong("created in local time", "ANSWER-CREATED", after=_created(lambda created: created + 8 * 3600)),
    _wrong("created as a string", "ANSWER-CREATED", after=_created(str)),
    _wrong(
        "no created", "ANSWER-CREATED", after=_answers(lambda answer: answer.saying({"data": answer.document["data"]}))
    ),
    _wrong(
        "two pictures",
        "ANSWER-COUNT",
        after=_answers(lambda answer: answer.saying({**answer.document, "data": answer.document["data"] * 2})),
    ),
    _wrong("no picture", "ANSWER-COUNT ANSWER-URL", after=_saying(data=[])),
    _wrong("a level beyond the range", "FILTER-FORM", after=_saying(content_filter=[{"role": "user", "level": 4}])),
    _wrong("a role that is unknown", "FILTER-FORM", after=_saying(content_filter=[{"role": "system", "level": 3}])),
    _wrong("content_filter as an object", "FILTER-FORM", after=_saying(content_filter={"role": "user", "level": 3})),
    _wrong(
        "answers as text",
        "ANSWER-MEDIA-TYPE",
        after=_answers(lambda answer: evolve(answer, headers={"content-type": "text/plain"})),
    ),
    _wrong(
        "a link without a host", "ANSWER-URL PICTURE-LINK", after=_links(lambda link: link[link.index("/pictures") :])
    ),
    _wrong("a dead link", "PICTURE-LINK", after=_links(lambda link: link.replace("/pictures/", "/gone/"))),
    _wrong("a link to a closed port", "PICTURE-LINK", after=_links(lambda link: "http://127.0.0.1:9/kitten.png")),
    _wrong(
        "a truncated picture", "PICTURE-LINK", after=_pictures(lambda answer: evolve(answer, body=answer.body[:-500]))
    ),
    _wrong("a page behind the link", "PICTURE-LINK", after=_pictures(lambda answer: evolve(answer, body=b"<p>soon"))),
]

WRONG_SERVERS = [*SIZES, *FIELDS, *KEYS, *ANSWERS]
