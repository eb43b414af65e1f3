"""Recognizes the files of formats whose first bytes alone tell too little."""

from __future__ import annotations

import re
import struct
from typing import Final

from zai_image._formats import _lengths
from zai_image._formats._content import Content

_SVG: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<(?:svg:)?svg[\s/>]", re.DOTALL
)
_XBM: Final = re.compile(rb"\s*(?:/\*.*?\*/\s*)?#define[ \t]+\S*_width[ \t]", re.DOTALL)
_EPS: Final = re.compile(rb"%!PS[^\r\n]*EPSF")
_BITMAP_HEADERS: Final = tuple(length.to_bytes(4, "little") for length in (12, 40, 52, 56, 64, 108, 124))


def is_device_independent_bitmap(content: Content) -> bool:
    # One plane, and a number of bits that there is.
    at = 8 if content[:4] == _BITMAP_HEADERS[0] else 12
    planes, bits = content[at : at + 2], int.from_bytes(content[at + 2 : at + 4], "little")
    return content[:4] in _BITMAP_HEADERS and planes == b"\1\0" and bits in (1, 4, 8, 16, 24, 32)


def is_avif(content: Content) -> bool:
    # The general brand may come first.
    return content[4:8] == b"ftyp" and b"avif" in content[8 : min(int.from_bytes(content[:4]), 200)]


def is_svg(content: Content) -> bool:
    return _SVG.match(content[:65536]) is not None


def is_xbm(content: Content) -> bool:
    return _XBM.match(content[:4096]) is not None


def is_eps(content: Content) -> bool:
    return _EPS.match(content[:256]) is not None


def is_icon(content: Content) -> bool:
    return content[:4] == b"\0\0\1\0" and _lists_icons(content)


def is_cursor(content: Content) -> bool:
    return content[:4] == b"\0\0\2\0" and _lists_icons(content)


def _lists_icons(content: Content) -> bool:
    # The first one stands behind the list; Targa files may begin with the same four bytes.
    count = int.from_bytes(content[4:6], "little")
    return count > 0 and int.from_bytes(content[18:22], "little") == 6 + 16 * count


# By the kind of image, how many bits a pixel may have.
_TARGA_BITS: Final = {1: (8, 15, 16), 2: (15, 16, 24, 32), 3: (8, 16)}


def is_targa(content: Content) -> bool:
    if content[-18:] == b"TRUEVISION-XFILE.\0":
        return True
    if len(content) < 18:
        return False
    mapped, kind, width, height, bits = struct.unpack_from("<xBB9xHHB", content)
    return mapped in (0, 1) and bits in _TARGA_BITS.get(kind & ~8, ()) and width > 0 and height > 0


def is_photo_cd(content: Content) -> bool:
    return content[2048:2052] == b"PCD_"


def is_spider(content: Content) -> bool:
    return _lengths.spider_header(content) is not None
