"""Compares the two readings of the page: the constraints of its prose, and the numbers that a person reviewed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.rules.constraint import Condition, Constraint, label


def compare(constraints: tuple[Constraint, ...], catalogue: Mapping[str, Any]) -> list[str]:
    """Compare the constraints with the conformance catalogue.

    Args:
        constraints: What the prose states.
        catalogue: What ``requirements.yaml`` holds: under ``requirements`` a list of entries. One that concerns
            numbers has ``place``, ``when`` (where it has a condition) and ``numbers``, its reading by keyword.

    Returns:
        A line for each number (or name, or list of sizes) that the two read differently, or that only one of them has.
    """
    stated = {constraint.key: constraint for constraint in constraints}
    lines, claimed = [], set()
    for entry in catalogue.get("requirements", []):
        if ("place" in entry) != ("numbers" in entry):
            lines.append(f"{entry['id']}: `place` and `numbers` belong together")
            continue
        for reviewed in reviewed_by(entry):
            claimed.add(reviewed.key)
            derived = stated.get(reviewed.key)
            has = f"{entry['id']}: has {named(reviewed)} {shown(reviewed.value)}"
            if derived is None:
                lines.append(f"{has}, which the page does not state")
            elif derived.value != reviewed.value:
                lines.append(f"{has}, where the page says {shown(derived.value)}")
    lines += [
        f"{named(derived)}: the page says {shown(derived.value)}, and no requirement has it"
        for key, derived in stated.items()
        if key not in claimed
    ]
    return lines


def reviewed_by(entry: Mapping[str, Any]) -> Iterator[Constraint]:
    """Yield the numbers of an entry of the catalogue as constraints."""
    for keyword, value in entry.get("numbers", {}).items():
        yield Constraint(entry["place"], Condition.of(entry.get("when")), keyword, value)


def states(entry: Mapping[str, Any], constraint: Constraint) -> bool:
    """Whether an entry of the catalogue has the reviewed value of a constraint."""
    return any(reviewed.key == constraint.key for reviewed in reviewed_by(entry))


def named(constraint: Constraint) -> str:
    """Return what a constraint is about, for people: ``minSide of size for glm-image``."""
    values = " ".join([constraint.name, *map(str, constraint.key[3:])])
    return f"{constraint.keyword} of {values}" + (f" for {label(constraint.when)}" if constraint.when else "")


def shown(value: object) -> str:
    """Return a value for people."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {shown(item)}" for name, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
