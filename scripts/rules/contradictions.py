"""Stops where prose and schema, or two sentences, contradict each other, unless a person has listed why they may."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from attrs import field, frozen

from scripts.prose.statements import RulesError, quote

REVIEWED = "openapi/contradictions.yaml"
"""The reviewed list, relative to the checkout."""


@frozen
class Contradiction:
    """Two statements of the document of which at most one can hold as it stands."""

    rule: str
    """The rule concerned, as a path in ``openapi/rules.yaml``."""
    says: str
    """What the sentence says."""
    against: str
    """What stands against it, and where."""
    sentence: str = field(eq=False)
    """The sentence."""
    opposed: str = field(eq=False)
    """The other sentence, or where the schema stands."""


def settle(found: Iterable[Contradiction], reviewed: Mapping[str, Any], read: Collection[str]) -> None:
    """Compare the contradictions found with the reviewed list.

    Args:
        found: Those of the document.
        reviewed: What ``openapi/contradictions.yaml`` holds: under ``contradictions`` a list of entries, each with
            ``rule``, ``says``, ``against`` and ``reason``.
        read: The first steps of the rules that the document has (``size``...). An entry about another is not judged.

    Raises:
        RulesError: A contradiction is not listed, or an entry is no longer needed, or the list has another shape.
    """
    listed = _entries(reviewed)
    for contradiction in (found := list(found)):
        if contradiction not in listed:
            raise RulesError(
                f"{contradiction.rule}: the page says {contradiction.says} in {quote(contradiction.sentence)}, against "
                f"{contradiction.against} in {contradiction.opposed}; "
                f"if both are meant, list it with a reason in {REVIEWED}"
            )
    for entry in listed:
        if entry not in found and entry.rule.split(".")[0] in read:
            raise RulesError(
                f"{REVIEWED}: the page no longer says {entry.says} for {entry.rule} against {entry.against}; "
                "take the entry out"
            )


def _entries(reviewed: Mapping[str, Any]) -> list[Contradiction]:
    entries = reviewed.get("contradictions", [])
    if not isinstance(entries, list):
        raise RulesError(f"{REVIEWED}: `contradictions` must be a list")
    for entry in entries:
        keys = ("rule", "says", "against", "reason")
        if not isinstance(entry, Mapping) or sorted(entry) != sorted(keys):
            raise RulesError(f"{REVIEWED}: each entry has rule, says, against and reason, and nothing else")
        if not all(isinstance(entry[key], str) and entry[key].strip() for key in keys):
            raise RulesError(f"{REVIEWED}: rule, says, against and reason must be text, and not empty")
    return [Contradiction(entry["rule"], entry["says"], entry["against"], "", "") for entry in entries]
