"""An image format: how its files begin, and what else their bytes tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from attrs import frozen

from zai_image._formats._content import Content
from zai_image._formats._walks import Sides, TooManyParts

Signature: TypeAlias = tuple[tuple[int, bytes], ...]
"""What stands at which places of each file of a format."""


@frozen
class Format:
    """An image format.

    Attributes:
        name: What people call it.
        media_types: Its media types, the registered one first.
        suffixes: The suffixes of its files, the usual one first.
        signatures: What its files begin with; one of them is enough.
        search: What is looked for instead, where the beginning tells too little.
        completeness: Tells whether all of a file is there; None where the format does not allow that.
        sides: Tells width and height; None where that is not read here.
    """

    name: str
    media_types: tuple[str, ...]
    suffixes: tuple[str, ...]
    signatures: tuple[Signature, ...] = ()
    search: Callable[[Content], bool] | None = None
    completeness: Callable[[Content], bool | None] | None = None
    sides: Callable[[Content], Sides] | None = None

    @property
    def media_type(self) -> str:
        """Its registered media type."""
        return self.media_types[0]

    @property
    def suffix(self) -> str:
        """The usual suffix of its files."""
        return self.suffixes[0]

    def matches(self, content: Content) -> bool:
        """Whether this is how its files look."""
        return any(
            all(content[at : at + len(part)] == part for at, part in signature) for signature in self.signatures
        ) or (self.search is not None and self.search(content))

    def may_become(self, content: Content) -> bool:
        """Whether so short a content may be the beginning of such a file."""
        return any(
            all(part.startswith(content[at : at + len(part)]) for at, part in signature)
            for signature in self.signatures
        )

    def is_complete(self, content: Content) -> bool | None:
        """Whether all of a file is there; None where that cannot be told."""
        if self.completeness is None:
            return None
        try:
            return self.completeness(content)
        except (TooManyParts, RecursionError, MemoryError):
            return None
        except Exception:
            # Whatever it is, it was read past the end: what stands there is missing, or is none of it.
            return False

    def size(self, content: Content) -> Sides | None:
        """Return width and height in pixels, as they are stored; None where they cannot be told."""
        if self.sides is None:
            return None
        try:
            width, height = self.sides(content)
        except Exception:
            # Whatever it is, what tells them is missing.
            return None
        return (width, height) if width > 0 and height > 0 else None
