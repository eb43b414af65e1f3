"""Test cases on top of the derived ones, by Hypothesis and Schemathesis: the same for the same seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import cache

from zai_image_conformance import strategies
from zai_image_conformance.model import Request
from zai_image_conformance.requirements import Profile, catalogue
from zai_image_conformance.sizes import Sides, limits_for
from zai_image_conformance.suite import schemathesis
from zai_image_conformance.suite.case import Case, Feature, body, image_case
from zai_image_conformance.suite.examples import draw
from zai_image_conformance.suite.oracle import certain_breach, is_certainly_right
from zai_image_conformance.suite.target import Target

_THOROUGHLY = 10
"""Times as many are generated with `--thorough`."""


def refusals(target: Target) -> Iterator[Case]:
    """Requests that must be refused, the ones that tell most first; those of Schemathesis with `--thorough` alone."""
    count = _THOROUGHLY if target.thorough else 1
    for place in range(count):
        if target.thorough:
            yield from _from_schemathesis(target, place)
        for number, model in enumerate(target.models):
            for case in _from_hypothesis(model, target.seed, count)[place]:
                # What is not about sizes is about no model in particular.
                if number == 0 or case.requirement.startswith("SIZE-"):
                    yield case


def images(target: Target) -> Iterator[Case]:
    """Requests that must be answered with an image: with `--thorough` alone, since each may cost money."""
    if not target.thorough:
        return
    for model in target.models:
        requirement = limits_for(model).stated_by["step"]
        for size in draw(strategies.sizes_off_the_coarser_grid(model), _THOROUGHLY, target.seed):
            yield image_case(requirement, f"{size} (generated)", model, Sides.parse(size))
    for fields in _right(target.seed):
        if fields["model"] in target.models:
            beside = {name: value for name, value in fields.items() if name not in ("model", "size", "prompt")}
            feature = Feature(
                "USER-ID-LENGTH", "Schemathesis: fields beside the size", {**beside, "prompt": fields["prompt"]}
            )
            sides = Sides.parse(fields["size"])
            requirement = limits_for(fields["model"]).stated_by["step"]
            yield image_case(requirement, f"Schemathesis: {sides}", fields["model"], sides, feature)


@cache
def any_text(seed: int) -> str:
    """Text in whatever script that can be printed; nothing states that control characters are kept."""
    return "".join(filter(str.isprintable, *draw(strategies.texts(), 1, seed)))


@cache
def _from_hypothesis(model: str, seed: int, count: int) -> tuple[tuple[Case, ...], ...]:
    """So many rounds, each with a case for each limit and each requirement about a field."""
    stated_by = limits_for(model).stated_by
    rounds: list[list[Case]] = [[] for _ in range(count)]
    for rule in strategies.rules_of(model):
        for place, size in enumerate(draw(strategies.invalid_sizes(model, rule), count, seed)):
            request = Request.of(body(model, size=size))
            rounds[place].append(Case(stated_by[rule], f"{size} (generated)", request, model))
    for requirement in strategies.REQUEST_REQUIREMENTS:
        for place, broken in enumerate(draw(strategies.broken_requests(model, requirement), count, seed)):
            request = Request.of(broken.fields)
            rounds[place].append(Case(requirement, "generated", request, _known_model(request)))
    return tuple(map(tuple, rounds))


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
    cases = []
    for request in schemathesis.generated("negative", seed):
        breach = certain_breach(request, profile)
        if breach is not None:
            name = f"Schemathesis: {breach.problem}"
            cases.append(Case(breach.requirement, name, request, _known_model(request), strict_document=True))
    return tuple(cases)


@cache
def _right(seed: int) -> tuple[dict[str, str], ...]:
    requests = filter(is_certainly_right, schemathesis.generated("positive", seed))
    right = [fields for request in requests if "user_id" in (fields := json.loads(request.content))]
    return tuple(random.Random(seed).sample(right, min(len(right), _THOROUGHLY)))


def _known_model(request: Request) -> str | None:
    document = json.loads(request.content)
    model = document.get("model") if isinstance(document, dict) else None
    return model if isinstance(model, str) and model in catalogue()["MODEL-KNOWN"].values else None
