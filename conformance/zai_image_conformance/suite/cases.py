"""The questions as data: what is sent, which requirement the answer settles, and what it costs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from attrs import evolve, frozen

from zai_image_conformance.model import Credential, Question
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.sizes import Sides, limits_for
from zai_image_conformance.suite import generated_cases, schemathesis_cases
from zai_image_conformance.suite.target import Target

_PROMPT = "A cute little kitten."
_ANY_TEXT = 'Eine kleine Katze, "小猫" и котёнок 🐈\nunder a \\ sign, {curly} '
# Three bytes a character in UTF-8, one unit in UTF-16: tells characters from bytes on any platform.
_WIDE = "猫"
_MADE_UP = "4b825dc6"


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
    yield from _own_refusals(target)
    yield from made_up_refusals(target)


def made_up_refusals(target: Target) -> Iterator[Case]:
    """What Schemathesis makes up that breaks the strict document, and the catalogue for certain."""
    asked = frozenset(case.question for case in _own_refusals(target))
    for breach, question, model in schemathesis_cases.refusals(target, asked):
        yield Case(breach.requirement, f"Schemathesis: {breach.problem}", question, model)


def made_up_orders(target: Target) -> Iterator[Case]:
    """What Schemathesis makes up that every right server draws; nothing where pictures are counted."""
    for fields in schemathesis_cases.orders(target):
        plain = {name: value for name, value in fields.items() if name != "user_id"}
        yield Case(
            "USER-ID-LENGTH",
            f"Schemathesis: a user_id of {len(fields['user_id'])} characters beside {', '.join(plain)}",
            Question.order(fields),
            fields["model"],
            paid=True,
            sides=Sides.parse(fields["size"]),
            plain=Question.order(plain),
        )


def _own_refusals(target: Target) -> Iterator[Case]:
    yield from _wrong_fields(target.models[0])
    yield from _wrong_bodies(target.models[0])
    if target.api_key is not None:
        yield from _wrong_credentials(target.models[0])
    for model in target.models:
        yield from _wrong_sizes(model)
        yield from _drawn_refusals(target, model)


def wrong_methods(target: Target) -> Iterator[Case]:
    """Other methods than POST; the document describes no body for their refusal."""
    yield Case("METHOD-POST", "GET", Question(method="GET"))
    order = Question.order(_order(target.models[0]))
    yield Case("METHOD-POST", "PUT", evolve(order, method="PUT"), target.models[0])


def every_refusal(target: Target) -> Iterator[Case]:
    """All refusals, whatever their form."""
    yield from refusals(target)
    yield from wrong_methods(target)


def orders(target: Target) -> Iterator[Case]:
    """Everything that a right server draws, under each requirement that it settles."""
    for case in orders_without_size(target):
        yield case
        yield from _sized_orders(target, str(case.model))
    yield from made_up_orders(target)


def orders_without_size(target: Target) -> Iterator[Case]:
    """The orders that leave the size to the server, one for each model."""
    for model in target.models:
        limits = limits_for(model)
        question = Question.order(_order(model))
        yield Case(limits.stated_by["default"], "no size", question, model, paid=True, sides=limits.default)


def orders_with_size(target: Target) -> Iterator[Case]:
    """The orders that name a size, each once."""
    for model in target.models:
        yield from _each_once(_sized_orders(target, model))
    yield from made_up_orders(target)


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
    both = f"{width}x{height}"
    for text in (
        "picture",
        f"{width}",
        f"{width}x",
        f"x{height}",
        f"{both}x{height}",
        f"{both}picture",
        f"picture{both}",
    ):
        yield Case("SIZE-FORM", text, Question.order(_order(model, size=text)), model)


def _wrong_fields(model: str) -> Iterator[Case]:
    def case(requirement: str, name: str, fields: dict[str, Any]) -> Case:
        return Case(requirement, name, Question.order(fields), model)

    lengths = catalogue()["USER-ID-LENGTH"].numbers
    least, most = lengths["minLength"], lengths["maxLength"]
    quality = catalogue()["QUALITY-VALUES"].values[0]
    yield case("PROMPT-REQUIRED", "no prompt", {"model": model})
    yield Case("MODEL-REQUIRED", "no model", Question.order({"prompt": _PROMPT}))
    yield Case("MODEL-KNOWN", "unknown model", Question.order(_order(f"no-such-model-{_MADE_UP}")))
    yield Case("MODEL-KNOWN", "known model with an ending", Question.order(_order(f"{model}-{_MADE_UP}")))
    yield case("QUALITY-VALUES", "unknown quality", _order(model, quality=f"no-such-quality-{_MADE_UP}"))
    yield case("QUALITY-VALUES", "known quality with an ending", _order(model, quality=f"{quality}-{_MADE_UP}"))
    yield case("USER-ID-LENGTH", f"{least - 1} characters", _order(model, user_id="u" * (least - 1)))
    yield case("USER-ID-LENGTH", f"{most + 1} characters", _order(model, user_id="u" * (most + 1)))
    yield case("USER-ID-LENGTH", f"{least - 1} wide characters", _order(model, user_id=_WIDE * (least - 1)))
    for name in ("model", "prompt", "quality", "size", "user_id"):
        yield case("FIELD-TYPE", f"{name} is an array", {**_order(model), name: ["array"]})
        yield case("FIELD-TYPE", f"{name} is an object", {**_order(model), name: {"an": "object"}})


def _wrong_bodies(model: str) -> Iterator[Case]:
    order = json.dumps(_order(model))
    for name, content in (
        ("nothing", ""),
        ("broken off", order[:-4]),
        ("a form", f"model={model}&prompt=kitten"),
        ("more behind it", f"{order} {order}"),
    ):
        yield Case("BODY-JSON", name, Question(content=content))
    for name, content in (
        ("empty array", "[]"),
        ("array of an order", f"[{order}]"),
        ("string", f'"{_PROMPT}"'),
        ("number", "7"),
        ("null", "null"),
    ):
        yield Case("BODY-OBJECT", name, Question(content=content))


_WRONG_CREDENTIALS: tuple[tuple[str, str, Credential], ...] = (
    ("AUTH-MISSING", "no key", "none"),
    ("AUTH-WRONG", "wrong key", "wrong key"),
    ("AUTH-WRONG", "the key and a character more", "longer key"),
    ("AUTH-WRONG", "no key behind the scheme", "no token"),
    ("AUTH-SCHEME", "Basic", "basic"),
)


def _wrong_credentials(model: str) -> Iterator[Case]:
    question = Question.order(_order(model))
    for requirement, name, credential in _WRONG_CREDENTIALS:
        yield Case(requirement, name, question.shown_to(credential), model)


def _drawn_refusals(target: Target, model: str) -> Iterator[Case]:
    stated_by = limits_for(model).stated_by
    for rule, size in generated_cases.wrong_sizes(model, target.seed, target.thorough):
        yield Case(stated_by[rule], f"{size} (drawn)", Question.order(_order(model, size=size)), model)
    for broken in generated_cases.wrong_requests(model, target.seed, target.thorough):
        yield Case(broken.requirement, "a drawn request", Question.order(broken.fields), model)


def _sized_orders(target: Target, model: str) -> Iterator[Case]:
    limits = limits_for(model)
    riders = _riders(target)
    for probe in limits.accepted():
        # The first recommended size is ordered plainly.
        rider = next(riders, None) if probe.sides in limits.recommended[1:] else None
        case = _sized(model, probe.requirement, probe.sides, rider.fields if rider else {})
        yield case
        if rider:
            yield evolve(case, requirement=rider.requirement, name=rider.name)
    for sides in generated_cases.odd_multiples_of_the_step(model, target.seed, target.thorough):
        yield _sized(model, limits.stated_by["step"], sides, {})


def _sized(model: str, requirement: str, sides: Sides, more: dict[str, Any]) -> Case:
    fields = _order(model, size=str(sides))
    question = Question.order(fields | more)
    return Case(requirement, str(sides), question, model, paid=True, sides=sides, plain=Question.order(fields))


@frozen
class _Rider:
    """Fields that are tried on an order made anyway, since each picture may cost money."""

    requirement: str
    name: str
    fields: dict[str, Any]


def _riders(target: Target) -> Iterator[_Rider]:
    for value in catalogue()["QUALITY-VALUES"].values:
        yield _Rider("QUALITY-VALUES", value, {"quality": value})
    lengths = catalogue()["USER-ID-LENGTH"].numbers
    least, most = lengths["minLength"], lengths["maxLength"]
    yield _Rider("USER-ID-LENGTH", f"{least} characters", {"user_id": "u" * least})
    yield _Rider("USER-ID-LENGTH", f"{most} characters", {"user_id": "u" * most})
    yield _Rider("USER-ID-LENGTH", f"{most} wide characters", {"user_id": _WIDE * most})
    yield _Rider("PROMPT-TEXT", "any text", {"prompt": _ANY_TEXT + generated_cases.any_text(target.seed)})
