"""What changed between two verdicts: read from their JSON reports, with no server asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

from attrs import frozen

from zai_image_conformance.model import SETTLED, printable
from zai_image_conformance.report.matrix import ANY_MODEL
from zai_image_conformance.report.record import FORMAT
from zai_image_conformance.report.summary import counted

Kind: TypeAlias = Literal["worse", "better", "new", "gone"]

_KINDS: tuple[Kind, ...] = ("worse", "better", "new", "gone")
_SHOWN = 300
"""Characters of a line that are printed: whoever wrote a report, it is no more than a line."""


class NotAReport(ValueError):
    """A file holds no verdict to compare. One line for a person."""


@frozen
class Summary:
    """What a JSON report tells of each requirement and model that was tested."""

    url: str
    profile: str
    revision: str
    """The SHA-256 of the document that the server was judged by."""
    results: Mapping[tuple[str, str], str]
    """`pass`, `deviation` or `fail` by requirement and model: the worst of the outcomes."""
    worst: Mapping[tuple[str, str], str]
    """The test case and its outcome, where that was not a pass."""
    in_part: frozenset[str]
    """The requirements that were tested in part, for want of budget."""
    budget: int | None
    thorough: bool
    seed: int
    judged_at: str
    """UTC, in ISO 8601, so that a later time is greater."""


@frozen
class Change:
    """What became of one requirement for one model."""

    kind: Kind
    requirement: str
    model: str
    words: str


@frozen
class Comparison:
    """What changed from one verdict to the next."""

    changes: tuple[Change, ...]
    """The worse ones first."""
    remarks: tuple[str, ...]
    """What else differs, and may be the reason."""
    as_before: int
    """Requirements and models with the same result."""
    still_broken: int
    """Those among them that fail."""

    @property
    def exit_code(self) -> int:
        """0 where nothing got worse, else 1."""
        return int(any(change.kind == "worse" for change in self.changes))

    def text(self) -> str:
        """All of it, in lines."""
        counts = Counter(change.kind for change in self.changes)
        lines = [
            *(f"{change.kind:6}  {change.requirement} {change.model}: {change.words}" for change in self.changes),
            *self.remarks,
            f"{', '.join(f'{counts[kind]} {kind}' for kind in _KINDS)}; "
            f"{self.as_before} as before, {self.still_broken} of them broken",
        ]
        return "".join(printable(line[:_SHOWN]) + "\n" for line in lines)


def read(content: bytes) -> Summary:
    """Read a JSON report.

    Args:
        content: What the file holds; anyone may have written it.

    Raises:
        NotAReport: It holds no verdict.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise NotAReport("it is not JSON") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise NotAReport(f"it is not a JSON report of zai-image, of format {FORMAT}")
    try:
        told = _told(document)
        problem = document["problem"]
    except Exception:
        raise NotAReport("it does not keep the schema of JSON reports") from None
    if problem is not None:
        raise NotAReport(printable(f"it holds no verdict: {problem}"[:_SHOWN]))
    return told


def compare(old: Summary, new: Summary) -> Comparison:
    """Tell what got better and worse, what was tested for the first time, and what no more.

    Args:
        old: The earlier verdict.
        new: The later one.
    """
    keys = [*new.results, *(key for key in old.results if key not in new.results)]
    changes = [change for key in keys if (change := _change(key, old, new)) is not None]
    same = [key for key in keys if old.results.get(key) == new.results.get(key)]
    other_cases = [_other_cases(old, new)] if changes and old.seed != new.seed else []
    return Comparison(
        changes=tuple(sorted(changes, key=lambda change: _KINDS.index(change.kind))),
        remarks=(*_remarks(old, new), *other_cases),
        as_before=len(same),
        still_broken=sum(new.results[key] == "fail" for key in same),
    )


def _told(document: dict[str, Any]) -> Summary:
    results: dict[tuple[str, str], str] = {}
    worst: dict[tuple[str, str], str] = {}
    in_part = set()
    for requirement in document["requirements"]:
        if requirement["short_of_budget"] is True:
            in_part.add(_text(requirement["id"]))
        for outcome in requirement["outcomes"]:
            key, result = (_text(requirement["id"]), _text(outcome["model"] or ANY_MODEL)), _text(outcome["result"])
            if result in SETTLED and (key not in results or SETTLED.index(result) > SETTLED.index(results[key])):
                results[key] = result
                expected, actual = _text(outcome["expected"]), _text(outcome["actual"])
                worst[key] = f" ({_text(outcome['name'])}: expected {expected}; actual {actual})" if actual else ""
    revision = _text(document["revision"]["sha256"])
    return Summary(
        url=_text(document["url"]),
        profile=_text(document["profile"]),
        revision=revision,
        results=results,
        worst=worst,
        in_part=frozenset(in_part),
        budget=None if document["budget"] is None else int(document["budget"]),
        thorough=bool(document["thorough"]),
        seed=int(document["seed"]),
        judged_at=_text(document["judged_at"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _change(key: tuple[str, str], old: Summary, new: Summary) -> Change | None:
    before, after = old.results.get(key), new.results.get(key)
    if before is None:
        return Change("new", *key, f"{after}{new.worst[key]}")
    if after is None:
        return Change("gone", *key, f"{before} before, not tested now")
    if before == after:
        return None
    kind: Kind = "worse" if SETTLED.index(after) > SETTLED.index(before) else "better"
    words = f"{before} before, {after} now{new.worst[key]}"
    # A test case that was not sent for want of budget is none that is answered better now, or was before.
    if kind == "better" and key[0] in new.in_part - old.in_part:
        return Change("gone", *key, f"{words}, on some of its test cases, for want of budget")
    if kind == "worse" and key[0] in old.in_part - new.in_part:
        return Change("new", *key, f"{words}; before on some of its test cases, for want of budget")
    return Change(kind, *key, words)


def _other_cases(old: Summary, new: Summary) -> str:
    return f"other generated test cases: seed {old.seed} before, {new.seed} now"


def _remarks(old: Summary, new: Summary) -> Iterator[str]:
    if old.judged_at > new.judged_at:
        yield f"OLD was judged after NEW: {old.judged_at} and {new.judged_at}; are they in the right order?"
    if old.url != new.url:
        yield f"another server: {old.url} before, {new.url} now"
    if old.profile != new.profile:
        yield f"another profile: {old.profile} before, {new.profile} now"
    if old.revision != new.revision:
        yield f"another revision of the page: document {old.revision[:12]} before, {new.revision[:12]} now"
    if old.budget != new.budget:
        yield f"another budget: {_images(old.budget)} before, {_images(new.budget)} now"
    if old.thorough != new.thorough:
        yield f"ten times as many generated test cases {'before' if old.thorough else 'now'}"


def _images(budget: int | None) -> str:
    return "no limit" if budget is None else counted(budget, "image")
