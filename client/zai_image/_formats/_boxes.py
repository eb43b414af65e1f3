"""Walks through the boxes of ISO's media files, which AVIF, HEIC, JPEG XL and JPEG 2000 are made of."""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from
from typing import Final, NamedTuple

from zai_image._formats._content import Content
from zai_image._formats._walks import (
    MOST_STEPS,
    Sides,
    TooManyParts,
    jpeg2000_codestream_is_complete,
    jpeg2000_codestream_sides,
)


class _Box(NamedTuple):
    """A box, and where what is in it begins and ends; ``end`` is None for one that ends with the file."""

    kind: bytes
    begin: int
    end: int | None


def _boxes(content: Content, at: int = 0, end: int | None = None) -> Iterator[_Box]:
    limit = len(content) if end is None else end
    for _ in range(MOST_STEPS):
        if at >= limit:
            return
        size, kind = unpack_from(">I4s", content, at)
        begin = at + 8
        if size == 1:
            size, begin = unpack_from(">Q", content, begin)[0], at + 16
        if size == 0:
            yield _Box(kind, begin, None)
            return
        if size < begin - at:
            raise ValueError
        at += size
        yield _Box(kind, begin, at)
    raise TooManyParts


def _find(content: Content, *path: bytes) -> _Box | None:
    """Return the first box on a path from the outermost."""
    at, end = 0, None
    found = None
    for kind in path:
        found = next((box for box in _boxes(content, at, end) if box.kind == kind), None)
        if found is None:
            return None
        # Some boxes begin with a version and flags.
        at, end = found.begin + (4 if kind == b"meta" else 0), found.end
    return found


def heif_is_complete(content: Content) -> bool | None:
    boxes = list(_boxes(content))
    if any(box.end is not None and box.end > len(content) for box in boxes):
        return False
    if boxes[-1].end is None:
        return None
    location = _find(content, b"meta", b"iloc")
    if location is not None and _furthest(content, location.begin) > len(content):
        return False
    # Whoever stops after the description has sent no image.
    return any(box.kind == b"mdat" for box in boxes) or _find(content, b"meta", b"idat") is not None


def _furthest(content: Content, at: int) -> int:
    """Return where the last of the parts ends that a box of locations lists."""
    version = content[at]
    sizes = unpack_from(">H", content, at + 4)[0]
    offset, length, base, index = (sizes >> shift & 0xF for shift in (12, 8, 4, 0))
    wide = version >= 2
    at += 6
    items = int.from_bytes(content[at : at + (4 if wide else 2)])
    at += 4 if wide else 2
    furthest = 0
    for _ in range(min(items, MOST_STEPS)):
        at += 4 if wide else 2
        method = 0
        if version:
            method = unpack_from(">H", content, at)[0] & 0xF
            at += 2
        start = int.from_bytes(content[at + 2 : at + 2 + base])
        at += 2 + base
        extents = unpack_from(">H", content, at)[0]
        at += 2
        for _ in range(min(extents, MOST_STEPS)):
            at += index if version else 0
            begin, size = content[at : at + offset], content[at + offset : at + offset + length]
            at += offset + length
            # Other methods count from elsewhere.
            if method == 0:
                furthest = max(furthest, start + int.from_bytes(begin) + int.from_bytes(size))
    return furthest


def heif_sides(content: Content) -> Sides:
    """Return the sides of the largest image: others are its tiles, alpha planes and thumbnails."""
    properties = _find(content, b"meta", b"iprp", b"ipco")
    if properties is None:
        raise ValueError
    sides = [
        unpack_from(">II", content, box.begin + 4)
        for box in _boxes(content, properties.begin, properties.end)
        if box.kind == b"ispe"
    ]
    width, height = max(sides, key=lambda pair: pair[0] * pair[1])
    return width, height


def jpeg_xl_is_complete(content: Content) -> bool | None:
    if content[:2] == b"\xff\x0a":
        return None
    boxes = list(_boxes(content))
    if any(box.end is not None and box.end > len(content) for box in boxes):
        return False
    if boxes[-1].end is None:
        return None
    # The last part of a codestream in parts says that it is.
    return any(
        box.kind == b"jxlc" or (box.kind == b"jxlp" and unpack_from(">I", content, box.begin)[0] >> 31) for box in boxes
    )


_RATIOS: Final = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


def jpeg_xl_sides(content: Content) -> Sides:
    if content[:2] == b"\xff\x0a":
        at = 2
    else:
        stream = _find(content, b"jxlc") or _find(content, b"jxlp")
        if stream is None:
            raise ValueError
        at = stream.begin + (4 if stream.kind == b"jxlp" else 0) + 2
    bits = int.from_bytes(content[at : at + 12], "little")

    def take(count: int) -> int:
        nonlocal bits
        value, bits = bits & ((1 << count) - 1), bits >> count
        return value

    def side() -> int:
        return 1 + take((9, 13, 18, 30)[take(2)])

    small = take(1)
    height = (1 + take(5)) * 8 if small else side()
    ratio = take(3)
    if ratio:
        across, down = _RATIOS[ratio - 1]
        return height * across // down, height
    return ((1 + take(5)) * 8 if small else side()), height


def jpeg2000_is_complete(content: Content) -> bool | None:
    if content[:4] == b"\xff\x4f\xff\x51":
        return jpeg2000_codestream_is_complete(content)
    boxes = list(_boxes(content))
    if any(box.end is not None and box.end > len(content) for box in boxes):
        return False
    if boxes[-1].end is None:
        return jpeg2000_codestream_is_complete(content)
    return any(box.kind == b"jp2c" for box in boxes)


def jpeg2000_sides(content: Content) -> Sides:
    if content[:4] == b"\xff\x4f\xff\x51":
        return jpeg2000_codestream_sides(content)
    header = _find(content, b"jp2h", b"ihdr")
    if header is None:
        raise ValueError
    height, width = unpack_from(">II", content, header.begin)
    return width, height
