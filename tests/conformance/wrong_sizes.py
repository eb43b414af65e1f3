"""Wrong servers that draw or refuse the wrong sizes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

from attrs import evolve
from PIL import Image

from tests.conformance.altered import Answer, Before, Call
from tests.conformance.breaking import COGVIEW, wrong


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


def _last_two_sides(call: Call) -> Call:
    found = re.search(r"\d+x\d+$", str(call.fields.get("size")))
    return call.ordering(size=found[0]) if found else call


def _words_for_the_default(call: Call) -> Call:
    return call.ordering(size=None) if str(call.fields.get("size")).isalpha() else call


def _square_from_one_side(call: Call) -> Call:
    found = re.fullmatch(r"x?(\d+)x?", str(call.fields.get("size")))
    return call.ordering(size="1280x1280") if found else call


def _refusing_without_size(call: Call) -> Call:
    return call if "size" in call.fields or not call.fields else call.ordering(size="1x1")


def _halved(call: Call, answer: Answer) -> Answer:
    if not call.path.startswith("/pictures/"):
        return answer
    with Image.open(io.BytesIO(answer.body)) as drawn:
        half = Image.new("L", (drawn.width, drawn.height // 2))
    content = io.BytesIO()
    half.save(content, "PNG")
    return evolve(answer, body=content.getvalue())


SIZES = [
    wrong("no least width", "SIZE-GLM-RANGE", before=_drawing(lambda w, h: w == 992)),
    wrong("no least height", "SIZE-GLM-RANGE", before=_drawing(lambda w, h: h == 992)),
    wrong("no greatest width", "SIZE-GLM-RANGE", before=_drawing(lambda w, h: w > 2048)),
    wrong("no greatest height", "SIZE-GLM-RANGE", before=_drawing(lambda w, h: h > 2048)),
    wrong("least side excluded", "SIZE-GLM-RANGE", before=_refusing(lambda w, h: min(w, h) == 1024)),
    wrong(
        "greatest side excluded",
        "SIZE-GLM-RANGE SIZE-GLM-PIXELS",
        before=_refusing(lambda w, h: max(w, h) == 2048),
    ),
    wrong("width off the grid", "SIZE-GLM-STEP", before=_drawing(lambda w, h: w % 32 > 0 and h % 32 == 0)),
    wrong("height off the grid", "SIZE-GLM-STEP", before=_drawing(lambda w, h: h % 32 > 0 and w % 32 == 0)),
    wrong("step of 16", "SIZE-GLM-STEP", before=_drawing(lambda w, h: w % 32 == 16 or h % 32 == 16)),
    wrong(
        "off the grid rounded up", "SIZE-GLM-STEP", before=_resized(lambda w, h: (-(-w // 32) * 32, -(-h // 32) * 32))
    ),
    wrong(
        "clamped to the range",
        "SIZE-GLM-RANGE PICTURE-SIZE",
        before=_resized(lambda w, h: (min(max(w, 1024), 2048), min(max(h, 1024), 2048))),
    ),
    wrong(
        "recommended sizes held to the range",
        "SIZE-GLM-RECOMMENDED",
        before=_refusing(lambda w, h: min(w, h) == 960),
    ),
    wrong("another default size", "SIZE-GLM-DEFAULT", before=_with_default_size("1024x1024")),
    wrong("sides swapped", "PICTURE-SIZE", before=_resized(lambda w, h: (h, w))),
    wrong(
        "size ignored",
        "SIZE-GLM-RANGE SIZE-GLM-STEP SIZE-FORM FIELD-TYPE PICTURE-SIZE",
        before=lambda call: call.ordering(size=None) if call.fields else call,
    ),
    wrong("pattern without an end", "SIZE-FORM", before=_first_two_sides),
    wrong(
        "no pixel limit",
        "SIZE-OTHERS-PIXELS",
        before=_drawing(lambda w, h: max(w, h) <= 2048 and w * h > 2**21),
        model=COGVIEW,
    ),
    wrong(
        "pixel limit excluded",
        "SIZE-OTHERS-PIXELS SIZE-OTHERS-RANGE",
        before=_refusing(lambda w, h: w * h == 2**21),
        model=COGVIEW,
    ),
    wrong(
        "step of 32 for every model",
        "SIZE-OTHERS-STEP SIZE-OTHERS-RECOMMENDED",
        before=_refusing(lambda w, h: w % 32 > 0 or h % 32 > 0),
        model=COGVIEW,
    ),
    wrong(
        "glm-image's default for every model",
        "SIZE-OTHERS-DEFAULT",
        before=_with_default_size("1280x1280"),
        model=COGVIEW,
    ),
    # The same rules, one side or one model at a time.
    wrong("range looked at for the width alone", "SIZE-GLM-RANGE", before=_drawing(lambda w, h: not 960 <= h <= 2048)),
    wrong("range looked at for the height alone", "SIZE-GLM-RANGE", before=_drawing(lambda w, h: not 960 <= w <= 2048)),
    wrong("no size at all refused for nothing", "SIZE-GLM-RANGE", before=_drawing(lambda w, h: w == h == 0)),
    wrong("least side a step too small", "SIZE-GLM-RANGE", before=_drawing(lambda w, h: min(w, h) == 992)),
    wrong("greatest side a step too great", "SIZE-GLM-RANGE", before=_drawing(lambda w, h: max(w, h) == 2080)),
    wrong("least side a step too great", "SIZE-GLM-RANGE", before=_refusing(lambda w, h: w == h == 1024)),
    wrong("side of one pixel off the grid", "SIZE-GLM-STEP", before=_drawing(lambda w, h: w % 32 == 1 or h % 32 == 1)),
    wrong("grid of 64", "SIZE-GLM-STEP SIZE-GLM-RECOMMENDED", before=_refusing(lambda w, h: w % 64 > 0 or h % 64 > 0)),
    wrong(
        "off the grid rounded down",
        "SIZE-GLM-STEP",
        before=_resized(lambda w, h: (w // 32 * 32, h // 32 * 32)),
    ),
    wrong("largest picture refused", "SIZE-GLM-RANGE SIZE-GLM-PIXELS", before=_refusing(lambda w, h: w * h == 2**22)),
    wrong(
        "pixel limit of the other models",
        "SIZE-GLM-RANGE SIZE-GLM-PIXELS",
        before=_refusing(lambda w, h: w * h > 2**21),
    ),
    wrong("no upright pictures", "SIZE-GLM-RECOMMENDED", before=_refusing(lambda w, h: (w, h) == (1056, 1568))),
    wrong("no square pictures", "SIZE-GLM-RECOMMENDED", before=_refusing(lambda w, h: (w, h) == (1280, 1280))),
    wrong("pictures turned where wide", "PICTURE-SIZE", before=_resized(lambda w, h: (min(w, h), max(w, h)))),
    wrong("pictures of half the height", "PICTURE-SIZE SIZE-GLM-DEFAULT", after=_halved),
    wrong("a pattern without a beginning", "SIZE-FORM", before=_last_two_sides),
    wrong("a word taken for the default", "SIZE-FORM", before=_words_for_the_default),
    wrong("a missing side made up", "SIZE-FORM", before=_square_from_one_side),
    wrong("default turned", "SIZE-GLM-DEFAULT", before=_with_default_size("1056x1568")),
    wrong("a size must be given", "SIZE-GLM-DEFAULT", before=_refusing_without_size),
    wrong(
        "least side of 1024 for every model",
        "SIZE-OTHERS-RANGE SIZE-OTHERS-RECOMMENDED SIZE-OTHERS-STEP",
        before=_refusing(lambda w, h: min(w, h) < 1024),
        model=COGVIEW,
    ),
    wrong(
        "no least width for other models", "SIZE-OTHERS-RANGE", before=_drawing(lambda w, h: w == 496), model=COGVIEW
    ),
    wrong(
        "no least height for other models", "SIZE-OTHERS-RANGE", before=_drawing(lambda w, h: h == 496), model=COGVIEW
    ),
    wrong(
        "no greatest width for other models", "SIZE-OTHERS-RANGE", before=_drawing(lambda w, h: w > 2048), model=COGVIEW
    ),
    wrong(
        "no greatest height for other models",
        "SIZE-OTHERS-RANGE",
        before=_drawing(lambda w, h: h > 2048),
        model=COGVIEW,
    ),
    wrong(
        "least side of other models excluded",
        "SIZE-OTHERS-RANGE",
        before=_refusing(lambda w, h: w == h == 512),
        model=COGVIEW,
    ),
    wrong(
        "grid of 8 for other models",
        "SIZE-OTHERS-STEP",
        before=_drawing(lambda w, h: (w % 16 == 8 or h % 16 == 8) and w % 8 == h % 8 == 0),
        model=COGVIEW,
    ),
    wrong(
        "width off the grid for other models",
        "SIZE-OTHERS-STEP",
        before=_drawing(lambda w, h: w % 16 > 0 and h % 16 == 0),
        model=COGVIEW,
    ),
    wrong(
        "pixels counted for upright pictures alone",
        "SIZE-OTHERS-PIXELS",
        before=_drawing(lambda w, h: w > h and max(w, h) <= 2048 and w * h > 2**21),
        model=COGVIEW,
    ),
    wrong(
        "pixel limit one step too great",
        "SIZE-OTHERS-PIXELS",
        before=_drawing(lambda w, h: max(w, h) <= 2048 and 2**21 < w * h <= 2048 * 1040),
        model=COGVIEW,
    ),
    wrong(
        "a recommended size of other models refused",
        "SIZE-OTHERS-RECOMMENDED",
        before=_refusing(lambda w, h: (w, h) == (720, 1440)),
        model=COGVIEW,
    ),
    wrong("pictures of other models turned", "PICTURE-SIZE", before=_resized(lambda w, h: (h, w)), model=COGVIEW),
]
