"""An image is taken as it comes: in chunks of any size, up to a limit, and only where it is one and whole."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import IO

import httpx
import pytest

from tests.client.test_formats import FILES, HEIC, IMAGES, JXL_BEGIN, box
from zai_image import DownloadError, _downloads
from zai_image._deadline import Deadline
from zai_image._downloads import Download, Receiver
from zai_image._formats import Facts
from zai_image._image_answers import image_answer_at
from zai_image._image_hosts import ImageHosts
from zai_image._redact import Key
from zai_image_api.promises import LINK_LIFE
from zai_image_api.types import UNSET

EXPIRES = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://images.example/1.png"
DOWNLOAD = Download(
    image_answer_at(URL, EXPIRES - LINK_LIFE, Key("a-key")),
    Key("a-key"),
    ImageHosts("api.example"),
    UNSET,
    Deadline(None),
)
SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "WebP": ".webp", "GIF": ".gif"}

kinds = pytest.mark.parametrize("kind", IMAGES)


def received(
    *chunks: bytes, told: list[tuple[int, int | None]] | None = None, file: IO[bytes] | None = None, **fields: str
) -> tuple[Facts, bytes]:
    """Take the chunks as an image; return what it is and what was stored."""
    file = file or BytesIO(b"what a first attempt left")
    answer = httpx.Response(200, headers={name.replace("_", "-"): value for name, value in fields.items()})
    progress = None if told is None else lambda count, total: told.append((count, total))
    receiver = Receiver(DOWNLOAD, answer.headers, file, progress)
    for chunk in chunks:
        for _ in receiver.take(chunk):
            pass
    facts = receiver.finish()
    file.seek(0)
    return facts, file.read()


@kinds
def test_an_image_may_come_in_chunks_of_any_size(kind: str) -> None:
    content = IMAGES[kind]
    for size in (1, 3, 16, 4095, len(content)):
        chunks = [content[start : start + size] for start in range(0, len(content), size)]
        facts, stored = received(*chunks)
        assert (facts.suffix, facts.is_complete, stored) == (SUFFIXES[kind], True, content)


@pytest.mark.parametrize("kind", FILES)
def test_an_image_in_a_file_is_told_like_one_in_memory(kind: str) -> None:
    with tempfile.TemporaryFile() as file:
        assert received(FILES[kind], file=file) == received(FILES[kind])


# As an object store sends what it knows nothing of.
UNNAMED = {
    **{kind: FILES[kind] for kind in ("AVIF", "BMP", "TIFF", "JPEG2000", "ICO", "QOI")},
    "HEIC": HEIC,
    "JPEG XL": JXL_BEGIN + box(b"jxlc", bytes(50)),
}


@pytest.mark.parametrize(
    "content_type", ["", "application/octet-stream", "binary/octet-stream", "text/plain", "image/png"]
)
@pytest.mark.parametrize("kind", UNNAMED)
def test_bytes_say_what_an_image_is_whatever_the_type_says(kind: str, content_type: str) -> None:
    facts, stored = received(UNNAMED[kind], content_type=content_type)
    assert (facts.is_complete, stored) == (True, UNNAMED[kind])
    with pytest.raises(DownloadError, match=" broke off after ") as failed:
        received(UNNAMED[kind][: len(UNNAMED[kind]) // 2], content_type=content_type)
    assert failed.value.transient


@pytest.mark.parametrize(
    ("kind", "content_type", "mark"),
    [
        ("PNG", "image/png", 8),
        ("JPEG", "image/jpeg", 3),
        ("JPEG", "image/jpg", 3),
        ("WebP", "image/webp", 12),
        ("GIF", "image/gif", 6),
    ],
)
def test_what_is_too_short_to_tell_its_kind_broke_off_where_the_kind_is_named(
    kind: str, content_type: str, mark: int
) -> None:
    for length in range(mark + 1):
        with pytest.raises(DownloadError, match=f" broke off after {length} bytes$") as failed:
            received(IMAGES[kind][:length], content_type=content_type)
        assert failed.value.transient
    for content in (b"<", b"<html></html>"):
        with pytest.raises(DownloadError, match=" is not an image, though ") as refused:
            received(content, content_type=content_type)
        assert not refused.value.transient


@pytest.mark.parametrize(
    ("length", "fields", "total"),
    [
        ("given", {}, "known"),
        ("none", {}, "unknown"),
        ("given", {"content_encoding": "identity"}, "unknown"),
        ("many", {}, "unknown"),
        ("9" * 15, {}, "known"),
        ("9" * 16, {}, "unknown"),
    ],
)
def test_progress_is_told_for_each_chunk_with_the_total_where_it_is_known(
    length: str, fields: dict[str, str], total: str
) -> None:
    content = IMAGES["PNG"]
    told: list[tuple[int, int | None]] = []
    if length != "none":
        fields = {**fields, "content_length": str(len(content)) if length == "given" else length}
    received(content[:100], content[100:], told=told, file=None, **fields)
    expected = (len(content) if length == "given" else int(length)) if total == "known" else None
    assert told == [(100, expected), (len(content), expected)]


def test_all_chunks_together_may_have_the_greatest_number_of_bytes_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    content = IMAGES["PNG"]
    monkeypatch.setattr(_downloads, "MAX_BYTES", len(content))
    received(content[:100], content[100:])
    with pytest.raises(DownloadError, match=f" has over {len(content)} bytes: not an image of this API$") as failed:
        received(content[:100], content[100:] + b"x")
    assert not failed.value.transient


@pytest.mark.parametrize(
    ("content", "content_type", "told"),
    [
        (b"", "image/ief", "is not an image but image/ief"),
        (b"<html>", "image/avif", "is not an image, though it is said to be image/avif"),
        (b"<html>", "Text/HTML ; charset=utf-8", "is not an image but text/html"),
        (b"\0", "", "is not an image but bytes of no known kind"),
        (b"<html></html>", "image/png", "is not an image, though it is said to be image/png"),
        (b"<html></html>", "Image/JPEG; q=1", "is not an image, though it is said to be image/jpeg"),
        (b"<html></html>", "image/jpg", "is not an image, though it is said to be image/jpg"),
        (b"<html></html>", "image/webp", "is not an image, though it is said to be image/webp"),
        (b"<html></html>", "image/gif", "is not an image, though it is said to be image/gif"),
    ],
)
def test_what_is_no_image_is_told_by_its_type(content: bytes, content_type: str, told: str) -> None:
    with pytest.raises(DownloadError) as failed:
        received(content, content_type=content_type)
    assert str(failed.value) == f"the image at {URL} {told}"
    assert not failed.value.transient


def test_what_has_neither_type_nor_length_is_told_by_its_bytes() -> None:
    told: list[tuple[int, int | None]] = []
    with pytest.raises(DownloadError, match=r"is not an image but bytes of no known kind$"):
        received(b"?", told=told)
    assert told == [(1, None)]


@pytest.mark.parametrize("late", [-1, 0, 1])
@pytest.mark.parametrize("status", [201, 204, 302, 399, 400, 403, 404, 408, 410, 425, 429, 499, 500, 503, 599, 600])
def test_a_link_that_is_refused_after_its_day_is_told_to_have_expired(
    monkeypatch: pytest.MonkeyPatch, status: int, late: int
) -> None:
    clock = SimpleNamespace(now=lambda zone: EXPIRES + timedelta(seconds=late))
    monkeypatch.setattr(_downloads, "datetime", clock)
    with pytest.raises(DownloadError) as failed:
        DOWNLOAD.receiver(httpx.Response(status), BytesIO(), None)
    passes = status in (408, 425, 429) or 500 <= status < 600
    if 400 <= status < 500 and late > 0 and not passes:
        told = f"is gone: its link expired on 2026-01-01 (status {status})"
    else:
        told = f"is {'gone' if status == 410 else 'not there'}: status {status}"
    assert str(failed.value) == f"the image at {URL} {told}"
    assert failed.value.transient is passes


@pytest.mark.parametrize(
    ("content_type", "suffix"), [("image/ief", ".ief"), (" Image/IEF ; q=1", ".ief"), ("image/x-unheard-of", "")]
)
def test_an_image_of_an_unknown_kind_has_the_suffix_of_its_type(content_type: str, suffix: str) -> None:
    facts, stored = received(b"?", content_type=content_type)
    assert (facts.suffix, facts.is_complete, facts.format, stored) == (suffix, None, None, b"?")
