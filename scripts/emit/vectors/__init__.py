"""Writes the language-neutral test vectors: sizes, requests, answers and errors as JSON that any language reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from scripts.emit.vectors.answers import answer_vectors
from scripts.emit.vectors.errors import error_vectors
from scripts.emit.vectors.requests import request_vectors
from scripts.emit.vectors.sizes import size_vectors
from scripts.emit.vectors.vector import Citations, Vector
from scripts.prose.properties import makes_images, properties
from scripts.rules.rulebook import Rules
from scripts.source.references import below

FOLDER = "conformance/zai_image_conformance/vectors"
"""Where the files are, relative to the checkout."""
FILES = ("sizes.json", "requests.json", "answers.json", "errors.json")

_ABOUT = "Made by `python -m scripts.regenerate` from the rules and requirements.yaml. How to use it: docs/vectors.md"


def vector_texts(document: Mapping[str, Any], rules: Rules, catalogue: Mapping[str, Any]) -> dict[str, str]:
    """Return the text of each of :data:`FILES` by its name.

    Args:
        document: The OpenAPI document.
        rules: The rules read from its prose.
        catalogue: What ``requirements.yaml`` holds.

    Returns:
        What the requirements of the catalogue decide; a vector without its requirement is left out.

    Raises:
        PipelineError: No requirement has the number of a rule.
    """
    citations = Citations.of(catalogue)
    sent = [prop for prop in properties(document) if prop.side == "request" and makes_images(prop.path)]
    path = next((prop.path for prop in sent), "/")
    models = tuple(dict.fromkeys(model for prop in sent for model in prop.models))
    bodies = [place for prop in sent if not prop.name for _, place in prop.parts]
    own = [prop for prop in sent if prop.place in [below(body, "properties", prop.name) for body in bodies]]
    texts = list(dict.fromkeys(prop.name for prop in own if prop.first("type") == "string"))
    vectors: dict[str, Iterable[Vector]] = {
        "sizes.json": size_vectors(models, rules, citations),
        "requests.json": request_vectors(path, models, texts, rules, citations),
        "answers.json": answer_vectors(rules, citations),
        "errors.json": error_vectors(),
    }
    known = {
        name: [vector for vector in made if vector.requirement in citations.entries] for name, made in vectors.items()
    }
    return {name: _text(name.removesuffix(".json"), known[name]) for name in FILES}


def _text(kind: str, vectors: Iterable[Vector]) -> str:
    """Return one file: a vector has a line for each of its four parts, so that what changes in it shows."""
    entries = ",\n".join(map(_entry, vectors))
    return (
        "{\n"
        f'  "about": {_json(_ABOUT)},\n'
        '  "$schema": "vectors.schema.json",\n'
        f'  "kind": {_json(kind)},\n'
        f'  "vectors": [\n{entries}\n  ]\n'
        "}\n"
    )


def _entry(vector: Vector) -> str:
    parts = {
        "description": vector.description,
        "requirement": vector.requirement,
        "input": vector.input,
        "expected": vector.expected,
    }
    lines = ",\n".join(f'      "{name}": {_json(value)}' for name, value in parts.items())
    return f"    {{\n{lines}\n    }}"


def _json(value: object) -> str:
    # ASCII alone, so that no editor, no transport and no reader's default encoding can change what is meant.
    return json.dumps(value, ensure_ascii=True, allow_nan=False)
