"""Makes a page for each requirement of the catalogue, and their index."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from docs.site.markdown import code, prose, table, text

FOLDER = "reference/requirements"
_TOLD = {"id", "title", "level", "sentence", "schema", "binds", "check"}
_EXAMPLES = 5


def pages(catalogue: Path, vectors: Path) -> dict[str, str]:
    """Return the pages: Markdown by its path under docs/.

    Args:
        catalogue: The file `requirements.yaml`.
        vectors: The folder with the test vectors, which name the requirement that each is about.
    """
    document: Mapping[str, Any] = yaml.safe_load(catalogue.read_text("utf-8"))
    cases = _vectors(vectors)
    entries: list[Mapping[str, Any]] = document["requirements"]
    made = {f"{FOLDER}/{entry['id']}.md": "".join(_page(entry, document, cases[entry["id"]])) for entry in entries}
    return {f"{FOLDER}/index.md": _index(document), **made}


def _index(document: Mapping[str, Any]) -> str:
    entries = document["requirements"]
    rows = [
        [f"[{code(entry['id'])}]({entry['id']}.md)", entry["level"], text(entry["title"]), ", ".join(entry["binds"])]
        for entry in entries
    ]
    parts = [
        "# Requirements\n\n",
        f"The catalogue has {len(entries)} requirements. Each page tells what is required, the words of the ",
        "vendor's page behind it, and how the suite tests it. A server that breaks a MUST does not conform; a SHOULD ",
        "that is broken is only noted.\n\n",
        table(["requirement", "level", "what is required", "binds"], rows),
        _remarks("Not required", document.get("not_demanded", ())),
        _remarks("Sentences that require nothing", document.get("left_out", ())),
        "\n```{toctree}\n:hidden:\n\n",
        *(f"{entry['id']}\n" for entry in entries),
        "```\n",
    ]
    return "".join(parts)


def _remarks(title: str, remarks: Any) -> str:
    rows = [[prose(str(each.get("what") or each.get("sentence"))), prose(str(each["why"]))] for each in remarks]
    return f"\n## {title}\n\n{table(['what', 'why'], rows)}" if rows else ""


def _page(entry: Mapping[str, Any], document: Mapping[str, Any], cases: list[Mapping[str, Any]]) -> Iterator[str]:
    yield f"# {entry['id']}\n\n**{text(entry['title'][:1].upper() + entry['title'][1:])}.** {entry['level']}; "
    yield f"binds {' and '.join(entry['binds'])}.\n\n"
    if sentence := entry.get("sentence"):
        yield f"The page says:\n\n> {prose(sentence)}\n\n"
    if pointer := entry.get("schema"):
        yield f"It stands in the OpenAPI document, at {code(pointer)}.\n\n"
    yield f"## How it is tested\n\n{prose(entry['check'])}\n\n"
    for name, value in entry.items():
        if name not in _TOLD:
            yield from _further(name, value)
    for deviation in document.get("deviations", ()):
        if deviation.get("requirement") == entry["id"]:
            yield "## Known deviations\n\nServers in use are known to do this instead; "
            yield "some profiles of the suite allow it.\n\n"
            yield "".join(f"- {text(key)}: {text(value)}\n" for key, value in deviation.items() if key != "requirement")
            yield "\n"
    yield "## Judge this alone\n\n```console\n"
    yield f"zai-image conform http://127.0.0.1:8000/api --requirement {entry['id']}\n```\n"
    if cases:
        yield f"\n## Test vectors\n\n{len(cases)} [vectors](../vector-files.md) are about it"
        yield f"; the first {_EXAMPLES}:\n\n" if len(cases) > _EXAMPLES else ":\n\n"
        rows = [
            [text(case["description"]), code(_short(case["input"])), code(_short(case["expected"]))]
            for case in cases[:_EXAMPLES]
        ]
        yield table(["vector", "input", "expected"], rows)


def _further(name: str, value: Any) -> Iterator[str]:
    """Yield a section for what else an entry holds: numbers, values, the place of the rule."""
    yield f"## {text(name[:1].upper() + name[1:].replace('_', ' '))}\n\n"
    if isinstance(value, Mapping):
        yield table(["name", "value"], [[code(key), code(_short(each))] for key, each in value.items()])
    elif isinstance(value, list):
        yield "".join(f"- {code(_short(each))}\n" for each in value)
    else:
        yield f"{code(value)}\n"
    yield "\n"


def _vectors(folder: Path) -> Mapping[str, list[Mapping[str, Any]]]:
    cases: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for file in sorted(folder.glob("*.json")):
        for vector in json.loads(file.read_text("utf-8")).get("vectors", ()):
            cases[vector["requirement"]].append(vector)
    return cases


def _short(value: Any) -> str:
    shown = value if isinstance(value, str) else json.dumps(value)
    return shown if len(shown) <= 120 else f"{shown[:117]}..."
