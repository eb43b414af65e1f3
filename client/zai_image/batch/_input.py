"""Reads prompts from a file, one after another: lines of text, JSON Lines, or CSV."""

from __future__ import annotations

import csv
import hashlib
import inspect
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TextIO

from attrs import define, frozen

from zai_image_api.operations import IMAGES_GENERATE

PROMPT: Final = "prompt"
ID: Final = "id"
_DIGITS: Final = 6
"""Digits of the number that is a prompt's id where it has none, so that names sort as their prompts do."""


class InputError(ValueError):
    """The input cannot be read; the message says where, and what to write instead."""


@frozen
class Prompt:
    """One prompt of the input.

    Attributes:
        id: Its name in the journal: the one that the input gives it, or its number.
        number: Its place in the input, from 1.
        text: The prompt itself.
        parameters: What `images.generate` gets beside the prompt.
    """

    id: str
    number: int
    text: str
    parameters: Mapping[str, Any]


@define
class Input:
    """A file of prompts, whose form its suffix tells: ``.jsonl`` or ``.ndjson``, ``.csv``, anything else is text.

    Attributes:
        path: The file.
        parameters: The names that a prompt may give beside ``prompt`` and ``id``.
        texts: Those of them whose values are texts; the cells of others are read as JSON.
    """

    path: Path
    parameters: Collection[str]
    texts: Collection[str]

    def digest(self) -> str:
        """Return what tells this content from any other.

        Raises:
            InputError: The file cannot be read.
        """
        if str(self.path) == "-" or (self.path.exists() and not self.path.is_file()):
            raise InputError(f"save the prompts in a file: each run reads its input again, as {self.path} cannot be")
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()[:16]
        except OSError as error:
            raise InputError(f"choose another input: {self.path} cannot be read: {error.strerror}") from error

    def __iter__(self) -> Iterator[Prompt]:
        """Yield the prompts.

        Raises:
            InputError: The file cannot be read, or a prompt is not usable.
        """
        read = {".jsonl": self._json_lines, ".ndjson": self._json_lines, ".csv": self._csv}.get(
            self.path.suffix.lower(), self._text
        )
        number = 0
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                for line, fields in read(file):
                    number += 1
                    yield self._prompt(line, number, fields)
            if not number:
                raise InputError(f"write a prompt a line: {self.path} holds none")
        except OSError as error:
            raise InputError(f"choose another input: {self.path} cannot be read: {error.strerror}") from error
        except UnicodeError as error:
            raise InputError(f"save {self.path} as UTF-8: it holds other bytes") from error

    def _text(self, file: TextIO) -> Iterator[tuple[int, dict[str, Any]]]:
        for line, text in enumerate(file, start=1):
            if text.strip():
                yield line, {PROMPT: text.strip()}

    def _json_lines(self, file: TextIO) -> Iterator[tuple[int, dict[str, Any]]]:
        for line, text in enumerate(file, start=1):
            if not text.strip():
                continue
            try:
                fields = json.loads(text)
            except (ValueError, RecursionError) as error:
                raise self._error(line, f"write one JSON object a line: {error}") from None
            if not isinstance(fields, dict):
                raise self._error(line, 'write a JSON object, such as {"prompt": "A red fox"}')
            yield line, {name: value for name, value in fields.items() if value is not None}

    def _csv(self, file: TextIO) -> Iterator[tuple[int, dict[str, Any]]]:
        rows = csv.reader(file, strict=True)
        try:
            header = [name.strip() for name in next(rows, [])]
            if PROMPT not in header or len(set(header)) < len(header):
                raise self._error(1, "begin with a line that names each column once, `prompt` among them")
            for row in rows:
                if not any(row):
                    continue
                if len(row) > len(header):
                    raise self._error(
                        rows.line_num, f"put commas in quotes: {len(row)} cells for {len(header)} columns"
                    )
                # An empty cell is a value left out.
                yield (
                    rows.line_num,
                    {
                        name: self._cell(rows.line_num, name, cell)
                        for name, cell in zip(header, row, strict=False)
                        if cell
                    },
                )
        except csv.Error as error:
            raise self._error(rows.line_num, f"write CSV with quotes around texts: {error}") from None

    def _cell(self, line: int, name: str, cell: str) -> Any:
        if name in (PROMPT, ID) or name in self.texts:
            return cell
        try:
            return json.loads(cell)
        except ValueError:
            raise self._error(line, f"write {name} as JSON: {cell[:40]!r} is not") from None

    def _prompt(self, line: int, number: int, fields: dict[str, Any]) -> Prompt:
        text = fields.pop(PROMPT, None)
        if not isinstance(text, str) or not text.strip():
            raise self._error(line, "describe an image: `prompt` must be a text that is not empty")
        given = fields.pop(ID, f"{number:0{_DIGITS}}")
        if isinstance(given, int) and not isinstance(given, bool):
            given = str(given)
        if not isinstance(given, str) or not given.strip() or len(given) > 200:
            raise self._error(line, "write `id` as a text of up to 200 characters, or leave it out")
        if "\0" in text + given:
            raise self._error(line, "leave out the null character")
        if unknown := [name for name in fields if name not in self.parameters]:
            raise self._error(line, f"use {', '.join(sorted(self.parameters))}: there is no parameter {unknown[0]!r}")
        try:
            json.dumps([text, given, fields], ensure_ascii=False).encode()
        except UnicodeError:
            raise self._error(line, "leave out halves of surrogate pairs") from None
        return Prompt(given.strip(), number, text, fields)

    def _error(self, line: int, problem: str) -> InputError:
        return InputError(f"{self.path}, line {line}: {problem}")


def parameters_of(generate: Callable[..., Any]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of `images.generate`'s parameters beside the prompt, and of those whose values are texts."""
    found = inspect.signature(generate).parameters.values()
    names = frozenset(parameter.name for parameter in found if parameter.kind is parameter.KEYWORD_ONLY)
    rules = IMAGES_GENERATE.rules
    texts = frozenset(
        given.argument
        for given in IMAGES_GENERATE.inputs
        if any(rule.keyword == "type" and "string" in rule.value for rule in rules.get(given.place, ()))
    )
    return names, texts
