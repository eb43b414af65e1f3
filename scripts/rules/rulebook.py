"""What the rules look like that a page states only in prose: typed, and as the text of ``openapi/rules.yaml``."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from attrs import asdict, field, frozen
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from scripts.prose.statements import Dimensions

_HEADER = """\
# Every rule that the page states in prose, with the sentence it was read from. Made from openapi/zai-image.yaml by
#
#     python -m scripts.regenerate
#
# Do not edit. How a sentence becomes a rule: docs/rules.md.
"""

# What YAML 1.1, which most tools still read, takes for something other than text.
_NOT_TEXT = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


@frozen
class SizeRule:
    """The sizes that one group of models accepts; sides in pixels."""

    recommended: tuple[Dimensions, ...]
    default: Dimensions
    min_side: int
    max_side: int
    step: int
    max_pixels: int
    recommended_sentence: str = field(eq=False)
    custom_sentence: str = field(eq=False)


@frozen
class QualityRule:
    """The quality that one group of models takes by default."""

    default: str
    sentence: str = field(eq=False)


@frozen
class DurationRule:
    """How long a picture of one quality takes."""

    min_seconds: int
    max_seconds: int
    sentence: str = field(eq=False)


@frozen
class UserIdRule:
    """How many characters a ``user_id`` has."""

    min_length: int
    max_length: int
    sentence: str = field(eq=False)


@frozen
class LinkRule:
    """How many days the link of a picture works."""

    days: int
    sentence: str = field(eq=False)


@frozen
class ImagesRule:
    """How many pictures an answer holds."""

    count: int
    sentence: str = field(eq=False)


@frozen
class SeverityRule:
    """Which level of the content filter is the most severe, which the least."""

    most_severe: int
    least_severe: int
    sentence: str = field(eq=False)


@frozen
class Rules:
    """All rules of a document; one that its prose does not state is None, or missing from its mapping.

    Equality is that of the numbers and names: the same rule in other words is the same rule.
    """

    size: Mapping[str, SizeRule]
    """By group: a model's name, or ``others`` for every model that is not named."""
    quality: Mapping[str, QualityRule]
    """By group, likewise."""
    duration: Mapping[str, DurationRule]
    """By quality."""
    user_id: UserIdRule | None
    link: LinkRule | None
    images: ImagesRule | None
    severity: SeverityRule | None

    def to_yaml(self) -> str:
        """Return the text of ``openapi/rules.yaml``."""
        content: dict[str, Any] = {
            "size": {group: _size(rule) for group, rule in self.size.items()},
            "quality": {group: asdict(rule) for group, rule in self.quality.items()},
            "duration": {quality: asdict(rule) for quality, rule in self.duration.items()},
        }
        content |= {
            name: asdict(rule)
            for name in ("user_id", "link", "images", "severity")
            if (rule := getattr(self, name)) is not None
        }
        stream = io.StringIO()
        yaml = YAML()
        yaml.width = 1_000_000  # a sentence stays on its line
        yaml.indent(mapping=2)
        yaml.dump(_plain({name: rule for name, rule in content.items() if rule}), stream)
        return _HEADER + stream.getvalue()


def _size(rule: SizeRule) -> dict[str, Any]:
    return {
        "recommended": ["x".join(map(str, size)) for size in rule.recommended],
        "default": "x".join(map(str, rule.default)),
        "min_side": rule.min_side,
        "max_side": rule.max_side,
        "step": rule.step,
        "max_pixels": rule.max_pixels,
        "sentences": {"recommended": rule.recommended_sentence, "custom": rule.custom_sentence},
    }


def _plain(value: object) -> Any:
    """Turn a value into what is written the way a reviewer reads it, and means the same under YAML 1.1 and 1.2."""
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        flow = CommentedSeq(map(_plain, value))
        flow.fa.set_flow_style()
        return flow
    if isinstance(value, str) and (value.lower() in _NOT_TEXT or not re.fullmatch(r"[a-z][a-z0-9._-]*|\d+x\d+", value)):
        return DoubleQuotedScalarString(value)
    return value
