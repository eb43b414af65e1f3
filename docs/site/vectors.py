"""Makes the page of the test vectors' files: what each holds, and where to get it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from docs.site.markdown import code, table, text


def page(folder: Path) -> str:
    """Return the page, as Markdown.

    Args:
        folder: The folder with the vectors.
    """
    files = {file.name: json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))}
    rows = []
    for name, document in files.items():
        if "vectors" in document:
            outcomes = Counter(str(vector["expected"].get("outcome", "error")) for vector in document["vectors"])
            told = ", ".join(f"{count} {text(outcome)}" for outcome, count in outcomes.most_common())
            rows.append([_download(name), str(len(document["vectors"])), told])
        else:
            rows.append([_download(name), "", "the JSON Schema of the others"])
    parts = [
        "# Files of the test vectors\n\n[How to use them](../vectors.md). The files of this version:\n\n",
        table(["file", "vectors", "outcomes"], rows),
    ]
    for name, document in files.items():
        if document.get("vectors"):
            parts += [f"\n## {name}\n\n{text(document.get('about', ''))}\n\n", "The first of them:\n\n```json\n"]
            parts.append(f"{json.dumps(document['vectors'][0], indent=2)}\n```\n")
            ids = dict.fromkeys(vector["requirement"] for vector in document["vectors"])
            parts.append(f"\nIt covers {', '.join(f'[{code(each)}](requirements/{each}.md)' for each in ids)}.\n")
    return "".join(parts)


def _download(name: str) -> str:
    return f'<a href="../artefacts/{name}">{name}</a>'
