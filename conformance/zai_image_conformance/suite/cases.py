"""Which test cases a verdict sends: derived from catalogue and schema, chosen within its limits, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from attrs import evolve, frozen

from zai_image_conformance.model import Plan, PlannedRequest, Request
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.suite import checks, generated_cases, image_cases, refusal_cases
from zai_image_conformance.suite.case import Case
from zai_image_conformance.suite.target import Target

_IMAGES = 24
"""Images that a verdict takes at most, unless it is thorough."""
_REQUESTS = 170
"""Requests that a verdict takes at most, unless it is thorough; one makes sure of the key."""
OF_EVERY_IMAGE = ("IMAGE-LINK", "IMAGE-TYPE", "LINK-LIFE")


@frozen
class Cases:
    """The test cases of a verdict, by when they are sent."""

    before: tuple[Case, ...]
    """Wrong credentials, before there is any image."""
    first: tuple[Case, ...]
    """A request for an image of each model, at the same time."""
    after: tuple[Case, ...]
    """Wrong credentials beside the very requests that were answered with an image."""
    refusals: tuple[Case, ...]
    """Everything else that must be refused."""
    images: tuple[Case, ...]
    """Everything else that must be answered with an image, what settles most first."""
    again: tuple[Case, ...]
    """The very first requests once more, at the end."""

    def __iter__(self) -> Iterator[Case]:
        for group in (self.before, self.refusals, self.first, self.after, self.images, self.again):
            yield from group


def settles(case: Case) -> tuple[str, ...]:
    """The requirements that the response to a test case settles."""
    if not case.paid:
        form = tuple(checks.OF_A_REFUSAL) if case.forced_form else ()
        return (case.requirement, "ERROR-STATUS", *form)
    features = tuple(dict.fromkeys(feature.requirement for feature in case.features))
    return (case.requirement, *features, *checks.of_an_answer(), *OF_EVERY_IMAGE, *_of_size(case))


def _of_size(case: Case) -> tuple[str, ...]:
    return () if is_default(case) else ("IMAGE-SIZE",)


def is_default(case: Case) -> bool:
    """Whether the image's size is the model's default, so that its sides settle that requirement."""
    return case.requirement in {each.id for each in catalogue() if "default" in each.numbers}


@lru_cache
def choose(target: Target) -> Cases:
    """Derive the test cases of a target, and choose among them where they are too many.

    Args:
        target: The server under test. What must be sent whatever its seed comes first; generated cases fill up.
    """
    first, images, again = _choose_images(target)
    requests = [(str(case.model), case.request) for case in first]
    before = tuple(refusal_cases.credential_cases(target, "before any image", requests))
    after = tuple(refusal_cases.credential_cases(target, "after an image", requests))
    room = _REQUESTS - 1 - sum(map(len, (first, images, again, before, after)))
    generated = (evolve(case, priority=2) for case in generated_cases.refusals(target))
    refusals = _first_of_each_request([*_derived_refusals(target), *generated])
    if not target.thorough:
        kept = set(map(id, sorted(refusals, key=lambda case: case.priority)[:room]))
        refusals = [case for case in refusals if id(case) in kept]
    cases = Cases(before, tuple(first), after, tuple(refusals), tuple(images), tuple(again))
    return _wanted(cases, target)


def _derived_refusals(target: Target) -> list[Case]:
    models = target.models
    derived = (
        refusal_cases.field_cases(models),
        refusal_cases.body_cases(models),
        refusal_cases.size_forms(models),
        refusal_cases.size_refusals(models),
        refusal_cases.methods(models),
    )
    return [case for cases in derived for case in cases if _is_demanded(case, target)]


def _is_demanded(case: Case, target: Target) -> bool:
    return not case.kind or not catalogue().forgives(case.kind, target.profile)


def _choose_images(target: Target) -> tuple[list[Case], list[Case], list[Case]]:
    """The first request of each model, all others for an image, and those that are sent again."""
    first: list[Case] = []
    others: list[Case] = []
    again: list[Case] = []
    text = generated_cases.any_text(target.seed)
    for number, model in enumerate(target.models):
        opening, *plain = image_cases.without_size(model, number)
        first.append(opening)
        others += [*plain, *image_cases.with_size(model, number, text)]
        repeated = evolve(opening, name=f"{opening.name}, again", request=opening.request.at("again"))
        again.append(evolve(repeated, priority=3 if number else 1))
    others += generated_cases.images(target)
    chosen = set(map(id, sorted([*others, *again], key=lambda case: case.priority)[: _IMAGES - len(first)]))
    if not target.thorough:
        others, again = ([case for case in group if id(case) in chosen] for group in (others, again))
    return first, _by_gain(others, first), again


def _by_gain(cases: Sequence[Case], sent: Iterable[Case]) -> list[Case]:
    """Put the case that settles most requirements first that nothing before it settled, and so on."""
    settled = {requirement for case in sent for requirement in settles(case)}
    left, sorted_cases = list(cases), []
    while left:
        # The first of several that are equally good.
        best = max(left, key=lambda case: len({*settles(case)} - settled))
        settled |= {*settles(best)}
        left.remove(best)
        sorted_cases.append(best)
    return sorted_cases


def _first_of_each_request(cases: Iterable[Case]) -> list[Case]:
    found: dict[Request, Case] = {}
    for case in cases:
        found.setdefault(case.request, case)
    return list(found.values())


def _wanted(cases: Cases, target: Target) -> Cases:
    """Leave out what settles none of the requirements that were named."""

    def wanted(group: Sequence[Case]) -> tuple[Case, ...]:
        return tuple(case for case in group if any(map(target.wants, settles(case))))

    after = wanted(cases.after)
    return Cases(
        before=wanted(cases.before),
        # What is tried after an image needs one.
        first=cases.first if after else wanted(cases.first),
        after=after,
        refusals=wanted(cases.refusals),
        images=wanted(cases.images),
        again=wanted(cases.again),
    )


@lru_cache
def plan(target: Target) -> Plan:
    """Every request of a full verdict, in order."""
    return Plan(
        tuple(
            PlannedRequest(case.name, case.model, case.paid, tuple(filter(target.wants, settles(case))))
            for case in choose(target)
        )
    )
