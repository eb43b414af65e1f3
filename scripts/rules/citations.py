"""Holds what the conformance catalogue quotes against the document: sentences, places in the schema, enumerations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.source.references import MISSING, at


def stale(document: Mapping[str, Any], catalogue: Mapping[str, Any]) -> list[str]:
    """Return a line for each entry of the catalogue that quotes what the document does not say (any more).

    Args:
        document: The OpenAPI document, parsed.
        catalogue: What ``requirements.yaml`` holds: under ``requirements`` a list of entries with ``id`` and either
            ``sentence``, words of the document, or ``schema``, a JSON pointer into it; some have ``values``, the
            members of an enumeration.
    """
    texts = [" ".join(node.split()) for node in _nodes(document) if isinstance(node, str)]
    enumerations = [node["enum"] for node in _nodes(document) if isinstance(node, Mapping) and "enum" in node]
    lines = []
    for entry in catalogue.get("requirements", []):
        sentence, pointer, values = entry.get("sentence"), entry.get("schema"), entry.get("values")
        if sentence is not None and not any(" ".join(sentence.split()) in text for text in texts):
            lines.append(f"{entry['id']}: quotes a sentence that the document no longer has")
        found = at(document, pointer) if pointer is not None else MISSING
        if pointer is not None and found is MISSING:
            lines.append(f"{entry['id']}: points to {pointer}, which the document no longer has")
        elif values is not None and values not in ([found] if pointer is not None else enumerations):
            lines.append(f"{entry['id']}: has the values {', '.join(values)}, which are not the document's (any more)")
    return lines


def _nodes(root: Any) -> Iterator[Any]:
    yield root
    for child in root.values() if isinstance(root, Mapping) else root if isinstance(root, list) else ():
        yield from _nodes(child)
