# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""Which image sizes each model accepts, as the page's sentences state it, and the one function that checks a size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .constraints import Violation
from .promises import CONSTRAINTS
from .size import Size, SizeLike, SizeRule, rules_of, shown, text, violations

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SIZE_RULES", "Size", "SizeLike", "SizeRule", "Violation", "check", "rule_for", "text"]

SIZE_RULES: Final[Mapping[str, SizeRule]] = rules_of(CONSTRAINTS)
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
