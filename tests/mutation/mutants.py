"""Mutants as people read them: the function, the lines that go and the lines that come; also those that docs list."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import field, frozen

# How mutmut names what it makes of a function: x_name__mutmut_7, or xǁClassǁname__mutmut_7 for a method.
_MADE = re.compile(r"x(?:_|ǁ(?P<of>\w+?)ǁ)(?P<name>\w+)__mutmut_(?P<number>orig|\d+)")


def _stripped(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(line.strip() for line in lines)


@frozen
class Mutant:
    """What was done to one function; where in its file the function stands does not matter, nor its indentation.

    Attributes:
        module: The module's full name.
        function: The function's name, with its class.
        gone: The lines that it lost.
        come: The lines that it got instead.
    """

    module: str
    function: str
    gone: tuple[str, ...] = field(converter=_stripped)
    come: tuple[str, ...] = field(converter=_stripped)

    def __str__(self) -> str:
        changes = [*(f"- {line}" for line in self.gone), *(f"+ {line}" for line in self.come)]
        return "\n".join([f"@@ {self.module} {self.function} @@", *changes])


def made(mutated: str, module: str) -> Mapping[str, Mutant]:
    """Return the mutants in what mutmut made of a module, by mutmut's names for them."""
    lines = mutated.splitlines()
    texts: dict[re.Match[str], list[str]] = {}
    for node in ast.walk(ast.parse(mutated)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (match := _MADE.fullmatch(node.name)):
            texts[match] = [line.replace(node.name, match["name"]) for line in lines[node.lineno - 1 : node.end_lineno]]
    originals = {(match["of"], match["name"]): text for match, text in texts.items() if match["number"] == "orig"}
    found: dict[str, Mutant] = {}
    for match, text in texts.items():
        if match["number"] != "orig":
            changes = list(difflib.ndiff(originals[match["of"], match["name"]], text))
            gone, come = ([line[2:] for line in changes if line.startswith(mark)] for mark in ("- ", "+ "))
            function = f"{match['of']}.{match['name']}" if match["of"] else match["name"]
            found[f"{module}.{match[0]}"] = Mutant(module, function, gone, come)
    return found


def listed(document: str) -> Iterator[Mutant]:
    """Yield the mutants that a document lists, in blocks of ``diff`` whose headings are functions."""
    for block in re.findall(r"^```diff\n(.*?)^```$", document, re.DOTALL | re.MULTILINE):
        for module, function, lines in re.findall(r"^@@ (\S+) (\S+) @@\n((?:[-+].*\n)+)", block, re.MULTILINE):
            changes = lines.splitlines()
            gone, come = ([line[1:] for line in changes if line.startswith(mark)] for mark in "-+")
            yield Mutant(module, function, gone, come)


def source(folder: Path, module: str) -> Path:
    """Return the file of a module below a folder."""
    path = folder.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
