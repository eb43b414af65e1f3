"""Finds the texts for people in a Python module: its docstrings, and each message that it holds."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator

_ENTRY = re.compile(r"^( *)(\*{0,2}\w+(?:, \*{0,2}\w+)*: )", re.MULTILINE)
_DRAWING = re.compile(r"^::$(?:\n(?: {4}.*)?$)*", re.MULTILINE)
_WORD = re.compile(r"(?<![\w-])[A-Za-z]+(?:'s)?(?=[ ,.;:]|$)")
_FEWEST = 4
"""Words of a message; fewer are a name, a key or a title."""
# A pattern, or code.
_NOT_FOR_PEOPLE = re.compile(r"\(\?|\\[a-z]|\w\|\w|\n")


def texts(module: str) -> Iterator[tuple[int, str]]:
    """Yield each docstring and each message, with the number of its first line.

    A message is a string literal on one line with four words or more. What is formatted into it stands there as CODE.

    Args:
        module: The source of the module.
    """
    tree = ast.parse(module)
    documented, parts = set(), set()
    for node in ast.walk(tree):
        # Also below an attribute.
        if isinstance(node, ast.Expr):
            documented.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts |= set(ast.walk(node)) - {node}
    for node in ast.walk(tree):
        text = _text(node)
        if text is None or node in parts:
            continue
        assert isinstance(node, ast.expr)
        if node in documented:
            # Each argument and each exception is a sentence of its own.
            yield node.lineno, _ENTRY.sub(r"\1- \2", _DRAWING.sub("\n", inspect.cleandoc(text)))
        elif len(_WORD.findall(text)) >= _FEWEST and not _NOT_FOR_PEOPLE.search(text):
            yield node.lineno, text


def _text(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_text(value) or "CODE" for value in values)
    return None
