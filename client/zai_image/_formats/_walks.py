"""Walks through the bytes of common image formats: whether all of an image is there, and how wide and high it is.

Each ``is_complete`` function returns True or False where the format tells, and None where it does not. They may raise
whatever reading past the end raises: the end is missing then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import unpack_from
from typing import Final, TypeAlias

from zai_image._formats._content import Content

Sides: TypeAlias = tuple[int, int]

# A hostile file may consist of nothing but tiny parts; to walk through so many takes no noticeable time.
MOST_STEPS: Final = 100_000


class TooManyParts(Exception):
    """A file has more parts than anybody has time for."""


# PNG: chunks of length, type, data and checksum.


def png_is_complete(content: Content) -> bool:
    at = 8
    for _ in range(MOST_STEPS):
        length, kind = unpack_from(">I4s", content, at)
        at += 12 + length
        if kind == b"IEND":
            return bool(at <= len(content))
    raise TooManyParts


def png_sides(content: Content) -> Sides:
    # Apple's variant has a chunk before the header.
    at = 8
    for _ in range(4):
        length, kind = unpack_from(">I4s", content, at)
        if kind == b"IHDR":
            return unpack_from(">II", content, at + 8)
        at += 12 + length
    raise ValueError


# JPEG: segments of marker and length; in the coded data a marker stands where 0xFF is followed by no 0 or restart.

_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _jpeg_segments(content: Content) -> Iterator[tuple[int, int]]:
    at = 2
    for _ in range(MOST_STEPS):
        found = _MARKER.search(content, at)
        if found is None:
            return
        marker, at = found[0][1], found.end()
        yield marker, at
        if marker == 0xD9:
            return
        if marker != 0x01:
            at += max(2, unpack_from(">H", content, at)[0])
    raise TooManyParts


def jpeg_is_complete(content: Content) -> bool:
    return any(marker == 0xD9 for marker, _ in _jpeg_segments(content))


def jpeg_sides(content: Content) -> Sides:
    for marker, at in _jpeg_segments(content):
        if marker in _FRAMES:
            height, width = unpack_from(">HH", content, at + 3)
            return width, height
    raise ValueError


# GIF: blocks of sub-blocks, up to a trailer.


def gif_is_complete(content: Content) -> bool:
    at = 13 + _table(content[10])
    steps = 0
    while content[at] != 0x3B:
        if content[at] == 0x2C:
            at += 11 + _table(content[at + 9])
        elif content[at] == 0x21:
            at += 2
        else:
            return False
        while length := content[at]:
            at += 1 + length
            steps += 1
            if steps > MOST_STEPS * 3:
                raise TooManyParts
        at += 1
        steps += 1
    return True


def _table(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def gif_sides(content: Content) -> Sides:
    return unpack_from("<HH", content, 6)


# WebP: a RIFF chunk that says its length.


def webp_is_complete(content: Content) -> bool:
    return bool(len(content) >= unpack_from("<I", content, 4)[0] + 8)


def webp_sides(content: Content) -> Sides:
    kind = content[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
    if kind == b"VP8L":
        bits = unpack_from("<I", content, 21)[0]
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = unpack_from("<HH", content, 26)
    return width & 0x3FFF, height & 0x3FFF


# BMP: a header with the sides.


def bmp_sides(content: Content, at: int = 14) -> Sides:
    if unpack_from("<I", content, at)[0] == 12:
        return unpack_from("<HH", content, at + 4)
    width, height = unpack_from("<ii", content, at + 4)
    return width, abs(height)


# TIFF: directories of entries, some of which say where the strips or tiles of the image are.

_TIFF_TYPES: Final = {1: "B", 3: "H", 4: "I", 16: "Q"}
_TIFF_PARTS: Final = ((273, 279), (324, 325))


def _tiff_directories(content: Content) -> Iterator[dict[int, tuple[int, ...]]]:
    order = "<" if content[:2] == b"II" else ">"
    is_big = unpack_from(f"{order}H", content, 2)[0] == 43
    pointer, count, entry = ("Q", "Q", "HHQ8s") if is_big else ("I", "H", "HHI4s")
    at = unpack_from(f"{order}{pointer}", content, 8 if is_big else 4)[0]
    inline, size = (8, 20) if is_big else (4, 12)
    seen = set[int]()
    while at and at not in seen:
        seen.add(at)
        if len(seen) > MOST_STEPS // 100:
            raise TooManyParts
        entries = unpack_from(f"{order}{count}", content, at)[0]
        at += 8 if is_big else 2
        directory = dict[int, tuple[int, ...]]()
        for _ in range(min(entries, 2**16)):
            tag, kind, values, value = unpack_from(f"{order}{entry}", content, at)
            at += size
            if kind in _TIFF_TYPES and values <= MOST_STEPS * 10:
                wanted = f"{order}{values}{_TIFF_TYPES[kind]}"
                width = values * {"B": 1, "H": 2, "I": 4, "Q": 8}[_TIFF_TYPES[kind]]
                where = unpack_from(f"{order}{pointer}", value)[0]
                directory[tag] = unpack_from(wanted, value) if width <= inline else unpack_from(wanted, content, where)
        yield directory
        at = unpack_from(f"{order}{pointer}", content, at)[0]


def tiff_is_complete(content: Content) -> bool | None:
    told = False
    for directory in _tiff_directories(content):
        for offsets, lengths in _TIFF_PARTS:
            for offset, length in zip(directory.get(offsets, ()), directory.get(lengths, ()), strict=False):
                told = True
                if offset + length > len(content):
                    return False
    return told or None


def tiff_sides(content: Content) -> Sides:
    first = next(_tiff_directories(content))
    return first[256][0], first[257][0]


# Formats that say how long they are, or end with a mark.


def qoi_is_complete(content: Content) -> bool:
    return content[-8:] == b"\0\0\0\0\0\0\0\1"


def icns_is_complete(content: Content) -> bool:
    return bool(len(content) >= unpack_from(">I", content, 4)[0])


def fli_is_complete(content: Content) -> bool:
    return bool(len(content) >= unpack_from("<I", content)[0])


def emf_is_complete(content: Content) -> bool:
    return bool(len(content) >= unpack_from("<I", content, 48)[0])


def wmf_is_complete(content: Content) -> bool:
    # Counted in words of two bytes, behind a header of 22.
    return bool(len(content) >= 22 + 2 * unpack_from("<I", content, 28)[0])


def sun_is_complete(content: Content) -> bool | None:
    length = unpack_from(">I", content, 16)[0]
    return len(content) >= 32 + length + unpack_from(">I", content, 28)[0] if length else None


def code_is_complete(content: Content) -> bool:
    return content[-16:].rstrip().endswith(b"};")


def svg_is_complete(content: Content) -> bool:
    tail = content[-4096:]
    return b"</svg" in tail or b"</svg:svg" in tail or tail.rstrip().endswith(b"/>")


def bulletin_is_complete(content: Content) -> bool:
    return content[-4:] == b"7777"


def icon_is_complete(content: Content) -> bool:
    return all(at + length <= len(content) for length, at in (entry[-2:] for entry in _icon_entries(content)))


def icon_sides(content: Content) -> Sides:
    # A side of 256 is written as 0.
    return max((entry[0] or 256, entry[1] or 256) for entry in _icon_entries(content))


def _icon_entries(content: Content) -> list[tuple[int, ...]]:
    return [unpack_from("<BBBBHHII", content, 6 + 16 * n) for n in range(unpack_from("<H", content, 4)[0])]


_NETPBM: Final = re.compile(rb"P([1-6])(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)(?:(?:\s|#[^\n]*\n)+(\d+))?\s")


def netpbm_is_complete(content: Content) -> bool | None:
    found = _NETPBM.match(content)
    if found is None or found[1] < b"4":
        return None
    width, height = int(found[2]), int(found[3])
    if found[1] == b"4":
        # Bitmaps have no greatest value, so that the match may have taken a digit of the image for one.
        return len(content) - found.end(3) - 1 >= (width + 7) // 8 * height
    if found[4] is None:
        return False
    depth = (1 if int(found[4]) < 256 else 2) * (3 if found[1] == b"6" else 1)
    return len(content) - found.end() >= width * height * depth


def netpbm_sides(content: Content) -> Sides:
    found = _NETPBM.match(content)
    if found is None:
        raise ValueError
    return int(found[2]), int(found[3])


def psd_is_complete(content: Content) -> bool:
    big = unpack_from(">H", content, 4)[0] == 2
    channels, height, width, depth = unpack_from(">HIIH", content, 12)
    at = 26
    for size in (">I", ">I", ">Q" if big else ">I"):
        at += (8 if size == ">Q" else 4) + unpack_from(size, content, at)[0]
    compression = unpack_from(">H", content, at)[0]
    if compression == 1:
        rows = channels * height
        lengths = unpack_from(f">{rows}{'I' if big else 'H'}", content, at + 2)
        return bool(len(content) >= at + 2 + rows * (4 if big else 2) + sum(lengths))
    return bool(compression or len(content) >= at + 2 + channels * height * ((width * depth + 7) // 8))


def psd_sides(content: Content) -> Sides:
    height, width = unpack_from(">II", content, 14)
    return width, height


def jpeg2000_codestream_is_complete(content: Content) -> bool:
    return content[-2:] == b"\xff\xd9"


def jpeg2000_codestream_sides(content: Content) -> Sides:
    right, bottom, left, top = unpack_from(">IIII", content, 8)
    return right - left, bottom - top
