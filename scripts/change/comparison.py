"""Tells everything that changed between two revisions of the page: of its document, and of the rules in its prose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scripts.change.constraints import constraint_changes
from scripts.change.documents import document_changes
from scripts.change.effects import Change, reworded
from scripts.rules.constraint import Constraint


def changes_between(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    rules_before: Sequence[Constraint],
    rules_after: Sequence[Constraint],
) -> list[Change]:
    """Return what changed: operations, parameters, properties, values, limits, words, and rules of the prose.

    Args:
        before: The OpenAPI document as it was, parsed; its references lead to its own parts.
        after: The document as it is now.
        rules_before: The constraints that its prose stated.
        rules_after: Those that it states now.

    Returns:
        The changes, without repetition. There is at least one where the documents differ.
    """
    found = [*document_changes(before, after), *constraint_changes(rules_before, rules_after, (before, after))]
    if before != after and not found:
        found = [reworded("the document changed where no operation takes anything from")]
    return list(dict.fromkeys(found))
