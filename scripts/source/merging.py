"""Makes one document of several published ones: sibling pages of one API, each with a part of it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML

from scripts.source.failure import PipelineError
from scripts.source.page import document_in
from scripts.source.quoting import quote
from scripts.source.reading import read_mapping
from scripts.source.selection import selected

Published = tuple[str, bytes]
"""The name of a published file and its content."""

# Where each page may have a part that the others lack. Everywhere else two pages must say the same: a limit that only
# one of them states is a disagreement, and not a part.
_PARTS = {(), ("paths",), ("paths", "*"), ("components",), ("components", "*")}
# At the top these alone are parts: servers and security hold for all operations of a page.
_TOP_PARTS = ("paths", "components", "tags")

_HEADER = "# Made of what provenance.toml lists, by `python -m scripts.sync`.\n"


def assemble(published: Sequence[Published], wanted: Sequence[str] = ()) -> bytes:
    """Return the document of one published file as it stands if it is YAML and all of it is wanted; else made anew.

    Args:
        published: The pages or bare documents, at least one.
        wanted: The operations to keep, such as ``GET /models``; all where there is none.

    Raises:
        UnreadableError: One cannot be read.
        PipelineError: Two of them disagree, with both sides quoted; or a wanted operation is in none.
    """
    blocks = [(name, _block(name, content)) for name, content in published]
    is_yaml = not blocks[0][1].lstrip().startswith(b"{")
    if len(blocks) == 1 and is_yaml and not wanted:
        return blocks[0][1]
    first, *others = [(name, read_mapping(block, name)) for name, block in blocks]
    name, merged = first
    for other, document in others:
        merged = _merged(merged, document, (), (name, other))
        name = f"{name} and {other}"
    kept = selected(merged, wanted)
    if len(blocks) == 1 and is_yaml and kept == merged:
        return blocks[0][1]
    yaml = YAML()
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(kept, stream)
    return (_HEADER + stream.getvalue()).encode()


def _block(name: str, content: bytes) -> bytes:
    try:
        return document_in(content)
    except PipelineError as error:
        raise type(error)(f"{name}: {error}") from error


def _merged(one: Any, other: Any, place: tuple[str, ...], names: tuple[str, str]) -> Any:
    pattern = tuple(step if depth == 0 else "*" for depth, step in enumerate(place))
    if pattern in _PARTS and isinstance(one, Mapping) and isinstance(other, Mapping):
        found = dict(one)
        for key, value in other.items():
            if key in found:
                found[key] = _merged(found[key], value, (*place, key), names)
            elif place or key in _TOP_PARTS:
                found[key] = value
        if not place:
            _same_whole(one, other, names)
        return found
    if place == ("tags",) and isinstance(one, list) and isinstance(other, list):
        return [*one, *(tag for tag in other if tag not in one)]
    _same(one, other, place, names)
    return one


def _same_whole(one: Mapping[str, Any], other: Mapping[str, Any], names: tuple[str, str]) -> None:
    for key in sorted(one.keys() ^ other.keys()):
        if key not in _TOP_PARTS:
            _differ(one.get(key), other.get(key), (key,), names)


def _same(one: Any, other: Any, place: tuple[str, ...], names: tuple[str, str]) -> None:
    """Find the innermost place where the two differ, if any."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in dict.fromkeys([*one, *other]):
            if key not in one or key not in other:
                _differ(one.get(key), other.get(key), (*place, key), names)
            _same(one[key], other[key], (*place, key), names)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (item, another) in enumerate(zip(one, other, strict=True)):
            _same(item, another, (*place, str(number)), names)
    elif type(one) is not type(other) or one != other:
        _differ(one, other, place, names)


def _differ(one: Any, other: Any, place: tuple[str, ...], names: tuple[str, str]) -> None:
    raise PipelineError(
        f"the pages disagree about {quote('/'.join(place))}: "
        f"{names[0]} says {_said(one)}, {names[1]} says {_said(other)}"
    )


def _said(value: Any) -> str:
    return "nothing" if value is None else quote(value, 200)
