"""Tells from its bytes what kind of image something is, and whether it came whole."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from attrs import frozen

HEAD: Final = 16
"""How many of the first bytes tell the kind."""
TAIL: Final = 4096
"""How many of the last bytes tell whether the end is there; encoders may put a little behind it."""


@frozen
class Kind:
    """A kind of image.

    Attributes:
        suffix: The suffix of its files.
        types: Its media types, as servers name them.
        mark: How many of the first bytes tell that it is one.
        begins: Whether bytes begin like it; it gets the first ``HEAD`` of them.
        complete: Whether it came whole; it gets the first ``HEAD`` bytes, the last ``TAIL``, and how many there are.
    """

    suffix: str
    types: tuple[str, ...]
    mark: int
    begins: Callable[[bytes], bool]
    complete: Callable[[bytes, bytes, int], bool]


def _ends_with(mark: bytes, head: bytes, tail: bytes, length: int) -> bool:
    return mark in tail


def _ends_with_a_trailer(head: bytes, tail: bytes, length: int) -> bool:
    # One byte, which any data holds; only zeros may follow it.
    return tail.rstrip(b"\0").endswith(b";")


def _as_long_as_its_header_says(head: bytes, tail: bytes, length: int) -> bool:
    return length >= int.from_bytes(head[4:8], "little") + 8


KINDS: Final = (
    Kind(
        ".png",
        ("image/png",),
        8,
        lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"),
        partial(_ends_with, b"IEND\xaeB`\x82"),
    ),
    Kind(
        ".jpg",
        ("image/jpeg", "image/jpg"),
        3,
        lambda head: head.startswith(b"\xff\xd8\xff"),
        partial(_ends_with, b"\xff\xd9"),
    ),
    Kind(
        ".webp",
        ("image/webp",),
        12,
        lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP",
        _as_long_as_its_header_says,
    ),
    Kind(".gif", ("image/gif",), 6, lambda head: head[:6] in (b"GIF87a", b"GIF89a"), _ends_with_a_trailer),
)


def kind_of(head: bytes) -> Kind | None:
    """Return the kind of the image that begins so; None where it is none that is known here."""
    return next((kind for kind in KINDS if kind.begins(head)), None)


def kind_named(content_type: str) -> Kind | None:
    """Return the kind that has this media type; None where it is none that is known here."""
    return next((kind for kind in KINDS if content_type in kind.types), None)
