"""Makes the page of the JSON report's schema: a table for each object in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from docs.site.markdown import code, prose, table


def page(schema: Path) -> str:
    """Return the page, as Markdown.

    Args:
        schema: The JSON Schema of the report.
    """
    document: Mapping[str, Any] = json.loads(schema.read_text("utf-8"))
    parts = [
        "# The JSON report\n\n",
        "`zai-image conform --report-json FILE` writes it. ",
        f'<a href="../artefacts/{schema.name}">{schema.name}</a> is its JSON Schema; ',
        "this page shows the same as tables.\n\n",
        prose(document.get("description", "")),
        "\n\n## The report\n\n",
        _object(document),
    ]
    for name, definition in document.get("$defs", {}).items():
        parts.append(f"\n## {name}\n\n")
        if description := definition.get("description"):
            parts.append(f"{prose(description)}\n\n")
        parts.append(_object(definition) if "properties" in definition else f"{_type(definition)}\n")
    return "".join(parts)


def _object(schema: Mapping[str, Any]) -> str:
    return table(["property", "type", "what it tells"], _rows(schema, ""))


def _rows(schema: Mapping[str, Any], prefix: str) -> Iterator[list[str]]:
    required = set(schema.get("required", ()))
    for name, inner in schema.get("properties", {}).items():
        path = f"{prefix}{name}"
        notes = prose(inner.get("description", ""))
        yield [code(path), _type(inner), notes if name in required or not required else f"(optional) {notes}".strip()]
        yield from _rows(inner, f"{path}.")
        if isinstance(inner.get("items"), Mapping):
            yield from _rows(inner["items"], f"{path}[].")


def _type(schema: Mapping[str, Any]) -> str:
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in schema:
        return code(json.dumps(schema["const"]))
    if "enum" in schema:
        return ", ".join(code(json.dumps(each)) for each in schema["enum"])
    if alternatives := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(_type(each) for each in alternatives)
    kind = schema.get("type", "any")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    if isinstance(schema.get("items"), Mapping):
        return f"array of {_type(schema['items'])}" if kind == "array" else f"{words} of {_type(schema['items'])}"
    return f"{words} ({schema['format']})" if "format" in schema else words
