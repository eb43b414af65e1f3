"""Reckons from its header how long a file must be, for formats that store an image as it is or list its parts."""

from __future__ import annotations

from struct import error, unpack_from

from zai_image._formats._content import Content


def bmp_is_complete(content: Content) -> bool | None:
    length = int(unpack_from("<I", content, 2)[0])
    return len(content) >= length if length else dib_is_complete(content, 14)


def dib_is_complete(content: Content, at: int = 0) -> bool | None:
    header = int(unpack_from("<I", content, at)[0])
    if header == 12:
        width, height, _, bits = unpack_from("<HHHH", content, at + 4)
        colours = 3 * 2**bits if bits <= 8 else 0
        compression = length = 0
    else:
        width, height, _, bits, compression, length, _, _, used = unpack_from("<iiHHIIIII", content, at + 4)
        colours = 4 * (used or (2**bits if bits <= 8 else 0)) + (12 if compression == 3 and header == 40 else 0)
    if compression not in (0, 3):
        return bool(len(content) >= at + header + colours + length) if length else None
    return bool(len(content) >= at + header + colours + (abs(width) * bits + 31) // 32 * 4 * abs(height))


def targa_is_complete(content: Content) -> bool | None:
    label, mapped, kind, entries, entry_bits, width, height, bits = unpack_from("<BBBxxHB4xHHB", content)
    if kind > 3:
        # Compressed by runs; a file with a footer ends with it.
        return True if content[-18:] == b"TRUEVISION-XFILE.\0" else None
    colours = entries * ((entry_bits + 7) // 8) if mapped else 0
    return bool(len(content) >= 18 + label + colours + width * height * ((bits + 7) // 8))


def sgi_is_complete(content: Content) -> bool:
    compression, depth, dimensions, width, height, channels = unpack_from(">BBHHHH", content, 2)
    height = height if dimensions > 1 else 1
    rows = height * (channels if dimensions > 2 else 1)
    if not compression:
        return bool(len(content) >= 512 + width * rows * depth)
    starts, lengths = unpack_from(f">{rows}I", content, 512), unpack_from(f">{rows}I", content, 512 + 4 * rows)
    return len(content) >= max(map(sum, zip(starts, lengths, strict=True)))


def msp_is_complete(content: Content) -> bool:
    width, height = unpack_from("<HH", content, 4)
    if content[:4] == b"DanM":
        return bool(len(content) >= 32 + (width + 7) // 8 * height)
    return bool(len(content) >= 32 + 2 * height + sum(unpack_from(f"<{height}H", content, 32)))


def blp_is_complete(content: Content) -> bool:
    at = 28 if content[:4] == b"BLP1" else 20
    starts, lengths = unpack_from("<16I", content, at), unpack_from("<16I", content, at + 64)
    return len(content) >= max(map(sum, zip(starts, lengths, strict=True)))


def brush_is_complete(content: Content) -> bool:
    header, _, width, height, depth = unpack_from(">IIIII", content)
    return bool(len(content) >= header + width * height * depth)


def spider_header(content: Content) -> tuple[float, ...] | None:
    """Return the numbers at the head of a SPIDER file; None where they do not agree, so that it is none."""
    for order in "<>":
        try:
            header = unpack_from(f"{order}27f", content)
        except error:
            return None
        slices, rows, kind, columns, labels, length, record = (header[at] for at in (0, 1, 4, 11, 12, 21, 22))
        sides = all(side >= 1 and side.is_integer() for side in (slices, rows, columns, labels, record))
        if sides and kind in (1, 3, -11, -12, -21, -22) and length == labels * record:
            return header
    return None


def spider_is_complete(content: Content) -> bool:
    header = spider_header(content)
    return header is not None and len(content) >= header[21] + header[0] * header[1] * header[11] * 4


def eps_is_complete(content: Content) -> bool | None:
    if content[:4] != b"\xc5\xd0\xd3\xc6":
        return True if b"%%EOF" in content[-4096:] else None
    parts = unpack_from("<6I", content, 4)
    return bool(len(content) >= max(parts[0] + parts[1], parts[2] + parts[3], parts[4] + parts[5]))
