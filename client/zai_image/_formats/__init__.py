"""What kind of image bytes are, whether all of them are there, and how wide and high the image is."""

from __future__ import annotations

from itertools import chain
from pathlib import PurePath
from typing import Final

from attrs import frozen

from zai_image._formats._content import Content
from zai_image._formats._format import Format
from zai_image._formats._table import FORMATS

SUFFIXES: Final = tuple(chain.from_iterable(each.suffixes for each in FORMATS))
"""The suffixes of all formats."""


@frozen
class Facts:
    """What is known of an image that was received.

    Attributes:
        media_type: Its media type.
        suffix: The suffix for its file; empty where none is known.
        is_complete: Whether all of it is there; None where its format does not tell, or is not known.
        width: In pixels, as it is stored; None where that is not known.
        height: Likewise.
        format: Its format; None where its bytes tell none, and only the server says that it is an image.
    """

    media_type: str
    suffix: str
    is_complete: bool | None = None
    width: int | None = None
    height: int | None = None
    format: Format | None = None


def facts_of(content: Content) -> Facts | None:
    """Return what the bytes of an image tell; None where they are of no format that is known here."""
    found = format_of(content)
    if found is None:
        return None
    width, height = found.size(content) or (None, None)
    return Facts(found.media_type, found.suffix, found.is_complete(content), width, height, found)


def format_of(content: Content) -> Format | None:
    """Return the format of a file; None where it is none that is known here."""
    return next((each for each in FORMATS if each.matches(content)), None)


def format_named(media_type: str) -> Format | None:
    """Return the format that has this media type; None where it is none that is known here."""
    return next((each for each in FORMATS if media_type in each.media_types), None)


def mismatch(path: PurePath, facts: Facts) -> str | None:
    """Return what the suffix of a path says that an image is, where the image is something else; None otherwise."""
    suffix = path.suffix.lower()
    if facts.format is None or suffix in facts.format.suffixes:
        return None
    named = next((each.media_type for each in FORMATS if suffix in each.suffixes), None)
    if named is not None:
        return named
    # Loaded for few: it reads tables of the system.
    import mimetypes

    return mimetypes.guess_type(f"image{suffix}")[0]
