"""Compares the two readings of the page: the rules read from its prose, and the numbers that a person reviewed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_SENTENCES = ("sentence", "sentences")
_MISSING = object()


def compare(rules: Mapping[str, Any], catalogue: Mapping[str, Any]) -> list[str]:
    """Compare the rules with the conformance catalogue.

    Args:
        rules: What ``openapi/rules.yaml`` holds.
        catalogue: What ``requirements.yaml`` holds: under ``requirements`` a list of entries. One that concerns
            numbers has ``rule``, a path in the rules such as ``size.glm-image``, and ``numbers``, its reading of them.

    Returns:
        A line for each number (or name, or list of sizes) that the two read differently, or that only one of them has.
    """
    stated = dict(_leaves(rules))
    lines, claimed = [], set()
    for entry in catalogue.get("requirements", []):
        if ("rule" in entry) != ("numbers" in entry):
            lines.append(f"{entry['id']}: `rule` and `numbers` belong together")
            continue
        for name, reviewed in entry.get("numbers", {}).items():
            place = (*entry["rule"].split(".", 1), name)
            claimed.add(place)
            derived = stated.get(place, _MISSING)
            if derived is _MISSING:
                lines.append(f"{entry['id']}: has {_path(place)} {_shown(reviewed)}, which the page does not state")
            elif derived != reviewed:
                lines.append(
                    f"{entry['id']}: has {_path(place)} {_shown(reviewed)}, where the page says {_shown(derived)}"
                )
    lines += [
        f"{_path(place)}: the page says {_shown(derived)}, and no requirement has it"
        for place, derived in stated.items()
        if place not in claimed
    ]
    return lines


def _leaves(node: Mapping[str, Any], *place: str) -> Iterator[tuple[tuple[str, ...], object]]:
    for name, value in node.items():
        if name in _SENTENCES:
            continue
        if isinstance(value, Mapping):
            yield from _leaves(value, *place, name)
        else:
            yield (*place, name), value


def _path(place: tuple[str, ...]) -> str:
    return ".".join(place)


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
