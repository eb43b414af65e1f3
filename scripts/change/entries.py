"""Edits the entries of a YAML list where they stand, so that whatever else is in the file stays to the last byte."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq

from scripts.source.quoting import NOT_TEXT

_PLAIN_WITHIN = re.compile(r"[A-Za-z0-9/][A-Za-z0-9._/~-]*")
_PLAIN = re.compile(r"[A-Za-z0-9/](?:[A-Za-z0-9 ,.;'^()/_~-]*[A-Za-z0-9.)_~-])?")


class Entries:
    """One list of mappings in a YAML file, each entry in block form."""

    def __init__(self, text: str, key: str) -> None:
        self._lines = text.splitlines(keepends=True)
        document = YAML().load(text)
        listed: Any = document.get(key) or CommentedSeq()
        self.plain: list[dict[str, Any]] = [_plain(entry) for entry in listed]
        """The entries, parsed."""
        begins = [listed.lc.item(number)[0] for number in range(len(listed))]
        later = [document.lc.key(other)[0] for other in document if document.lc.key(other)[0] > document.lc.key(key)[0]]
        limits = [*begins, min(later, default=len(self._lines))][1:]
        self._spans = [(begin, self._end(begin, limit)) for begin, limit in zip(begins, limits, strict=True)]
        self._keys = [{name: entry.lc.key(name)[0] for name in entry} for entry in listed]
        self._heading = document.lc.key(key)[0]
        self._changed: dict[int, str] = {}
        self._behind: dict[int, list[str]] = {}

    def drop(self, number: int) -> None:
        """Take an entry out."""
        self._changed[number] = ""

    def change(self, number: int, **values: Any) -> None:
        """Give keys of an entry other values, each in its place; one whose value is None goes, a new one comes last."""
        _, end = self._spans[number]
        keys = self._keys[number]
        starts = sorted(keys.values())
        parts: dict[str, str] = {}
        for name, start in keys.items():
            stop = next((other for other in starts if other > start), end)
            parts[name] = "".join(self._lines[start:stop])
        # What stands before the first key belongs to the entry, not to the key.
        first = next(iter(keys))
        parts[first] = "    " + parts[first].lstrip(" -")
        for name, value in values.items():
            if value is None:
                parts.pop(name, None)
            else:
                parts[name] = f"    {name}: {in_flow(value)}\n"
        text = "".join(part if part.endswith("\n") else part + "\n" for part in parts.values())
        self._changed[number] = "  - " + text.removeprefix("    ")

    def add(self, after: int, entry: Mapping[str, Any], *, spaced: bool) -> None:
        """Put a new entry behind another; behind the heading of the list with -1."""
        text = "".join(f"    {name}: {in_flow(value)}\n" for name, value in entry.items())
        self._behind.setdefault(after, []).append(("\n" if spaced else "") + "  - " + text.removeprefix("    "))

    def text(self) -> str:
        """Return the text of the file with all that was changed."""
        made: list[str] = []
        at = 0
        spans = [(-1, (self._heading, self._heading + 1)), *enumerate(self._spans)]
        for number, (begin, end) in spans:
            made += self._lines[at:begin]
            own = self._changed.get(number, "".join(self._lines[begin:end]))
            if number == -1 and self._behind.get(-1) and own.rstrip().endswith("[]"):
                own = own.rstrip().removesuffix("[]").rstrip() + "\n"
            if number in self._changed and not own and made and not made[-1].strip():
                made.pop()
            made += [own, *self._behind.get(number, [])]
            at = end
        return "".join([*made, *self._lines[at:]])

    def _end(self, begin: int, limit: int) -> int:
        """Return the line after the last of an entry: empty lines and comments behind it belong to what follows."""
        while limit > begin + 1 and (
            not self._lines[limit - 1].strip() or self._lines[limit - 1].lstrip().startswith("#")
        ):
            limit -= 1
        return limit


def in_flow(value: Any, *, within: bool = False) -> str:
    """Return a value on one line of YAML that every reader takes for the same; within a list or mapping or not."""
    if isinstance(value, Mapping):
        items = (f"{in_flow(key, within=True)}: {in_flow(item, within=True)}" for key, item in value.items())
        return "{" + ", ".join(items) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(in_flow(item, within=True) for item in value) + "]"
    return (
        value if isinstance(value, str) and _is_plain(value, within=within) else json.dumps(value, ensure_ascii=False)
    )


def _is_plain(text: str, *, within: bool) -> bool:
    """Whether a text needs no quotes: its marks mean nothing there, and no YAML takes it for another value."""
    if (_PLAIN_WITHIN if within else _PLAIN).fullmatch(text) is None or text.lower() in NOT_TEXT:
        return False
    return isinstance(YAML(typ="safe", pure=True).load(text), str)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key) if isinstance(key, str) else key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value
