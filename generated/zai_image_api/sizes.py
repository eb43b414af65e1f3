# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""Which image sizes each model accepts, as the page's sentences state it, and the one function that checks a size."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from .constraints import Violation
from .size import Size, SizeLike, SizeRule, shown, text, violations

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SIZE_RULES", "Size", "SizeLike", "SizeRule", "Violation", "check", "rule_for", "text"]

SIZE_RULES: Final[Mapping[str, SizeRule]] = MappingProxyType(
    {
        "glm-image": SizeRule(
            recommended=(
                Size(1280, 1280),
                Size(1568, 1056),
                Size(1056, 1568),
                Size(1472, 1088),
                Size(1088, 1472),
                Size(1728, 960),
                Size(960, 1728),
            ),
            default=Size(1280, 1280),
            min_side=1024,
            max_side=2048,
            step=32,
            max_pixels=4194304,
            recommended_sentence="`glm-image` recommended enum values: `1280x1280` (default), `1568x1056`, `1056x1568`, `1472x1088`, `1088x1472`, `1728x960`, `960x1728`.",
            custom_sentence="Custom parameter: Both width and height must be between `1024px-2048px`, and must be divisible by `32`, and the maximum pixel count must not exceed `2^22px`.",
            models=("glm-image",),
            excluded=False,
        ),
        "every model but glm-image": SizeRule(
            recommended=(
                Size(1024, 1024),
                Size(768, 1344),
                Size(864, 1152),
                Size(1344, 768),
                Size(1152, 864),
                Size(1440, 720),
                Size(720, 1440),
            ),
            default=Size(1024, 1024),
            min_side=512,
            max_side=2048,
            step=16,
            max_pixels=2097152,
            recommended_sentence="Others model recommended enum values: `1024x1024` (default), `768x1344`, `864x1152`, `1344x768`, `1152x864`, `1440x720`, `720x1440`.",
            custom_sentence="Custom parameter: Both width and height must be between `512px-2048px`, and must be divisible by `16`, and the maximum pixel count must not exceed `2^21px`.",
            models=("glm-image",),
            excluded=True,
        ),
    }
)
"""The rules by the models they hold for, in words."""


def rule_for(model: str) -> SizeRule:
    """The size rule of a model; one that no rule names falls under the rule of the others, as the page says.

    Args:
        model: The model's name.

    Returns:
        The rule, with the sentences of the page that state it.

    Raises:
        LookupError: The page states no rule for this model.
    """
    rule = next((rule for rule in SIZE_RULES.values() if rule.covers(model)), None)
    if rule is None:
        raise LookupError(
            f"the page states no size rule for the model {shown(model)}; it does for: {', '.join(SIZE_RULES)}"
        )
    return rule


def check(model: str, size: SizeLike) -> list[Violation]:
    """Every rule that a size breaks for a model.

    Args:
        model: The model's name; one that no rule names falls under the rule of the others.
        size: ``"WIDTHxHEIGHT"``, or width and height in pixels.

    Returns:
        The violations, the width's before the height's; an empty list for a valid size. Recommended sizes are valid.

    Raises:
        LookupError: The page states no rule for this model.
    """
    return violations(rule_for(model), size)
