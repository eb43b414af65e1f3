"""Tells which version a change of the page calls for, and enters it into the changelog."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from scripts.change.effects import Change, Effect
from scripts.source.failure import PipelineError

_UNRELEASED = "## [Unreleased]\n"
_RELEASED = re.compile(r"^## \[([0-9]+\.[0-9]+\.[0-9]+)\]", re.MULTILINE)
_CHANGED = "### Changed\n\n"


def released(changelog: str) -> str:
    """Return the last released version that a changelog tells, `0.0.0` where nothing was released yet."""
    match = _RELEASED.search(changelog)
    return match[1] if match else "0.0.0"


def gravest(effects: Sequence[Effect]) -> Effect:
    """Return the effect that counts where there are several."""
    order: tuple[Effect, ...] = ("breaking", "compatible", "wording")
    return min(effects, key=order.index)


def version_called_for(current: str, changes: Sequence[Change]) -> str:
    """Return the version that comes after ``current``, by Semantic Versioning.

    What breaks callers decides. What concerns servers alone changes a verdict, not anyone's code: it counts as an
    addition. Before 1.0.0, what breaks raises the second number, and all else the third.
    """
    major, minor, patch = map(int, current.split("."))
    effect = gravest([change.callers for change in changes])
    if effect == "wording" and any(change.servers != "wording" for change in changes):
        effect = "compatible"
    if effect == "breaking":
        return f"{major + 1}.0.0" if major else f"0.{minor + 1}.0"
    return f"{major}.{minor + 1}.0" if major and effect == "compatible" else f"{major}.{minor}.{patch + 1}"


def report(current: str, changes: Sequence[Change]) -> str:
    """Return what changed as Markdown: the version it calls for, and a line for each change, the gravest first."""
    version = version_called_for(current, changes)
    lines = [f"Z.AI's page changed; this calls for version {version} (now {current})."]
    order = ("breaking", "compatible", "wording")
    for change in sorted(changes, key=lambda change: (order.index(change.callers), order.index(change.servers))):
        lines.append(f"- {_effects(change)}: {change.text}")
    return "\n".join([lines[0], "", *lines[1:]]) + "\n"


def with_entry(changelog: str, current: str, changes: Sequence[Change], taken_in: date) -> str:
    """Return the changelog with the changes entered under "Unreleased", "Changed".

    Raises:
        PipelineError: The changelog has no section "Unreleased".
    """
    before, unreleased, rest = changelog.partition(_UNRELEASED)
    if not unreleased:
        raise PipelineError(f"CHANGELOG.md has no section {_UNRELEASED.strip()!r} to enter the change into")
    section, end, older = rest.partition("\n## ")
    entry = [f"- Z.AI's page as of {taken_in}, which calls for version {version_called_for(current, changes)}:"]
    entry += [f"  - {_effects(change)}: {change.text}" for change in changes if change.callers != "wording"]
    if words := sum(change.callers == "wording" for change in changes):
        entry.append(f"  - changes of wording: {words}.")
    if _CHANGED not in section:
        section = "\n" + "\n\n".join(filter(None, [section.strip(), _CHANGED.strip()])) + "\n\n"
    section = section.replace(_CHANGED, _CHANGED + "\n".join([*entry, ""]), 1)
    return "".join([before, unreleased, section, end, older])


def _effects(change: Change) -> str:
    if change.callers == change.servers:
        return "wording" if change.callers == "wording" else f"{change.callers} for callers and servers"
    return f"{change.callers} for callers, {change.servers} for servers"
