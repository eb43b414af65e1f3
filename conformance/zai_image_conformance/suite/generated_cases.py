"""Test cases on top of the derived ones, drawn at random: the same for the same seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from functools import cache

from zai_image_conformance.model import Request
from zai_image_conformance.requirements import Profile
from zai_image_conformance.schema import optional, properties
from zai_image_conformance.sizes import Sides, SizeLimits, limits_for
from zai_image_conformance.suite import size_cases
from zai_image_conformance.suite.case import Case, Feature, image_case
from zai_image_conformance.suite.oracle import certain_breach, is_certainly_right
from zai_image_conformance.suite.target import Target
from zai_image_conformance.suite.values import body

_THOROUGHLY = 10
"""Times as many are generated with `--thorough`."""
_TRIES = 500
"""Times that a size is drawn to break one limit alone; some limit can never be broken alone."""
_SCRIPTS = ((0x21, 0x7E), (0xA1, 0x17F), (0x391, 0x3C9), (0x410, 0x44F), (0x4E00, 0x9FA5), (0x1F300, 0x1F64F))
"""The first and last character of some scripts, and of emoji."""


def refusals(target: Target) -> Iterator[Case]:
    """Requests that must be refused, the ones that tell most first; those of Schemathesis with `--thorough` alone."""
    for place in range(_THOROUGHLY if target.thorough else 1):
        if target.thorough:
            yield from _from_schemathesis(target, place)
        for number, model in enumerate(target.models):
            drawing = random.Random(f"{target.seed} {place} {model}")
            yield from _sizes(model, drawing)
            # What is not about sizes is about no model in particular.
            if number == place % len(target.models):
                yield from _fields(model, drawing, target.profile)


def images(target: Target) -> Iterator[Case]:
    """Requests that must be answered with an image: with `--thorough` alone, since each may cost money."""
    if not target.thorough:
        return
    for model in target.models:
        limits = limits_for(model)
        odd = [side for side in limits.sides if side % (2 * limits.step)]
        pairs = [Sides(width, height) for width in odd for height in odd if limits.allows(Sides(width, height))]
        for sides in random.Random(f"{target.seed} {model}").sample(pairs, min(len(pairs), _THOROUGHLY)):
            yield image_case(limits.stated_by["step"], f"{sides} (generated)", model, sides)
    for fields in _right(target.seed):
        if fields["model"] in target.models:
            beside = {name: value for name, value in fields.items() if name not in ("model", "size", "prompt")}
            requirement = optional()[-1].constraints()[-1].requirement
            named = {**beside, "prompt": fields["prompt"]}
            feature = Feature(requirement, "Schemathesis: fields beside the size", named)
            sides = Sides.parse(fields["size"])
            requirement = limits_for(fields["model"]).stated_by["step"]
            yield image_case(requirement, f"Schemathesis: {sides}", fields["model"], sides, feature)


def any_text(seed: int) -> str:
    """Text in several scripts."""
    return _text(random.Random(seed), 40)


def _text(drawing: random.Random, length: int) -> str:
    text = "".join(chr(drawing.randint(*drawing.choice(_SCRIPTS))) for _ in range(length))
    return "".join(character if character.isprintable() else "?" for character in text)


def _sizes(model: str, drawing: random.Random) -> Iterator[Case]:
    """A size for each limit, which breaks it alone."""
    limits = limits_for(model)
    for number, sides in _breaking_one(limits, drawing):
        yield Case(limits.stated_by[number], f"{sides} (generated)", Request.of(body(model, size=str(sides))), model)


def _breaking_one(limits: SizeLimits, drawing: random.Random) -> Iterator[tuple[str, Sides]]:
    inside = range(limits.min_side, limits.max_side + 1)
    beyond: dict[str, Sequence[int]] = {
        "min_side": limits.multiples(limits.step, limits.min_side - 1),
        "max_side": limits.multiples(limits.max_side + 1, 2 * limits.max_side),
        "step": [side for side in inside if side % limits.step],
        "max_pixels": limits.sides,
    }
    for number, sides in beyond.items():
        for _ in range(_TRIES if sides else 0):
            pair = Sides(drawing.choice(sides), drawing.choice(limits.sides))
            if not limits.allows(pair) and size_cases.broken_by(limits, pair) == {number}:
                yield number, pair if drawing.random() < 0.5 else Sides(*reversed(pair))
                break


def _fields(model: str, drawing: random.Random, profile: Profile) -> Iterator[Case]:
    """A text for each property, and each requirement that a text breaks."""
    seen: set[str] = set()
    for name, about in properties().items():
        limits = {each.keyword: each.value for each in about.constraints(model)}
        most = limits.get("maxLength", 20)
        for length in (drawing.randint(0, limits.get("minLength", 8) - 1), drawing.randint(most + 1, 2 * most)):
            request = Request.of(body(model) | {name: _text(drawing, length)})
            breach = certain_breach(request, profile)
            if breach is not None and breach.requirement not in seen:
                seen.add(breach.requirement)
                named = None if name == "model" else model
                yield Case(breach.requirement, f"{name} of {length} characters (generated)", request, named)


def _from_schemathesis(target: Target, place: int) -> Iterator[Case]:
    groups: dict[str, list[Case]] = {}
    for case in _breaches(target.seed, target.profile):
        if case.model is None or case.model in target.models:
            groups.setdefault(case.requirement, []).append(case)
    for requirement, cases in groups.items():
        random.Random(f"{target.seed} {requirement}").shuffle(cases)
        yield from cases[place : place + 1]


@cache
def _breaches(seed: int, profile: Profile) -> tuple[Case, ...]:
    from zai_image_conformance.suite import schemathesis

    cases = []
    for request in schemathesis.generated("negative", seed):
        breach = certain_breach(request, profile)
        if breach is not None:
            name = f"Schemathesis: {breach.problem}"
            cases.append(Case(breach.requirement, name, request, _known_model(request), strict_document=True))
    return tuple(cases)


@cache
def _right(seed: int) -> tuple[dict[str, str], ...]:
    from zai_image_conformance.suite import schemathesis

    named = {about.name for about in optional()}
    requests = filter(is_certainly_right, schemathesis.generated("positive", seed))
    right = [fields for request in requests if named & (fields := json.loads(request.content)).keys()]
    return tuple(random.Random(seed).sample(right, min(len(right), _THOROUGHLY)))


def _known_model(request: Request) -> str | None:
    """The model that a request names, where there is such a model."""
    document = json.loads(request.content)
    model = document.get("model") if isinstance(document, dict) else None
    return model if isinstance(model, str) and not properties()["model"].broken_by(model) else None
