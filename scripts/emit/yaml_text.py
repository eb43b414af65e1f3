"""Writes YAML that people can review and that means the same under YAML 1.1 and 1.2."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, FoldedScalarString

from scripts.source.quoting import NOT_TEXT

# What both read as text, and as the same text, without quotes.
_PLAIN = re.compile(r"[A-Za-z$/]([A-Za-z0-9 ,.()/_-]*[A-Za-z0-9.)])?|[1-9]\d*x\d+")
# Words with one space between them: what folding and unfolding give back as it was.
_PROSE = re.compile(r"[!-~]+(?: [!-~]+)+")
_WIDTH = 110
_LONG = 80
"""Characters from which on prose is folded, and a list has a line for each item."""


def yaml_text(content: Mapping[str, Any], header: str) -> str:
    """Return a mapping of JSON values as YAML text.

    Args:
        content: What to write; keys keep their order.
        header: The comment lines to begin with.
    """
    stream = io.StringIO()
    yaml = YAML()
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    # A value that occurs twice is written twice: anchors would make a reader look elsewhere.
    yaml.representer.ignore_aliases = lambda data: True
    yaml.dump(_styled(content), stream)
    return header + stream.getvalue()


def _styled(value: object) -> Any:
    if isinstance(value, Mapping):
        return {_scalar(key): _styled(item) for key, item in value.items()}
    if isinstance(value, list):
        items = CommentedSeq(map(_styled, value))
        if len(str(value)) < _LONG and not any(isinstance(item, Mapping | list) for item in value):
            items.fa.set_flow_style()
        return items
    if isinstance(value, str) and len(value) > _LONG and _PROSE.fullmatch(value):
        return FoldedScalarString(value)
    return _scalar(value)


def _scalar(value: object) -> Any:
    if isinstance(value, str) and (value.lower() in NOT_TEXT or not _PLAIN.fullmatch(value)):
        return DoubleQuotedScalarString(value)
    return value
