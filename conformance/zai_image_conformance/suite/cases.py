"""The questions as data: what is sent, which requirement the answer settles, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from attrs import evolve, frozen

from zai_image_conformance.catalogue import catalogue
from zai_image_conformance.suite.asking import Question
from zai_image_conformance.suite.sizes import Sides, limits_for
from zai_image_conformance.suite.target import Target

_PROMPT = "A cute little kitten."
_ANY_TEXT = 'Eine kleine Katze, "小猫" и котёнок 🐈\nunder a \\ sign, {curly}'
# Three bytes a character in UTF-8, one unit in UTF-16: tells characters from bytes on any platform.
_WIDE = "猫"
_NO_SUCH_MODEL = "no-such-model-4b825dc6"


@frozen
class Case:
    """One question and the requirement that its answer settles."""

    requirement: str
    name: str
    """A few words for reports."""
    question: Question
    model: str | None = None
    paid: bool = False
    """Whether a right server makes a picture."""
    sides: Sides | None = None
    """The size that the picture must have."""
    plain: Question | None = None
    """The same order with nothing but its size, to tell whether the size or something else was refused."""

    @property
    def rides(self) -> bool:
        """Whether the order carries more than its size."""
        return self.plain is not None and self.plain != self.question


Cases: TypeAlias = Callable[[Target], Iterator[Case]]


def refusals(target: Target) -> Iterator[Case]:
    """Everything that a right server refuses in the documented form. None of it costs anything."""
    yield from _wrong_fields(target.models[0])
    yield from _wrong_bodies()
    if target.api_key is not None:
        yield from _wrong_credentials(target.models[0])
    for model in target.models:
        yield from _wrong_sizes(model)


def wrong_method(target: Target) -> Iterator[Case]:
    """Another method than POST; the document describes no body for its refusal."""
    yield Case("METHOD-POST", "GET", Question(method="GET"))


def every_refusal(target: Target) -> Iterator[Case]:
    """All refusals, whatever their form."""
    yield from refusals(target)
    yield from wrong_method(target)


def orders(target: Target) -> Iterator[Case]:
    """Everything that a right server draws, under each requirement that it settles."""
    for case in orders_without_size(target):
        yield case
        yield from _sized_orders(str(case.model))


def orders_without_size(target: Target) -> Iterator[Case]:
    """The orders that leave the size to the server, one for each model."""
    for model in target.models:
        limits = limits_for(model)
        question = Question.order(_order(model))
        yield Case(limits.stated_by["default"], "no size", question, model, paid=True, sides=limits.default)


def orders_with_size(target: Target) -> Iterator[Case]:
    """The orders that name a size, each once."""
    for model in target.models:
        yield from _each_once(_sized_orders(model))


def every_order(target: Target) -> Iterator[Case]:
    """All orders, each once, for what is to be said of every answer."""
    yield from _each_once(orders(target))


def _each_once(cases: Iterator[Case]) -> Iterator[Case]:
    seen: set[Question] = set()
    for case in cases:
        if case.question not in seen:
            seen.add(case.question)
            yield case


def _order(model: str, **fields: Any) -> dict[str, Any]:
    return {"model": model, "prompt": _PROMPT, **fields}


def _wrong_sizes(model: str) -> Iterator[Case]:
    limits = limits_for(model)
    for probe in limits.refused():
        question = Question.order(_order(model, size=str(probe.sides)))
        yield Case(probe.requirement, str(probe.sides), question, model)
    width, height = limits.default
    for text in ("picture", f"{width}x", f"x{height}", f"{width}x{height}x{height}"):
        yield Case("SIZE-FORM", text, Question.order(_order(model, size=text)), model)


def _wrong_fields(model: str) -> Iterator[Case]:
    def case(requirement: str, name: str, fields: dict[str, Any]) -> Case:
        return Case(requirement, name, Question.order(fields), model)

    lengths = catalogue()["USER-ID-LENGTH"].numbers
    least, most = lengths["min_length"], lengths["max_length"]
    yield case("PROMPT-REQUIRED", "no prompt", {"model": model})
    yield Case("MODEL-REQUIRED", "no model", Question.order({"prompt": _PROMPT}))
    yield Case("MODEL-KNOWN", "unknown model", Question.order(_order(_NO_SUCH_MODEL)))
    yield case("QUALITY-VALUES", "unknown quality", _order(model, quality="no-such-quality"))
    yield case("USER-ID-LENGTH", f"{least - 1} characters", _order(model, user_id="u" * (least - 1)))
    yield case("USER-ID-LENGTH", f"{most + 1} characters", _order(model, user_id="u" * (most + 1)))
    yield case("USER-ID-LENGTH", f"{least - 1} wide characters", _order(model, user_id=_WIDE * (least - 1)))
    for name in ("model", "prompt", "quality", "size", "user_id"):
        yield case("FIELD-TYPE", f"{name} is an array", {**_order(model), name: ["array"]})


def _wrong_bodies() -> Iterator[Case]:
    yield Case("BODY-JSON", "broken off", Question(content='{"model": "glm-image", "prompt": "A cute'))
    for name, content in (("array", "[]"), ("string", '"A cute little kitten."'), ("null", "null")):
        yield Case("BODY-OBJECT", name, Question(content=content))


def _wrong_credentials(model: str) -> Iterator[Case]:
    question = Question.order(_order(model))
    yield Case("AUTH-MISSING", "no key", question.shown_to("none"), model)
    yield Case("AUTH-WRONG", "wrong key", question.shown_to("wrong key"), model)
    yield Case("AUTH-SCHEME", "Basic", question.shown_to("basic"), model)


def _sized_orders(model: str) -> Iterator[Case]:
    limits = limits_for(model)
    riders = iter(_riders())
    for probe in limits.accepted():
        fields = _order(model, size=str(probe.sides))
        # The first recommended size is ordered plainly.
        rider = next(riders, None) if probe.sides in limits.recommended[1:] else None
        case = Case(
            probe.requirement,
            str(probe.sides),
            Question.order(fields | rider.fields if rider else fields),
            model,
            paid=True,
            sides=probe.sides,
            plain=Question.order(fields),
        )
        yield case
        if rider:
            yield evolve(case, requirement=rider.requirement, name=rider.name)


@frozen
class _Rider:
    """Fields that are tried on an order made anyway, since each picture may cost money."""

    requirement: str
    name: str
    fields: dict[str, Any]


def _riders() -> Iterator[_Rider]:
    for value in catalogue()["QUALITY-VALUES"].values:
        yield _Rider("QUALITY-VALUES", value, {"quality": value})
    lengths = catalogue()["USER-ID-LENGTH"].numbers
    least, most = lengths["min_length"], lengths["max_length"]
    yield _Rider("USER-ID-LENGTH", f"{least} characters", {"user_id": "u" * least})
    yield _Rider("USER-ID-LENGTH", f"{most} characters", {"user_id": "u" * most})
    yield _Rider("USER-ID-LENGTH", f"{most} wide characters", {"user_id": _WIDE * most})
    yield _Rider("PROMPT-TEXT", "any text", {"prompt": _ANY_TEXT})
