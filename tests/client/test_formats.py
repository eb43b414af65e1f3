"""Image formats are told by their bytes alone: as many as Pillow opens, whether all is there, and how large it is."""

from __future__ import annotations

import builtins
import re
import struct
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from zai_image._formats import SUFFIXES, facts_of, format_named, format_of, mismatch
from zai_image._formats._content import Content
from zai_image._formats._format import Format
from zai_image._formats._table import FORMATS

Pillow.init()
SIZE: Final = (96, 64)
# Noise, since what compresses well is shorter than the end that is looked at.
NOISE: Final = Pillow.effect_noise(SIZE, 90)
# What Pillow saves, by our name of it; ``mode`` is one that the format has.
SAVED: Final = {
    "PNG": ("PNG", "RGB"),
    "JPEG": ("JPEG", "RGB"),
    "MPO": ("JPEG", "RGB"),
    "WEBP": ("WebP", "RGB"),
    "GIF": ("GIF", "P"),
    "AVIF": ("AVIF", "RGB"),
    "JPEG2000": ("JPEG 2000", "RGB"),
    "TIFF": ("TIFF", "RGB"),
    "BMP": ("BMP", "RGB"),
    "DIB": ("DIB", "RGB"),
    "ICO": ("ICO", "RGB"),
    "ICNS": ("ICNS", "RGB"),
    "QOI": ("QOI", "RGB"),
    "PPM": ("Netpbm", "RGB"),
    "TGA": ("Targa", "RGB"),
    "SGI": ("SGI", "RGB"),
    "MSP": ("MSP", "1"),
    "BLP": ("BLP", "P"),
    "SPIDER": ("SPIDER", "F"),
    "XBM": ("XBM", "1"),
    "DDS": ("DDS", "RGB"),
    "EPS": ("EPS", "RGB"),
    "PCX": ("PCX", "RGB"),
}
# Nothing in these says where they end.
ENDLESS: Final = {"DDS", "EPS", "PCX"}
# Their sides are not read, or they hold the image in several sizes.
SIDELESS: Final = {"ICO", "ICNS", "BLP", "SPIDER", "XBM", "EPS", "PCX"}


def encoded(kind: str, mode: str = "RGB", **options: object) -> bytes:
    file = BytesIO()
    NOISE.convert(mode).save(file, kind, **options)
    return file.getvalue()


FILES: Final = {kind: encoded(kind, mode) for kind, (_, mode) in SAVED.items()}
IMAGES: Final = {"PNG": FILES["PNG"], "JPEG": FILES["JPEG"], "WebP": FILES["WEBP"], "GIF": FILES["GIF"]}

VARIANTS: Final = {
    "interlaced or not, a PNG": encoded("PNG", "RGBA"),
    "a progressive JPEG": encoded("JPEG", progressive=True),
    "a JPEG with restarts": encoded("JPEG", restart_marker_blocks=4),
    "a JPEG in CMYK": encoded("JPEG", "CMYK"),
    "a lossless WebP": encoded("WEBP", lossless=True),
    "a WebP with alpha": encoded("WEBP", "RGBA"),
    "an animated GIF": encoded("GIF", "P", save_all=True, append_images=[NOISE.rotate(90), NOISE.rotate(180)]),
    "an AVIF with alpha": encoded("AVIF", "RGBA"),
    "a compressed TIFF": encoded("TIFF", compression="tiff_lzw"),
    "a TIFF with several pages": encoded("TIFF", save_all=True, append_images=[NOISE]),
    "a big TIFF": encoded("TIFF", big_tiff=True),
    "a JPEG 2000 codestream": encoded("JPEG2000", no_jp2=True),
    "a BMP with a palette": encoded("BMP", "P"),
    "a bitmap": encoded("PPM", "1"),
    "a graymap": encoded("PPM", "L"),
    "a compressed Targa": encoded("TGA", compression="tga_rle"),
    "a gray BMP": encoded("BMP", "L"),
}


@pytest.mark.parametrize("kind", SAVED)
def test_what_pillow_saves_is_known_by_its_bytes(kind: str) -> None:
    facts = facts_of(FILES[kind])
    assert facts is not None
    assert facts.format is not None
    assert facts.format.name == SAVED[kind][0]
    assert facts.is_complete is (None if kind in ENDLESS else True)
    assert (facts.width, facts.height) == (SIZE if kind not in SIDELESS else (facts.width, facts.height))


@pytest.mark.parametrize("content", VARIANTS.values(), ids=VARIANTS)
def test_variants_of_a_format_are_told_as_well(content: bytes) -> None:
    facts = facts_of(content)
    assert facts is not None
    assert (facts.is_complete, facts.width, facts.height) == (True, *SIZE)
    assert_no_beginning_is_whole(content)


@pytest.mark.parametrize("kind", [kind for kind in SAVED if kind not in ENDLESS])
def test_no_beginning_of_a_file_is_whole(kind: str) -> None:
    assert_no_beginning_is_whole(FILES[kind])


def assert_no_beginning_is_whole(content: bytes) -> None:
    # The last bytes may be filling, or a footer that says nothing of the image.
    last = len(content) - 40
    for length in {*range(40, min(last, 700)), *range(700, last, 97), last}:
        facts = facts_of(content[:length])
        assert facts is None or facts.is_complete is not True, length


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF", "TIFF", "BMP", "QOI", "PPM", "JPEG2000", "ICO"])
def test_not_even_the_last_byte_may_be_missing(kind: str) -> None:
    for length in range(len(FILES[kind]) - 40, len(FILES[kind])):
        assert facts_of(FILES[kind][:length]).is_complete is False  # type: ignore[union-attr]


def test_a_jpeg_may_hold_another_one_that_is_whole() -> None:
    thumbnail = FILES["JPEG"]
    whole = thumbnail[:2] + b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail + thumbnail[2:]
    assert facts_of(whole).is_complete is True  # type: ignore[union-attr]
    for length in (len(thumbnail) + 6, len(thumbnail) + 40, len(whole) - 2):
        assert facts_of(whole[:length]).is_complete is False  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP"])
@pytest.mark.parametrize("behind", [b"\0", b"x", b"\r\n" * 5000])
def test_something_may_stand_behind_the_end(kind: str, behind: bytes) -> None:
    facts = facts_of(FILES[kind] + behind)
    assert facts is not None
    assert facts.is_complete is True


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


HEIC: Final = (
    box(b"ftyp", b"heic\0\0\0\0mif1heic")
    + box(b"meta", bytes(4) + box(b"iprp", box(b"ipco", box(b"ispe", struct.pack(">III", 0, 640, 480)))))
    + box(b"mdat", bytes(500))
)
JXL_BEGIN: Final = box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ")
# 1 bit for small, 5 bits for height/8-1, 3 bits for the ratio, 5 bits for width/8-1.
JXL_SIDES: Final = (1 | (64 // 8 - 1) << 1 | 0 << 6 | (96 // 8 - 1) << 9).to_bytes(2, "little")
JXL_STREAM: Final = b"\xff\x0a" + JXL_SIDES + bytes(40)


def test_heic_and_jpeg_xl_are_told_without_pillow() -> None:
    for content, name, sides in (
        (HEIC, "HEIC", (640, 480)),
        (JXL_BEGIN + box(b"jxlc", JXL_STREAM), "JPEG XL", SIZE),
        (JXL_BEGIN + box(b"jxlp", bytes(4) + JXL_STREAM) + box(b"jxlp", b"\x80\0\0\1" + bytes(40)), "JPEG XL", SIZE),
    ):
        facts = facts_of(content)
        assert facts is not None
        assert facts.format is not None
        assert (facts.format.name, facts.is_complete, facts.width, facts.height) == (name, True, *sides)
        for length in range(16, len(content)):
            assert facts_of(content[:length]).is_complete is False  # type: ignore[union-attr]
    stream = facts_of(JXL_STREAM)
    assert stream is not None
    assert (stream.is_complete, stream.width, stream.height) == (None, *SIZE)


# How files begin that Pillow opens and does not save; from the descriptions of the formats.
OPENED: Final = {
    "IM": ("IM", b"Image type: RGB image\r\nName: kitten.im\r\n" + bytes(500)),
    "CUR": ("cursor", b"\0\0\2\0\1\0" + bytes(12) + (22).to_bytes(4, "little") + bytes(40)),
    "DCX": ("DCX", b"\xb1\x68\xde\x3a" + bytes(40)),
    "FITS": ("FITS", b"SIMPLE  =                    T" + b" " * 50),
    "FLI": ("FLI", bytes(4) + b"\x12\xaf" + bytes(122)),
    "FTEX": ("FTEX", b"FTEX" + bytes(40)),
    "GBR": ("GIMP brush", struct.pack(">IIIII", 28, 2, 9, 9, 1) + b"GIMP" + bytes(90)),
    "MCIDAS": ("McIDAS", b"\0\0\0\0\0\0\0\4" + bytes(248)),
    "PCD": ("Photo CD", bytes(2048) + b"PCD_IPI" + bytes(40)),
    "PIXAR": ("PIXAR", b"\x80\xe8\0\0" + bytes(500)),
    "PSD": ("Photoshop", b"8BPS\0\1" + bytes(40)),
    "SUN": ("Sun raster", b"\x59\xa6\x6a\x95" + bytes(28)),
    "XPM": ("XPM", b"/* XPM */\nstatic char *kitten[] = {\n};\n"),
    "XVTHUMB": ("XV thumbnail", b"P7 332\n#END_OF_COMMENTS\n8 8 255\n" + bytes(64)),
    "WMF": ("WMF", b"\xd7\xcd\xc6\x9a\0\0" + bytes(40)),
    "GRIB": ("GRIB", b"GRIB\0\0\0\2" + bytes(8) + b"7777"),
    "BUFR": ("BUFR", b"BUFR" + bytes(8) + b"7777"),
    "HDF5": ("HDF5", b"\x89HDF\r\n\x1a\n" + bytes(40)),
}
# IPTC and IM Tools have no beginning of their own, and MPEG is film.
UNTOLD: Final = {"IPTC", "IMT", "MPEG"}


@pytest.mark.parametrize("kind", OPENED)
def test_what_else_pillow_opens_is_known_by_its_beginning(kind: str) -> None:
    name, content = OPENED[kind]
    found = format_of(content)
    assert found is not None
    assert found.name == name


def test_no_format_of_pillow_is_left_out() -> None:
    assert {*SAVED, *OPENED, *UNTOLD} >= set(Pillow.OPEN)


SVGS: Final = [
    b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>\n',
    b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a kitten --><!DOCTYPE svg PUBLIC "x" "y">\n<svg></svg>',
]


@pytest.mark.parametrize("content", SVGS)
def test_a_drawing_is_told_by_its_first_element(content: bytes) -> None:
    facts = facts_of(content)
    assert facts is not None
    assert (facts.media_type, facts.is_complete) == ("image/svg+xml", True)
    assert facts_of(content[:-5]).is_complete is False  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"<", b"<html><body><svg></svg></body></html>", b'{"error": 1}', b"PK\x03\x04", b"%PDF-1.7", b"hello"),
        *(b"RIFF\0\0\0\0WAVE", b"\0\0\0\x18ftypmp42" + bytes(40), b"P9 ", bytes(500), b"\xff" * 500, b"BZh91AY"),
    ],
)
def test_what_is_no_image_is_of_no_format(content: bytes) -> None:
    assert facts_of(content) is None


@pytest.mark.parametrize("kind", sorted(FILES))
def test_no_beginning_of_a_file_is_all_of_it_and_none_raises(kind: str) -> None:
    content = FILES[kind]
    for end in range(min(len(content), 600)):
        facts = facts_of(content[:end])
        assert facts is None or facts.is_complete is not True, end


# Those that can be raised without arguments.
ERRORS: Final = [
    kind
    for kind in vars(builtins).values()
    if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, UnicodeError | ExceptionGroup)
]


@pytest.mark.parametrize("error", ERRORS)
def test_whatever_a_reader_meets_in_a_file_is_no_error(error: type[Exception]) -> None:
    def read(content: Content) -> Any:
        raise error

    format = Format("new", ("image/new",), (".new",), completeness=read, sides=read)
    assert format.is_complete(b"") in (False, None)
    assert format.size(b"") is None


@given(st.sampled_from(sorted(FILES)), st.data())
def test_nothing_that_a_damaged_file_holds_raises(kind: str, data: st.DataObject) -> None:
    content = bytearray(FILES[kind][: data.draw(st.integers(0, len(FILES[kind])))])
    for at in data.draw(st.lists(st.integers(0, 200), max_size=20)):
        if at < len(content):
            content[at] = data.draw(st.integers(0, 255))
    facts_of(bytes(content))


@given(st.sampled_from([each for each in FORMATS if each.signatures]), st.binary(max_size=400))
def test_nothing_that_stands_behind_a_right_beginning_raises(kind: Format, behind: bytes) -> None:
    content = bytearray(behind.ljust(64, b"\1"))
    for at, part in kind.signatures[0]:
        content[at : at + len(part)] = part
    facts_of(bytes(content))


def test_a_file_of_nothing_but_tiny_parts_is_not_walked_to_its_end() -> None:
    tiny_chunks = FILES["PNG"][:33] + (struct.pack(">I4s", 0, b"tEXt") + bytes(4)) * 500_000
    tiny_blocks = FILES["GIF"][:10] + bytes(3) + b"\x21\xfe" + b"\1\1" * 2_000_000
    tiny_boxes = HEIC + box(b"free", b"") * 500_000
    for content in (tiny_chunks, tiny_blocks, tiny_boxes):
        assert facts_of(content).is_complete is None  # type: ignore[union-attr]


def test_each_suffix_and_each_media_type_is_of_one_format() -> None:
    types = [media_type for each in FORMATS for media_type in each.media_types]
    assert len(set(types)) == len(types)
    assert len(set(SUFFIXES)) == len(SUFFIXES)
    assert all(format_named(media_type) is not None for media_type in types)
    assert format_named("text/html") is None


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("kitten.png", "PNG", None),
        ("kitten.PNG", "PNG", None),
        ("kitten.jpeg", "JPEG", None),
        ("kitten.jfif", "JPEG", None),
        ("kitten.tif", "TIFF", None),
        ("kitten.image", "PNG", None),
        ("kitten", "PNG", None),
        ("kitten.png", "JPEG", "image/png"),
        ("kitten.jpg", "WEBP", "image/jpeg"),
        ("kitten.JPG", "PNG", "image/jpeg"),
        ("kitten.txt", "PNG", "text/plain"),
    ],
)
def test_a_suffix_that_belies_the_content_is_noticed(name: str, kind: str, said: str | None) -> None:
    facts = facts_of(FILES[kind])
    assert facts is not None
    assert mismatch(Path(name), facts) == said


def test_the_documentation_lists_each_format_and_whether_it_tells_its_end() -> None:
    text = (Path(__file__).parents[2] / "docs" / "images.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+) \| (.+) \| (yes|unknown) \|$", text, re.MULTILINE)
    assert [(name, suffixes.replace("`", "").split(), told == "yes") for name, suffixes, told in rows] == [
        (each.name, list(each.suffixes), each.completeness is not None) for each in FORMATS
    ]
