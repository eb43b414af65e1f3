"""What a person has judged of the page, in ``openapi/reviewed.yaml``: remarks without a rule, and contradictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from attrs import field, frozen

from scripts.source.failure import PipelineError

REVIEWED: Final = "openapi/reviewed.yaml"
"""The file, relative to the checkout."""

_KINDS: Final = {"remarks": ("place", "sentence", "reason"), "contradictions": ("place", "says", "against", "reason")}


@frozen
class Remark:
    """A sentence that states no rule, or the part of one that does which is in free wording."""

    place: str
    """Where it stands: a JSON pointer into the document, or ``page`` for what stands beside it."""
    sentence: str
    """Word for word, with single spaces."""
    reason: str = field(eq=False, default="")


@frozen
class Contradiction:
    """Two statements of the document of which at most one can hold as it stands."""

    place: str
    """Of the property concerned."""
    says: str
    """What one of them says: ``default 1024x1024 for every model but glm-image``."""
    against: str
    """What stands against it: ``schema default 1280x1280``."""
    reason: str = field(eq=False, default="")
    sentence: str = field(eq=False, default="")
    """Where one of them says it."""
    opposed: str = field(eq=False, default="")
    """Where the other stands."""


@frozen
class Reviewed:
    """The file."""

    remarks: tuple[Remark, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Reviewed:
        """Read what the file holds, parsed.

        Raises:
            PipelineError: It has another shape, or an entry lacks its reason.
        """
        if unknown := sorted(plain.keys() - _KINDS.keys()):
            raise PipelineError(f"{REVIEWED}: has {unknown[0]}, and knows {' and '.join(_KINDS)} alone")
        for kind, keys in _KINDS.items():
            entries = plain.get(kind, [])
            if not isinstance(entries, list):
                raise PipelineError(f"{REVIEWED}: `{kind}` must be a list")
            for entry in entries:
                if not isinstance(entry, Mapping) or sorted(entry) != sorted(keys):
                    raise PipelineError(f"{REVIEWED}: each entry of {kind} has {', '.join(keys)}, and nothing else")
                if not all(isinstance(entry[key], str) and entry[key].strip() for key in keys):
                    raise PipelineError(f"{REVIEWED}: {', '.join(keys)} must be text, and not empty")
        return cls(
            tuple(Remark(**entry) for entry in plain.get("remarks", [])),
            tuple(Contradiction(**entry) for entry in plain.get("contradictions", [])),
        )


_Entry = TypeVar("_Entry", Remark, Contradiction)


def unmatched(found: Iterable[_Entry], listed: Iterable[_Entry]) -> list[_Entry]:
    """Return what is found more often than it is listed, in order: an entry covers one occurrence and no more."""
    left = Counter(listed)
    missing = []
    for entry in found:
        if left[entry]:
            left[entry] -= 1
        else:
            missing.append(entry)
    return missing
