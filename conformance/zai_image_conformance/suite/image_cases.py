"""What every right server answers with an image: each size, and in turn everything that a request may have beside."""

from __future__ import annotations

from collections.abc import Iterator

from zai_image_conformance.schema import Property, optional, properties
from zai_image_conformance.sizes import limits_for
from zai_image_conformance.suite import size_cases, values
from zai_image_conformance.suite.case import Case, Feature, image_case
from zai_image_conformance.suite.refusal_cases import WRITTEN

_SIGNS = "'%&<🐈\"\\{#$;@/-(小"
"""What a prompt may begin with: each may mean something to a shell, a template, a database or a page."""
_ANY_TEXT = '<b>bold</b> 🐈 &amp; %20 "quoted" \\n {curly} ${sh} it\'s, 小猫 и котёнок, 👩\u200d🚀\nnext line'


def features(about: Property, model: str) -> tuple[Feature, ...]:
    """Each value to try for a property that a right server accepts, limits among them.

    Args:
        about: The property.
        model: The model of the requests.
    """
    requirement = about.constraints(model)[-1].requirement
    return tuple(Feature(requirement, value.name, {about.name: value.value}) for value in values.accepted(about, model))


def prompts(text: str, model: str) -> tuple[Feature, ...]:
    """Prompts at the limits, where there are any, and texts of every kind, each with another sign first.

    Args:
        text: Generated text that the first ends with.
        model: The model of the requests.
    """
    about = properties()["prompt"]
    limits = [value.name for value in values.values(about, model) if value.at_limit]
    texts = {"a prompt of any text": f"Eine Katze {_ANY_TEXT} {text}".rstrip()}
    texts |= {f"a prompt with {sign} first": sign + _ANY_TEXT for sign in _SIGNS}
    return (
        *(feature for feature in features(about, model) if feature.name in limits),
        *(
            Feature("PROMPT-TEXT", name, {"prompt": prompt})
            for name, prompt in texts.items()
            if not about.broken_by(prompt, model)
        ),
    )


def without_size(model: str, number: int) -> Iterator[Case]:
    """Requests that leave the size to the server: beside other fields, and (later) alone.

    Args:
        model: The model.
        number: Its place among those that are tested.
    """
    limits = limits_for(model)
    requirement = limits.stated_by["default"]
    axes = filter(None, (features(about, model) for about in optional()))
    beside = [axis[number % len(axis)] for axis in axes]
    yield image_case(requirement, "no size, beside other fields", model, limits.default, *beside, size=False)
    yield image_case(requirement, "no size", model, limits.default, size=False, priority=3)


def with_size(model: str, number: int, text: str) -> Iterator[Case]:
    """Requests that name a size; all but the first have something beside.

    Args:
        model: The model.
        number: Its place among those that are tested: where the features begin for it.
        text: As for `prompts`.
    """
    limits = limits_for(model)
    axes = [*filter(None, (prompts(text, model), *(features(each, model) for each in optional()))), WRITTEN]
    for place, probe in enumerate(size_cases.accepted(limits)):
        beside: list[Feature] = []
        if place:
            # The axes have lengths without a common factor, so that in time every pair occurs.
            beside = [axis[(place - 1 + 10 * number) % len(axis)] for axis in axes]
        requirement = limits.stated_by[probe.number]
        yield image_case(requirement, str(probe.sides), model, probe.sides, *beside, priority=probe.priority)
