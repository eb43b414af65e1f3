"""A test vector, and how it cites the requirement of the conformance catalogue that it tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from scripts.rules.catalogue import named, states
from scripts.rules.constraint import Constraint
from scripts.source.failure import PipelineError


@frozen
class Vector:
    """One thing to try, in JSON values alone, so that any language can."""

    description: str
    """What is tried, in a few words."""
    requirement: str
    """The id of the catalogue's entry that decides the outcome. A vector without it, as when the page lost it, goes."""
    input: Mapping[str, Any]
    expected: Mapping[str, Any]


@frozen
class Citations:
    """The entries of the conformance catalogue, to be cited by id or by what they state."""

    entries: Mapping[str, Mapping[str, Any]]
    """By id."""

    @classmethod
    def of(cls, catalogue: Mapping[str, Any]) -> Citations:
        """Return those of a catalogue: what ``requirements.yaml`` holds."""
        return cls({entry["id"]: entry for entry in catalogue.get("requirements", [])})

    def stating(self, constraint: Constraint) -> str:
        """Return the id of the requirement that has the reviewed value of a constraint.

        Raises:
            PipelineError: No requirement has it.
        """
        for requirement, entry in self.entries.items():
            if states(entry, constraint):
                return requirement
        raise PipelineError(f"the test vectors need a requirement of the catalogue with {named(constraint)}")

    def values(self, requirement: str) -> list[str]:
        """Return the members of the enumeration that a requirement reviews; none where the catalogue lacks it."""
        return list(self.entries.get(requirement, {}).get("values", []))
