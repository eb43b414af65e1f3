"""What every right server answers with an image: each size, and in turn everything that a request may have beside."""

from __future__ import annotations

from collections.abc import Iterator

from zai_image_conformance.requirements import catalogue
from zai_image_conformance.sizes import limits_for
from zai_image_conformance.suite import size_cases
from zai_image_conformance.suite.case import Case, Feature, image_case
from zai_image_conformance.suite.refusal_cases import WRITTEN

_USER_ID = "5d2f7a1e-93c4-4b0e-8f6a-d1b7c02e4a90"
_SIGNS = "'%&<🐈\"\\{#$;@/-(小"
"""What a prompt may begin with: each may mean something to a shell, a template, a database or a page."""
_ANY_TEXT = '<b>bold</b> 🐈 &amp; %20 "quoted" \\n {curly} ${sh} it\'s, 小猫 и котёнок, 👩\u200d🚀\nnext line'


def user_ids() -> tuple[Feature, ...]:
    """Identifiers at both limits, counted in characters, and such as are in use."""
    lengths = catalogue()["USER-ID-LENGTH"].numbers
    least, most = lengths["minLength"], lengths["maxLength"]
    values = {
        "a UUID": _USER_ID,
        f"{least} characters": "u" * least,
        f"{most} characters": "u" * most,
        f"{most} wide characters": "猫" * most,
        f"{most} characters beyond the first plane": "🐈" * most,
        "a mail address": "user+images@example.com",
        "digits": "0123456789",
        f"{least} wide characters": "猫" * least,
        "signs": "org:42/user_7.a-b|c~d'e",
    }
    return tuple(Feature("USER-ID-LENGTH", f"user_id: {name}", {"user_id": value}) for name, value in values.items())


def qualities() -> tuple[Feature, ...]:
    """Each quality."""
    values = catalogue()["QUALITY-VALUES"].values
    return tuple(Feature("QUALITY-VALUES", f"quality {value}", {"quality": value}) for value in values)


def prompts(text: str) -> tuple[Feature, ...]:
    """Texts of every kind, each with another sign first.

    Args:
        text: Generated text that the first ends with.
    """
    features = [Feature("PROMPT-TEXT", f"a prompt with {sign} first", {"prompt": sign + _ANY_TEXT}) for sign in _SIGNS]
    first = Feature("PROMPT-TEXT", "a prompt of any text", {"prompt": f"Eine Katze {_ANY_TEXT} {text}".rstrip()})
    return (first, *features)


def without_size(model: str, number: int) -> Iterator[Case]:
    """Requests that leave the size to the server: beside other fields, and (later) alone.

    Args:
        model: The model.
        number: Its place among those that are tested.
    """
    limits = limits_for(model)
    offered = qualities()
    requirement = limits.stated_by["default"]
    beside = (offered[number % len(offered)], user_ids()[0])
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
    axes = (prompts(text), user_ids(), qualities(), WRITTEN)
    for place, probe in enumerate(size_cases.accepted(limits)):
        features: list[Feature] = []
        if place:
            # The axes have lengths without a common factor, so that in time every pair occurs.
            features = [axis[(place - 1 + 10 * number) % len(axis)] for axis in axes]
        requirement = limits.stated_by[probe.number]
        yield image_case(requirement, str(probe.sides), model, probe.sides, *features, priority=probe.priority)
