"""Wrong servers by size: each limit moved or overlooked, for either side or both, for each model, in each way."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from attrs import evolve
from PIL import Image

from tests.conformance.altered import Answer, Before, Call
from tests.conformance.in_process import flat
from tests.conformance.wrong.server import GLM, MODELS, WrongServer, wrong
from zai_image_conformance.sizes import Sides, SizeLimits, limits_for

Overlooks = Callable[[SizeLimits, int, int], bool]


def sides_of(call: Call) -> Sides | None:
    found = re.fullmatch(r"(\d+)x(\d+)", str(call.fields.get("size")))
    return Sides(int(found[1]), int(found[2])) if found else None


def accepting(limits: SizeLimits, wrongly: Callable[[int, int], bool], *, nearest: bool) -> Before:
    """Make an image for sizes that must be refused: of the usual size, or of the nearest one that is allowed."""

    def before(call: Call) -> Call:
        sides = sides_of(call)
        if sides is None or limits.allows(sides) or not wrongly(*sides):
            return call
        made = limits.default
        if nearest:
            least, greatest = limits.sides[0], limits.sides[-1]
            width, height = (min(max(side // limits.step * limits.step, least), greatest) for side in sides)
            height = min(height, limits.max_pixels // width // limits.step * limits.step)
            made = Sides(width, height) if limits.allows(Sides(width, height)) else made
        return call.with_fields(size=str(made))

    return before


def refusing(limits: SizeLimits, wrongly: Callable[[int, int], bool]) -> Before:
    """Refuse sizes that must be made."""

    def before(call: Call) -> Call:
        sides = sides_of(call)
        is_refused = sides is not None and limits.allows(sides) and wrongly(*sides)
        return call.with_fields(size="1x1") if is_refused else call

    return before


def drawing(change: Callable[[SizeLimits, Sides], Sides], limits: SizeLimits) -> Before:
    """Make another size than the one that was named."""

    def before(call: Call) -> Call:
        sides = sides_of(call)
        if sides is None or not limits.allows(sides):
            return call
        made = change(limits, sides)
        return call.with_fields(size=str(made)) if limits.allows(made) else call

    return before


def _rules(limits: SizeLimits) -> Mapping[str, tuple[str, Callable[[int, int], bool]]]:
    """What a server may overlook: the number it is about, and which sizes it then accepts."""
    least, most, step, pixels = limits.min_side, limits.max_side, limits.step, limits.max_pixels

    def on_grid(width: int, height: int) -> bool:
        return width % step == 0 == height % step

    def in_range(width: int, height: int) -> bool:
        return least <= min(width, height) and max(width, height) <= most

    def few(width: int, height: int) -> bool:
        return width * height <= pixels

    rules: dict[str, tuple[str, Callable[[int, int], bool]]] = {
        "a width one step too small": (
            "min_side",
            lambda w, h: w == least - step and least <= h <= most and on_grid(w, h),
        ),
        "a height one step too small": (
            "min_side",
            lambda w, h: h == least - step and least <= w <= most and on_grid(w, h),
        ),
        "any width that is too small": ("min_side", lambda w, h: w < least <= h <= most and on_grid(w, h)),
        "any height that is too small": ("min_side", lambda w, h: h < least <= w <= most and on_grid(w, h)),
        "nothing at all": ("min_side", lambda w, h: w == 0 == h),
        "a width one step too great": ("max_side", lambda w, h: w == most + step and h <= most and on_grid(w, h)),
        "a height one step too great": ("max_side", lambda w, h: h == most + step and w <= most and on_grid(w, h)),
        "a width from 3000 up": ("max_side", lambda w, h: w >= 3000 and h <= most),
        "a height from 3000 up": ("max_side", lambda w, h: h >= 3000 and w <= most),
        "both sides too great": ("max_side", lambda w, h: min(w, h) > most),
        "both sides from 4000 up": ("max_side", lambda w, h: min(w, h) >= 4000),
        "a width off the grid": ("step", lambda w, h: w % step > 0 and h % step == 0 and in_range(w, h) and few(w, h)),
        "a height off the grid": ("step", lambda w, h: h % step > 0 and w % step == 0 and in_range(w, h) and few(w, h)),
        "both sides off the grid": ("step", lambda w, h: w % step > 0 and h % step > 0 and in_range(w, h)),
        "half the step": (
            "step",
            lambda w, h: w % (step // 2) == 0 == h % (step // 2) and in_range(w, h) and few(w, h),
        ),
        "odd sides": ("step", lambda w, h: (w % 2 == 1 or h % 2 == 1) and in_range(w, h)),
    }
    if not all(limits.allows(Sides(w, h)) for w in (limits.sides[-1],) for h in (limits.sides[-1],)):
        rules |= {
            "too many pixels": ("max_pixels", lambda w, h: in_range(w, h) and on_grid(w, h)),
            "a few pixels too many": (
                "max_pixels",
                lambda w, h: in_range(w, h) and on_grid(w, h) and w * h < pixels * 1.02,
            ),
            "the greatest square": ("max_pixels", lambda w, h: (w, h) == (most, most)),
        }
    return rules


def _accepting() -> Iterator[WrongServer]:
    for model in MODELS:
        limits = limits_for(model)
        for name, (number, wrongly) in _rules(limits).items():
            for nearest in (False, True):
                way = "rounded" if nearest else "in the usual size"
                before = accepting(limits, wrongly, nearest=nearest)
                yield wrong(f"accepts {name}, {way}", limits.stated_by[number], before=before, model=model)
        for other in MODELS:
            theirs = limits_for(other)
            mistaken = [sides for sides in theirs.recommended if not limits.allows(sides)]
            for sides in mistaken:
                before = accepting(limits, lambda w, h, it=sides: (w, h) == it, nearest=False)  # type: ignore[misc]
                yield wrong(f"accepts {sides} of {other}", "SIZE-GLM-RANGE", before=before, model=model)
            if theirs != limits:
                before = accepting(limits, lambda w, h, its=theirs: its.allows(Sides(w, h)), nearest=True)  # type: ignore[misc]
                found = "SIZE-OTHERS-PIXELS" if other == GLM else "SIZE-GLM-RANGE SIZE-GLM-STEP"
                yield wrong(f"accepts all sizes of {other}", found, before=before, model=model)


def _custom(limits: SizeLimits) -> Mapping[str, tuple[str, Callable[[int, int], bool]]]:
    """Custom sizes that a server may refuse: the numbers of which one shows it, and which sizes it refuses."""
    least, greatest, step = limits.sides[0], limits.sides[-1], limits.step
    return {
        "custom sizes": ("min_side max_side step max_pixels", lambda w, h: True),
        "the least width": ("min_side", lambda w, h: w == least),
        "the least height": ("min_side", lambda w, h: h == least),
        "the greatest width": ("step max_side max_pixels", lambda w, h: w == greatest),
        "the greatest height": ("step max_side max_pixels", lambda w, h: h == greatest),
        "twice the step": ("step", lambda w, h: w % (2 * step) > 0 or h % (2 * step) > 0),
        "the pixel limit itself": ("max_pixels", lambda w, h: w * h == limits.max_pixels),
        "wide images": ("step max_side", lambda w, h: 10 * w > 19 * h),
        "small images": ("min_side", lambda w, h: w * h < 2 * least * least),
        "the least square": ("min_side", lambda w, h: w == h == least),
    }


def _refusing() -> Iterator[WrongServer]:
    for model in MODELS:
        limits = limits_for(model)
        for sides in limits.recommended:
            before = refusing(limits, lambda w, h, it=sides: (w, h) == it)  # type: ignore[misc]
            yield wrong(f"refuses {sides}", limits.stated_by["recommended"], before=before, model=model)

        def custom(wrongly: Callable[[int, int], bool], limits: SizeLimits = limits) -> Before:
            return refusing(limits, lambda w, h: Sides(w, h) not in limits.recommended and wrongly(w, h))

        for name, (numbers, wrongly) in _custom(limits).items():
            found = " ".join({limits.stated_by[number] for number in numbers.split()})
            yield wrong(f"refuses {name}", found, before=custom(wrongly), model=model)


def _drawing() -> Iterator[WrongServer]:
    changes: dict[str, Callable[[SizeLimits, Sides], Sides]] = {
        "turned": lambda limits, sides: Sides(sides.height, sides.width),
        "always in the default size": lambda limits, sides: limits.default,
        "one step too wide": lambda limits, sides: Sides(sides.width + limits.step, sides.height),
        "one step too low": lambda limits, sides: Sides(sides.width, sides.height - limits.step),
        "never wider than 1536": lambda limits, sides: Sides(min(sides.width, 1536), sides.height),
    }
    for model in MODELS:
        limits = limits_for(model)
        for name, change in changes.items():
            yield wrong(f"makes images {name}", "IMAGE-SIZE", before=drawing(change, limits), model=model)
        for other in limits.recommended[1:3]:
            for beside in (False, True):

                def before(call: Call, other: Sides = other, beside: bool = beside) -> Call:
                    is_plain = call.fields.keys() <= {"model", "prompt"}
                    return call if "size" in call.fields or (beside and is_plain) else call.with_fields(size=str(other))

                words = "beside another field" if beside else "always"
                default = limits.stated_by["default"]
                yield wrong(f"takes {other} for the default, {words}", default, before=before, model=model)


def _careless() -> Iterator[WrongServer]:
    """Servers that take every size for something else."""

    def clamped(call: Call, limits: SizeLimits) -> Call:
        sides = sides_of(call)
        if sides is None:
            return call
        return call.with_fields(size="x".join(str(min(max(side, limits.min_side), limits.max_side)) for side in sides))

    def halved(call: Call, answer: Answer) -> Answer:
        if not call.path.startswith("/images/") or answer.status != 200:
            return answer
        with Image.open(io.BytesIO(answer.body)) as image:
            return evolve(answer, body=flat(image.width, image.height // 2, shade=1))

    for model in MODELS:
        limits = limits_for(model)
        stated = limits.stated_by
        every = f"SIZE-FORM FIELD-TYPE IMAGE-SIZE {' '.join(set(stated.values()))}"
        ignoring: Before = lambda call: call.with_fields(size=None) if call.fields else call  # noqa: E731
        yield wrong("ignores the size", every, before=ignoring, model=model)
        found = f"{stated['min_side']} {stated['max_side']} {stated['max_pixels']} IMAGE-SIZE"
        clamping: Before = partial(clamped, limits=limits)
        yield wrong("clamps sides to the range", found, before=clamping, model=model)
        wanting: Before = lambda call: call if "size" in call.fields else call.with_fields(size="1x1")  # noqa: E731
        yield wrong("wants a size", stated["default"], before=wanting, model=model)
    yield wrong("makes images of half the height", "IMAGE-SIZE SIZE-GLM-DEFAULT SIZE-OTHERS-DEFAULT", after=halved)


BY_SIZE: list[WrongServer] = [*_accepting(), *_refusing(), *_drawing(), *_careless()]
