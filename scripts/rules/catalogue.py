"""Holds the conformance catalogue, which a person reviewed, against what the pages say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from scripts.rules.constraint import Condition, Constraint, label
from scripts.rules.novelty import Novelty, is_list_of_models
from scripts.source.references import MISSING, as_mapping, at

CATALOGUE: Final = "conformance/zai_image_conformance/requirements.yaml"
"""The file, relative to the checkout."""


def compare(
    constraints: tuple[Constraint, ...],
    document: Mapping[str, Any],
    catalogue: Mapping[str, Any],
    *,
    only_new: bool = False,
) -> list[str]:
    """Compare what the pages state with the conformance catalogue.

    Args:
        constraints: What the prose states.
        document: The OpenAPI document, parsed.
        catalogue: What ``requirements.yaml`` holds: under ``requirements`` a list of entries. One that concerns
            numbers has ``place``, ``when`` (where it has a condition) and ``numbers``, its reading by keyword. Every
            entry quotes a ``sentence`` or points to a place of the ``schema``; some have the ``values`` of an
            enumeration.
        only_new: Whether to leave out what is the same in another way: in other words, or of models named otherwise.

    Returns:
        A line for each number, name or list of sizes that the two read differently or that only one of them has. And
        one for each entry that quotes what the pages do not say.
    """
    stated = {constraint.key: constraint for constraint in constraints}
    lines, claimed = [], set()
    entries = catalogue.get("requirements", [])
    novelty = Novelty(constraints, numbers_of(entries), document, entries) if only_new else None
    for entry in entries:
        if ("place" in entry) != ("numbers" in entry):
            lines.append(f"{entry['id']}: `place` and `numbers` belong together")
            continue
        for reviewed in reviewed_by(entry):
            claimed.add(reviewed.key)
            line = _differs(reviewed, stated.get(reviewed.key), document)
            if line is not None and not (novelty and novelty.is_stated(reviewed)):
                lines.append(f"{entry['id']}: {line}")
        lines += [f"{entry['id']}: {line}" for line in _unfounded(entry, stated, document, novelty)]
    lines += [
        f"{named(derived)}: the page says {shown(derived.value)}, and no requirement has it"
        for key, derived in stated.items()
        if key not in claimed and not (novelty and novelty.is_reviewed(derived))
    ]
    return lines


def _differs(reviewed: Constraint, derived: Constraint | None, document: Mapping[str, Any]) -> str | None:
    has = f"has {named(reviewed)} {shown(reviewed.value)}"
    if derived is None:
        if as_mapping(at(document, reviewed.place)).get(reviewed.keyword) == reviewed.value and reviewed.when is None:
            return None  # The schema alone states it.
        return f"{has}, which the page does not state"
    if derived.value != reviewed.value:
        return f"{has}, where the page says {shown(derived.value)} in {derived.sentence}"
    return None


def _unfounded(
    entry: Mapping[str, Any],
    stated: Mapping[tuple[object, ...], Constraint],
    document: Mapping[str, Any],
    novelty: Novelty | None,
) -> Iterator[str]:
    sentence, pointer, values = entry.get("sentence"), entry.get("schema"), entry.get("values")
    numbers = list(reviewed_by(entry))
    is_reworded = novelty is not None and numbers and all(map(novelty.is_stated, numbers))
    if sentence is not None and not is_reworded and not is_said(entry, stated, document):
        yield "quotes a sentence that the document no longer has"
    found = at(document, pointer) if pointer is not None else MISSING
    if pointer is not None and found is MISSING:
        yield f"points to {pointer}, which the document no longer has"
    elif values is not None and values not in enumerations(document, pointer):
        if novelty is not None and is_list_of_models(entry) and novelty.is_list_reviewed(values, found):
            return
        yield f"has the values {', '.join(values)}, which are not the document's (any more)"


def is_said(
    entry: Mapping[str, Any], stated: Mapping[tuple[object, ...], Constraint], document: Mapping[str, Any]
) -> bool:
    """Whether an entry's sentence stands in the sentence of its numbers, or, where it has none, in the document."""
    own = [stated[reviewed.key].sentence for reviewed in reviewed_by(entry) if reviewed.key in stated]
    texts = own or [" ".join(node.split()) for node in nodes(document) if isinstance(node, str)]
    return any(" ".join(entry["sentence"].split()) in text for text in texts)


def enumerations(document: Mapping[str, Any], pointer: str | None = None) -> list[Any]:
    """Return every enumeration of a document; if a pointer leads to one, that alone."""
    if pointer is not None and isinstance(found := at(document, pointer), list):
        return [found]
    return [node["enum"] for node in nodes(document) if isinstance(node, Mapping) and "enum" in node]


def nodes(root: Any) -> Iterator[Any]:
    """Yield every value of a document."""
    yield root
    for child in root.values() if isinstance(root, Mapping) else root if isinstance(root, list) else ():
        yield from nodes(child)


def reviewed_by(entry: Mapping[str, Any]) -> Iterator[Constraint]:
    """Yield the numbers of an entry of the catalogue as constraints."""
    for keyword, value in entry.get("numbers", {}).items():
        yield Constraint(entry["place"], Condition.of(entry.get("when")), keyword, value)


def numbers_of(entries: Iterable[Mapping[str, Any]]) -> list[Constraint]:
    """Return the numbers of a catalogue's entries as constraints."""
    return [reviewed for entry in entries if "place" in entry for reviewed in reviewed_by(entry)]


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
