"""The table of image formats, as many as Pillow opens, each told by its bytes alone."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

from zai_image._formats import _boxes, _lengths, _matches, _walks
from zai_image._formats._content import Content
from zai_image._formats._format import Format, Signature
from zai_image._formats._walks import Sides


def _at(*parts: bytes, start: int = 0) -> tuple[Signature, ...]:
    return tuple(((start, part),) for part in parts)


def _sides(form: str, at: int, *, is_height_first: bool = False) -> Callable[[Content], Sides]:
    def sides(content: Content) -> Sides:
        first, second = struct.unpack_from(form, content, at)
        return (second, first) if is_height_first else (first, second)

    return sides


def _brand(*brands: bytes) -> tuple[Signature, ...]:
    return tuple(((4, b"ftyp" + brand),) for brand in brands)


def _bitmap_sides(content: Content) -> Sides:
    return _walks.bmp_sides(content, 0)


_NETPBM: Final = tuple(((0, bytes((0x50, kind, behind))),) for kind in b"1234567fFy" for behind in b"\n \t\r")
_HEIC_BRANDS: Final = (
    b"heic",
    b"heix",
    b"heim",
    b"heis",
    b"hevc",
    b"hevx",
    b"hevm",
    b"hevs",
    b"mif1",
    b"mif2",
    b"msf1",
)

FORMATS: Final = (
    Format(
        "PNG",
        ("image/png", "image/apng", "image/x-png"),
        (".png", ".apng"),
        signatures=_at(b"\x89PNG\r\n\x1a\n"),
        completeness=_walks.png_is_complete,
        sides=_walks.png_sides,
    ),
    Format(
        "JPEG",
        ("image/jpeg", "image/jpg", "image/pjpeg"),
        (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
        signatures=_at(b"\xff\xd8\xff"),
        completeness=_walks.jpeg_is_complete,
        sides=_walks.jpeg_sides,
    ),
    Format(
        "WebP",
        ("image/webp",),
        (".webp",),
        signatures=(((0, b"RIFF"), (8, b"WEBP")),),
        completeness=_walks.webp_is_complete,
        sides=_walks.webp_sides,
    ),
    Format(
        "GIF",
        ("image/gif",),
        (".gif",),
        signatures=_at(b"GIF87a", b"GIF89a"),
        completeness=_walks.gif_is_complete,
        sides=_walks.gif_sides,
    ),
    Format(
        "AVIF",
        ("image/avif", "image/avif-sequence"),
        (".avif", ".avifs"),
        signatures=_brand(b"avif", b"avis"),
        search=_matches.is_avif,
        completeness=_boxes.heif_is_complete,
        sides=_boxes.heif_sides,
    ),
    Format(
        "HEIC",
        ("image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"),
        (".heic", ".heif", ".heics", ".heifs", ".hif"),
        signatures=_brand(
            b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2", b"msf1"
        ),
        completeness=_boxes.heif_is_complete,
        sides=_boxes.heif_sides,
    ),
    Format(
        "JPEG XL",
        ("image/jxl",),
        (".jxl",),
        signatures=_at(b"\0\0\0\x0cJXL \r\n\x87\n", b"\xff\x0a"),
        completeness=_boxes.jpeg_xl_is_complete,
        sides=_boxes.jpeg_xl_sides,
    ),
    Format(
        "JPEG 2000",
        ("image/jp2", "image/jpx", "image/jpm", "image/j2c"),
        (".jp2", ".j2k", ".jpc", ".jpf", ".jpx", ".j2c"),
        signatures=_at(b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"),
        completeness=_boxes.jpeg2000_is_complete,
        sides=_boxes.jpeg2000_sides,
    ),
    Format(
        "TIFF",
        ("image/tiff", "image/tiff-fx"),
        (".tif", ".tiff"),
        signatures=_at(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
        completeness=_walks.tiff_is_complete,
        sides=_walks.tiff_sides,
    ),
    Format(
        "BMP",
        ("image/bmp", "image/x-ms-bmp", "image/x-bmp"),
        (".bmp",),
        signatures=_at(b"BM"),
        completeness=_lengths.bmp_is_complete,
        sides=_walks.bmp_sides,
    ),
    Format(
        "ICO",
        ("image/vnd.microsoft.icon", "image/x-icon", "image/ico"),
        (".ico",),
        search=_matches.is_icon,
        completeness=_walks.icon_is_complete,
        sides=_walks.icon_sides,
    ),
    Format(
        "cursor",
        ("image/x-win-bitmap",),
        (".cur",),
        search=_matches.is_cursor,
        completeness=_walks.icon_is_complete,
        sides=_walks.icon_sides,
    ),
    Format(
        "ICNS",
        ("image/icns",),
        (".icns",),
        signatures=_at(b"icns"),
        completeness=_walks.icns_is_complete,
    ),
    Format(
        "Photoshop",
        ("image/vnd.adobe.photoshop",),
        (".psd", ".psb"),
        signatures=_at(b"8BPS"),
        completeness=_walks.psd_is_complete,
        sides=_walks.psd_sides,
    ),
    Format(
        "QOI",
        ("image/qoi",),
        (".qoi",),
        signatures=_at(b"qoif"),
        completeness=_walks.qoi_is_complete,
        sides=_sides(">II", 4),
    ),
    Format(
        "SVG",
        ("image/svg+xml",),
        (".svg",),
        search=_matches.is_svg,
        completeness=_walks.svg_is_complete,
    ),
    Format(
        "XV thumbnail",
        ("image/x-xv-thumbnail",),
        (".p7",),
        signatures=_at(b"P7 332"),
    ),
    Format(
        "Netpbm",
        ("image/x-portable-anymap", "image/x-portable-pixmap", "image/x-portable-graymap", "image/x-portable-bitmap"),
        (".pnm", ".ppm", ".pgm", ".pbm", ".pam", ".pfm"),
        signatures=_NETPBM,
        completeness=_walks.netpbm_is_complete,
        sides=_walks.netpbm_sides,
    ),
    Format(
        "DDS",
        ("image/vnd.ms-dds",),
        (".dds",),
        signatures=_at(b"DDS "),
        sides=_sides("<II", 12, is_height_first=True),
    ),
    Format(
        "SGI",
        ("image/sgi",),
        (".sgi", ".rgb", ".rgba", ".bw"),
        signatures=_at(b"\1\xda\0", b"\1\xda\1"),
        completeness=_lengths.sgi_is_complete,
        sides=_sides(">HH", 6),
    ),
    Format(
        "Sun raster",
        ("image/x-sun-raster",),
        (".ras",),
        signatures=_at(b"\x59\xa6\x6a\x95"),
        completeness=_walks.sun_is_complete,
        sides=_sides(">II", 4),
    ),
    Format(
        "PCX",
        ("image/vnd.zbrush.pcx", "image/x-pcx"),
        (".pcx",),
        signatures=_at(b"\n\0\1", b"\n\2\1", b"\n\3\1", b"\n\4\1", b"\n\5\1"),
    ),
    Format(
        "DCX",
        ("image/x-dcx",),
        (".dcx",),
        signatures=_at(b"\xb1\x68\xde\x3a"),
    ),
    Format(
        "EPS",
        ("application/postscript",),
        (".eps", ".ps"),
        signatures=_at(b"\xc5\xd0\xd3\xc6"),
        search=_matches.is_eps,
        completeness=_lengths.eps_is_complete,
    ),
    Format(
        "FITS",
        ("image/fits",),
        (".fits", ".fit"),
        signatures=_at(b"SIMPLE  ="),
    ),
    Format(
        "FLI",
        ("video/x-fli",),
        (".fli", ".flc"),
        signatures=_at(b"\x11\xaf", b"\x12\xaf", start=4),
        completeness=_walks.fli_is_complete,
        sides=_sides("<HH", 8),
    ),
    Format(
        "FTEX",
        ("image/x-ftex",),
        (".ftc", ".ftu"),
        signatures=_at(b"FTEX", b"FTC\0", b"FTU\0"),
    ),
    Format(
        "GIMP brush",
        ("image/x-gimp-gbr",),
        (".gbr",),
        signatures=_at(b"GIMP", start=20),
        completeness=_lengths.brush_is_complete,
        sides=_sides(">II", 8),
    ),
    Format(
        "BLP",
        ("image/x-blp",),
        (".blp",),
        signatures=_at(b"BLP1", b"BLP2"),
        completeness=_lengths.blp_is_complete,
    ),
    Format(
        "IM",
        ("image/x-im",),
        (".im",),
        signatures=_at(b"Image type: "),
    ),
    Format(
        "MSP",
        ("image/x-msp",),
        (".msp",),
        signatures=_at(b"DanM", b"LinS"),
        completeness=_lengths.msp_is_complete,
        sides=_sides("<HH", 4),
    ),
    Format(
        "PIXAR",
        ("image/x-pixar",),
        (".pxr",),
        signatures=_at(b"\x80\xe8\0\0"),
    ),
    Format(
        "Photo CD",
        ("image/x-photo-cd",),
        (".pcd",),
        search=_matches.is_photo_cd,
    ),
    Format(
        "XBM",
        ("image/x-xbitmap", "image/xbm"),
        (".xbm",),
        search=_matches.is_xbm,
        completeness=_walks.code_is_complete,
    ),
    Format(
        "XPM",
        ("image/x-xpixmap", "image/xpm"),
        (".xpm",),
        signatures=_at(b"/* XPM */"),
        completeness=_walks.code_is_complete,
    ),
    Format(
        "WMF",
        ("image/wmf",),
        (".wmf",),
        signatures=_at(b"\xd7\xcd\xc6\x9a\0\0"),
        completeness=_walks.wmf_is_complete,
    ),
    Format(
        "EMF",
        ("image/emf",),
        (".emf",),
        signatures=(((0, b"\1\0\0\0"), (40, b" EMF")),),
        completeness=_walks.emf_is_complete,
    ),
    Format(
        "McIDAS",
        ("image/x-mcidas",),
        (".area",),
        signatures=_at(b"\0\0\0\0\0\0\0\4"),
    ),
    Format(
        "GRIB",
        ("application/x-grib",),
        (".grib", ".grb"),
        signatures=_at(b"GRIB"),
        completeness=_walks.bulletin_is_complete,
    ),
    Format(
        "BUFR",
        ("application/x-bufr",),
        (".bufr",),
        signatures=_at(b"BUFR"),
        completeness=_walks.bulletin_is_complete,
    ),
    Format(
        "HDF5",
        ("application/x-hdf5",),
        (".h5", ".hdf"),
        signatures=_at(b"\x89HDF\r\n\x1a\n"),
    ),
    # What tells these is weak, so they come last.
    Format(
        "Targa",
        ("image/x-tga", "image/x-targa"),
        (".tga", ".icb", ".vda", ".vst"),
        search=_matches.is_targa,
        completeness=_lengths.targa_is_complete,
        sides=_sides("<HH", 12),
    ),
    Format(
        "DIB",
        ("image/x-dib",),
        (".dib",),
        search=_matches.is_device_independent_bitmap,
        completeness=_lengths.dib_is_complete,
        sides=_bitmap_sides,
    ),
    Format(
        "SPIDER",
        ("image/x-spider",),
        (".spi", ".spider"),
        search=_matches.is_spider,
        completeness=_lengths.spider_is_complete,
    ),
)
"""The formats; of those that match a file the first counts."""
