"""Makes the page of the rules that were read from the vendor's prose, with the sentence behind each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from docs.site.markdown import code, prose, table, text


def page(rules: Path) -> str:
    """Return the page, as Markdown.

    Args:
        rules: The file `rules.yaml`.
    """
    document = yaml.safe_load(rules.read_text("utf-8"))
    return "".join(
        [
            "# Rules of the page\n\n",
            "Z.AI's documentation page states these rules in prose. Each stands beside its sentence. ",
            "[How a sentence becomes a rule](../rules.md) tells how they are read.\n\n",
            "![The valid sizes of each model, by width and height.](../sizes.svg)\n\n",
            "".join(_sections(document, ())),
        ]
    )


def _sections(node: Any, path: tuple[str, ...]) -> Iterator[str]:
    """Yield a section for each node that holds values: a table of them, with the sentences quoted below."""
    children = (
        node.items() if isinstance(node, Mapping) else [(str(number), each) for number, each in enumerate(node, 1)]
    )
    values, sentences, inner = [], [], []
    for name, value in children:
        if name == "sentence":
            sentences.append(value)
        elif name == "sentences":
            sentences += value.values() if isinstance(value, Mapping) else value
        elif isinstance(value, Mapping) or (
            isinstance(value, list) and any(isinstance(each, Mapping) for each in value)
        ):
            inner.append((str(name), value))
        else:
            values.append([code(name), code(", ".join(map(str, value)) if isinstance(value, list) else value)])
    if path and (values or sentences):
        yield f"## {text(': '.join(path))}\n\n"
        if values:
            yield f"{table(['name', 'value'], values)}\n"
        for sentence in sentences:
            yield f"> {prose(sentence)}\n\n"
    for name, value in inner:
        yield from _sections(value, (*path, name))
