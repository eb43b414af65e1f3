"""What decoders forgive: rows that are missing, checksums that are wrong, passes and scans that never come."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples of a pixel by the colour type of PNG."""
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Adam7: the first column and row of each pass, and its steps."""
_TEXT = (b"tEXt", b"zTXt", b"iTXt", b"iCCP", b"eXIf")
_MOST = 2**28
"""Bytes of pixels that are looked at: more than any image has that is not made to fill a memory."""
_FILLING = random.Random(0).randbytes(4096).replace(b"\xff", b"\x7f")
"""Put behind the data of a JPEG's scan: where rows are missing, it becomes some."""


def png_fault(content: bytes) -> str:
    """What is wrong with a PNG's chunks, checksums or number of rows; empty where nothing is, or it is no PNG."""
    if not content.startswith(_PNG):
        return ""
    chunks = list(_chunks(content))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        return "it does not begin with IHDR"
    for kind, data, checksum in chunks:
        if checksum != zlib.crc32(kind + data):
            return f"the checksum of {kind.decode('latin-1')} is wrong"
    if chunks[-1][0] != b"IEND":
        return "it ends before IEND"
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    expected = _png_size(width, height, depth * _CHANNELS.get(colour, 0), interlaced)
    if expected > _MOST:
        return f"{width}x{height} pixels are more than are looked at"
    inflating = zlib.decompressobj()
    try:
        pixels = inflating.decompress(b"".join(data for kind, data, _ in chunks if kind == b"IDAT"), expected + 1)
        # The checksum stands behind the last byte.
        pixels += inflating.decompress(inflating.unconsumed_tail, 1) if inflating.unconsumed_tail else b""
    except zlib.error as error:
        return str(error)
    if len(pixels) < expected:
        return f"it holds {len(pixels)} of {expected} bytes of pixels"
    return "" if inflating.eof or len(pixels) > expected else "its data ends before its checksum"


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """The whole chunks of a PNG: kind, data and checksum, up to IEND."""
    place = len(_PNG)
    while place + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, place)
        if place + 12 + length > len(content):
            return
        kind, data = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        yield kind, data, struct.unpack_from(">I", content, place + 8 + length)[0]
        place += 12 + length
        if kind == b"IEND":
            return


def _png_size(width: int, height: int, bits: int, interlaced: int) -> int:
    """The bytes that the pixels of a PNG take before they are compressed: a filter and the samples of each row."""
    if not interlaced:
        return height * (1 + (width * bits + 7) // 8)
    total = 0
    for column, row, right, down in _PASSES:
        columns, rows = -(-(width - column) // right), -(-(height - row) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total


def without_text(content: bytes) -> bytes:
    """A PNG without what is written beside its pixels; any other image as it is."""
    if not content.startswith(_PNG):
        return content
    kept = [_PNG]
    for kind, data, checksum in _chunks(content):
        if kind not in _TEXT:
            kept.append(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum))
    return b"".join(kept)


def jpeg_fault(content: bytes) -> str:
    """What is missing of a JPEG that ends as it should; empty where nothing is, or it is no JPEG.

    A decoder fills up what is missing and says nothing. Data behind a scan that is whole is passed over; behind one
    that is not, it becomes pixels, so that the same image decodes to another.
    """
    if not content.startswith(_JPEG):
        return ""
    ends, approximations, progressive = _scans(content)
    if not ends:
        return "it holds no scan"
    if progressive and any(approximations.get((component, 63), 1) for component in {c for c, _ in approximations}):
        return "scans are missing"
    filled = bytearray(content)
    for end in reversed(ends):
        filled[end:end] = _FILLING
    return "" if _pixels(content) == _pixels(bytes(filled)) else "rows are missing"


def _pixels(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
        return image.tobytes()


def _scans(content: bytes) -> tuple[list[int], dict[tuple[int, int], int], bool]:
    """Where the data of each scan ends; to how many bits each coefficient of a component is known; if progressive."""
    ends: list[int] = []
    known: dict[tuple[int, int], int] = {}
    progressive = False
    place = 2
    while place + 4 <= len(content):
        if content[place] != 0xFF:
            return ends, known, progressive
        marker = content[place + 1]
        if marker == 0xD9:
            return ends, known, progressive
        if marker == 0xFF:
            place += 1
            continue
        (length,) = struct.unpack_from(">H", content, place + 2)
        segment = content[place + 4 : place + 2 + length]
        progressive |= marker == 0xC2
        place += 2 + length
        if marker == 0xDA and segment:
            count = segment[0]
            first, last, bits = segment[1 + 2 * count : 4 + 2 * count]
            for component in segment[1 : 1 + 2 * count : 2]:
                known.setdefault((component, 63), 1)
                for coefficient in range(first, last + 1):
                    known[component, coefficient] = bits & 15
            place = _end_of_scan(content, place)
            ends.append(place)
    return ends, known, progressive


def _end_of_scan(content: bytes, place: int) -> int:
    """Where the next marker stands that is not a part of the data."""
    while True:
        place = content.find(b"\xff", place)
        if place < 0 or place + 1 >= len(content):
            return len(content)
        if content[place + 1] and not 0xD0 <= content[place + 1] <= 0xD7:
            return place
        place += 2
